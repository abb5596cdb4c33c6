"""Source code and configuration: one block with the text as it is."""

from __future__ import annotations

from ragflow.domain.documents import BlockKind, ParsedDocument
from ragflow.domain.ports import Progress
from ragflow.ingest.parse.base import DocumentBuilder, ParseOptions, SourceFile, parsers
from ragflow.ingest.parse.encoding import decode

LANGUAGES = (
    *("py", "js", "ts", "jsx", "tsx", "java", "c", "cpp", "h", "hpp", "cs", "php", "go", "rs"),
    *("rb", "swift", "kt", "scala", "sh", "sql", "css"),
)
CONFIGURATION = ("yml", "yaml", "toml", "ini")


@parsers.register(*LANGUAGES, *CONFIGURATION)
class CodeParser:
    """Read source code of any encoding."""

    def parse(
        self, source: SourceFile, options: ParseOptions, progress: Progress
    ) -> ParsedDocument:
        """Return the whole text as one block."""
        builder = DocumentBuilder(source.name, options.limits)
        builder.block(BlockKind.CODE, decode(source.name, source.data))
        return builder.build()
