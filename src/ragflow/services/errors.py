"""What a use case refuses, as narrow errors under the domain's tree; facts are attributes."""

from __future__ import annotations

from ragflow.domain.errors import Conflict, InvalidInput, NotFound


class DatasetNotFound(NotFound):
    """Say that the caller may not use such a dataset (facts: id, tenant)."""

    template = "There is no dataset {id} for you."


class DocumentNotFound(NotFound):
    """Say that the dataset has no such document (facts: id, dataset_id)."""

    template = "There is no document {id} in this dataset."


class DocumentsNotFound(NotFound):
    """Say which of many documents are not in the dataset; the others were handled (facts: ids)."""

    template = "Documents not found: {ids}"


class ChunkNotFound(NotFound):
    """Say that there is no such chunk (facts: id, dataset_id)."""

    template = "There is no chunk {id}."


class ChunksNotFound(NotFound):
    """Say that fewer chunks were there than asked for (facts: deleted, expected)."""

    template = "Deleted {deleted} chunks of the {expected} that were named."


class PictureNotFound(NotFound):
    """Say that there is no such picture (facts: id)."""

    template = "There is no picture {id}."


class DuplicateDatasetName(Conflict):
    """Say that the tenant has a dataset of this name (facts: name)."""

    template = "Dataset name '{name}' already exists"


class DuplicateDocumentName(Conflict):
    """Say that the dataset has a document of this name (facts: name)."""

    template = "Duplicated document name in the same dataset."


class EmbeddingLocked(Conflict):
    """Say that chunks bind a dataset to its embedding model (facts: chunk_count, model)."""

    template = "When chunk_num ({chunk_count}) > 0, embedding_model must remain {model}"


class AlreadyRunning(Conflict):
    """Say that a document is being parsed now (facts: id)."""

    template = "Can't parse document that is currently being processed"


class NotRunning(Conflict):
    """Say that there is nothing to stop (facts: id)."""

    template = "Can't stop parsing document with progress at 0 or 1"


class UploadFailed(InvalidInput):
    """Say which files of an upload were refused; the others are stored (facts: reasons)."""

    template = "{reasons}"


class NameTooLong(InvalidInput):
    """Say that a file name is too long."""

    template = "File name must be 255 bytes or less."


class NotText(InvalidInput):
    """Say that a value must be text (facts: field)."""

    template = "`{field}` must be a string."


class FieldLocked(InvalidInput):
    """Say that a field cannot be set (facts: field)."""

    template = "Can't change `{field}`."


class MetaFieldsInvalid(InvalidInput):
    """Say that meta fields are no object."""

    template = "meta_fields must be a dictionary"


class ParserConfigInvalid(InvalidInput):
    """Say that a document's parser configuration is no object."""

    template = "parser_config must be a dictionary"


class ExtensionLocked(InvalidInput):
    """Say that a renamed file must keep its extension."""

    template = "The extension of file can't be changed"


class UnknownChunkMethod(InvalidInput):
    """Say that there is no such chunk method (facts: name)."""

    template = "`chunk_method` {name} doesn't exist"


class ChunkMethodFixed(InvalidInput):
    """Say that this kind of file has only one chunk method."""

    template = "Not supported yet!"


class NoBytes(InvalidInput):
    """Say that a stored file is empty."""

    template = "This file is empty."


class ContentRequired(InvalidInput):
    """Say that a chunk needs text."""

    template = "`content` is required"


class QuestionAnswerRequired(InvalidInput):
    """Say that a chunk of a Q&A document needs a question and an answer."""

    template = "Q&A must be separated by TAB/ENTER key."


class MixedEmbeddings(InvalidInput):
    """Say that datasets with different embedding models cannot be searched together."""

    template = "The datasets use different embedding models."


class ForeignDocument(InvalidInput):
    """Say that a document is in none of the named datasets (facts: id)."""

    template = "The datasets don't own the document {id}"


class NothingIndexed(InvalidInput):
    """Say that the named datasets hold no chunk yet."""

    template = "No chunk found! Check the chunk status please!"


class ChatNotFound(NotFound):
    """Say that the caller has no such assistant (facts: id)."""

    template = "There is no assistant {id}."


class SessionNotFound(NotFound):
    """Say that an assistant has no such conversation (facts: id)."""

    template = "There is no session {id}."


class DuplicateChatName(Conflict):
    """Say that the tenant has an assistant of this name (facts: name)."""

    template = "There is an assistant named {name} already."


class NameRequired(InvalidInput):
    """Say that an object needs a name."""

    template = "`name` is required."


class NoParsedFile(InvalidInput):
    """Say that a dataset holds no chunks yet (facts: id)."""

    template = "The dataset {id} doesn't own parsed file"


class TenantGiven(InvalidInput):
    """Say that a caller must not choose the tenant of an assistant."""

    template = "`tenant_id` must not be provided."


class UnusedVariable(InvalidInput):
    """Say that a prompt does not use a required variable (facts: key)."""

    template = "Parameter '{key}' is not used"


class UnknownChatModel(InvalidInput):
    """Say that an assistant names a chat model that the tenant has not (facts: name)."""

    template = "`model_name` {name} doesn't exist"


class UnknownRerankModel(InvalidInput):
    """Say that an assistant names a rerank model that the tenant has not (facts: name)."""

    template = "`rerank_model` {name} doesn't exist"
