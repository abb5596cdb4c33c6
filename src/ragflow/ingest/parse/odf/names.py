"""The XML namespaces of OpenDocument, in the form that element names carry them."""

from __future__ import annotations

_BASE = "urn:oasis:names:tc:opendocument:xmlns"

OFFICE = f"{{{_BASE}:office:1.0}}"
TEXT = f"{{{_BASE}:text:1.0}}"
TABLE = f"{{{_BASE}:table:1.0}}"
DRAW = f"{{{_BASE}:drawing:1.0}}"
STYLE = f"{{{_BASE}:style:1.0}}"
PRESENTATION = f"{{{_BASE}:presentation:1.0}}"
CHART = f"{{{_BASE}:chart:1.0}}"
DATA_STYLE = f"{{{_BASE}:datastyle:1.0}}"
FORMAT = f"{{{_BASE}:xsl-fo-compatible:1.0}}"
SVG = f"{{{_BASE}:svg-compatible:1.0}}"
META = f"{{{_BASE}:meta:1.0}}"
MANIFEST = f"{{{_BASE}:manifest:1.0}}"
XLINK = "{http://www.w3.org/1999/xlink}"
XML = "{http://www.w3.org/XML/1998/namespace}"
DUBLIN_CORE = "{http://purl.org/dc/elements/1.1/}"
MATH = "{http://www.w3.org/1998/Math/MathML}"
