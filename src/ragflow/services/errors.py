"""What a use case refuses, as narrow errors under the domain's tree; facts are attributes."""

from __future__ import annotations

from ragflow.domain.errors import AuthenticationError, Conflict, InvalidInput, NotFound


class DatasetNotFound(NotFound):
    """Say that the caller may not use such a dataset (facts: id, tenant)."""

    template = "There is no dataset {id} for you."


class DocumentNotFound(NotFound):
    """Say that the dataset has no such document (facts: id, dataset_id)."""

    template = "There is no document {id} in this dataset."


class DocumentsNotFound(NotFound):
    """Say which of many documents are not in the dataset; the others were handled.

    Facts: ids, dataset_id.
    """

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


class StoredFileNotFound(NotFound):
    """Say that the caller has no such file or folder (facts: id)."""

    template = "There is no file or folder {id}."


class EnabledInvalid(InvalidInput):
    """Say that `enabled` is neither on nor off."""

    template = "`enabled` must be 0 or 1."


class FolderNotFound(NotFound):
    """Say that the caller has no such folder (facts: id)."""

    template = "There is no folder {id}."


class SourceNotFound(NotFound):
    """Say that there is no such file or folder to move (facts: id)."""

    template = "There is no file or folder {id} to move."


class DuplicateFileName(Conflict):
    """Say that the folder holds a file or a folder of this name (facts: name)."""

    template = "Duplicated file name in the same folder."


class FileInTheWay(Conflict):
    """Say that a path leads through a file (facts: name)."""

    template = "{name} is a file, so it cannot hold others."


class FolderProtected(InvalidInput):
    """Say that a folder of the system, or what mirrors datasets, stays as it is (facts: reason)."""

    template = "{reason}"


class FolderIntoItself(InvalidInput):
    """Say that a folder cannot be moved below itself."""

    template = "A folder cannot be moved into itself or into a folder below it."


class FolderTooDeep(InvalidInput):
    """Say that folders are nested too deeply (facts: limit)."""

    template = "Folders can be nested {limit} deep at most."


class PathInvalid(InvalidInput):
    """Say that a name or a path cannot be used (facts: reason)."""

    template = "{reason}"


class TooManyFiles(InvalidInput):
    """Say that a tenant has as many files as it may."""

    template = "Exceed the maximum file number of a free user!"


class FileNotLinkable(InvalidInput):
    """Say that a file cannot become a document (facts: name, reason)."""

    template = "{name}: {reason}"


class SearchNotFound(NotFound):
    """Say that the caller has no such search app (facts: id)."""

    template = "There is no search app {id} for you."


class SearchDeleted(NotFound):
    """Say that the caller's search app was deleted (facts: id)."""

    template = "The search app {id} was deleted."


class DuplicateSearchName(Conflict):
    """Say that the tenant has a search app of this name (facts: name)."""

    template = "Duplicated search app name {name}."


class McpServerNotFound(NotFound):
    """Say that the caller has no such MCP server (facts: id)."""

    template = "There is no MCP server {id} for you."


class DuplicateMcpServerName(Conflict):
    """Say that the tenant has an MCP server of this name (facts: name)."""

    template = "Duplicated MCP server name {name}."


class McpServerInvalid(InvalidInput):
    """Say what of an MCP server cannot be used (facts: reason)."""

    template = "{reason}"


class NoDatasetNamed(InvalidInput):
    """Say that there is nothing to search in."""

    template = "Please specify dataset firstly."


class UnusablePassword(InvalidInput):
    """Say that a password is empty, too long or no text (facts: most)."""

    template = "The password must have 1 to {most} characters."


class TooManyAttempts(AuthenticationError):
    """Say that somebody failed to sign in too often (facts: minutes)."""

    template = "Too many failed attempts. Try again in {minutes} min."


class InvalidEmail(InvalidInput):
    """Say that an address cannot be one (facts: email)."""

    template = "Invalid email address: {email}!"


class InvalidNickname(InvalidInput):
    """Say that a nickname is empty or too long (facts: most)."""

    template = "The nickname must have 1 to {most} characters."


class EmailTaken(Conflict):
    """Say that an address has an account (facts: email)."""

    template = "Email: {email} has already registered!"


class AccountNotFound(NotFound):
    """Say that there is no account of an address (facts: email)."""

    template = "There is no account {email}."


class AmbiguousKey(Conflict):
    """Say that several keys begin alike (facts: name)."""

    template = "Several keys begin with {name}: name one by its id."


class TenantNotOwned(NotFound):
    """Say that a tenant is not the caller's to manage (facts: id)."""

    template = "You do not own the tenant {id}."


class AlreadyInTeam(Conflict):
    """Say that somebody belongs to a team or is invited already (facts: email)."""

    template = "{email} is in the team or invited already."


class NoInvitation(NotFound):
    """Say that nobody invited the caller to a tenant (facts: id)."""

    template = "You are not invited to the tenant {id}."


class OwnerStays(Conflict):
    """Say that an owner cannot leave the own tenant."""

    template = "The owner cannot leave the team."


class UnknownFactory(InvalidInput):
    """Say that there is no such model provider that needs an account (facts: name, known)."""

    template = "There is no model provider {name} to configure. Known: {known}."


class UnknownDefaultModel(InvalidInput):
    """Say that a tenant cannot choose a model of this name (facts: name)."""

    template = "Unknown model: {name}"
