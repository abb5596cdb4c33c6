"""Sound files: what a speech-to-text model hears in them.

Out: the transcript, one block for each paragraph of the model's. Silence gives a document without
text. Refused with a `NeedsModel`: every sound file where no such model is set.
"""

from __future__ import annotations

from ragflow.domain.documents import BlockKind, ParsedDocument
from ragflow.domain.errors import NeedsModel
from ragflow.domain.ports import Progress
from ragflow.ingest.parse.base import DocumentBuilder, ParseOptions, SourceFile, parsers
from ragflow.ingest.parse.encoding import clean

SOUND_SUFFIXES = frozenset(
    """wav wave mp3 m4a aac flac ape alac wavpack wv ogg oggvorbis vorbis opus aiff aif au mid midi
    wma ra realaudio vqf amr da""".split()  # noqa: SIM905, a word list reads best
)


@parsers.register(*sorted(SOUND_SUFFIXES))
class SoundParser:
    """Have a sound file written down."""

    def parse(
        self, source: SourceFile, options: ParseOptions, progress: Progress
    ) -> ParsedDocument:
        """Return the transcript. Raises `NeedsModel`."""
        progress(0.0, "Listening.")
        words = options.models.transcribe(source.name, source.data)
        if words is None:
            raise NeedsModel(
                name=source.name,
                reason="it is a sound file",
                kind="speech-to-text",
                setting="models.speech",
            )
        builder = DocumentBuilder(source.name, options.limits)
        for paragraph in clean(words).split("\n\n"):
            builder.block(BlockKind.TEXT, paragraph.strip())
        if not words.strip():
            builder.warn("No words were heard in this file.")
        return builder.build()
