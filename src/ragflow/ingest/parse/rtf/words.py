"""What the control words of RTF mean to a reader of text."""

from __future__ import annotations

CHARACTERS = {
    "tab": "\t",
    "line": "\n",
    "lbr": "\n",
    "column": "\n",
    "softline": "\n",
    "emdash": "—",
    "endash": "–",
    "lquote": "‘",
    "rquote": "’",
    "ldblquote": "“",
    "rdblquote": "”",
    "bullet": "•",
    "emspace": " ",
    "enspace": " ",
    "qmspace": " ",
}
SYMBOLS = {"~": " ", "_": "-", "-": "", "\\": "\\", "{": "{", "}": "}", "\t": "\t"}
PARAGRAPH_ENDS = frozenset({"par", "sect", "page"})

SKIPPED = frozenset(
    """colortbl filetbl revtbl rsidtbl generator listtable listoverridetable latentstyles themedata
    colorschememapping datastore xmlnstbl wgrffmtfilter nonshppict nonesttables fldinst pn pnseclvl
    pntxta pntxtb sp shprslt objdata objclass objname bkmkstart bkmkend xe tc ftnsep ftnsepc aftnsep
    aftnsepc ftncn aftncn atnid atnref atndate atntime atnparent template password factoidname
    falt panose userprops formfield datafield picprop blipuid blipatag""".split()  # noqa: SIM905
)
"""Groups whose text is no text of the document."""

READABLE = frozenset(
    """shppict shpinst shptxt nesttableprops mmath mmathPara moMath moMathPara mr mnum mden me msup
    msub mfName mlim mdeg listtext pntext footnote annotation atnauthor ud
    shpgrp background""".split()  # noqa: SIM905
)
"""Groups that a reader may pass over if it does not know them, and that this one knows."""

HEADERS = frozenset({"header", "headerl", "headerr", "headerf"})
FOOTERS = frozenset({"footer", "footerl", "footerr", "footerf"})
STORIES = HEADERS | FOOTERS | {"footnote", "annotation", "shptxt"}
"""Groups that hold paragraphs of their own."""

INFORMATION = frozenset({"title", "author", "subject", "company", "keywords"})

CHARSETS = {
    77: "mac_roman",
    128: "cp932",
    129: "cp949",
    130: "johab",
    134: "gb18030",
    136: "cp950",
    161: "cp1253",
    162: "cp1254",
    163: "cp1258",
    177: "cp1255",
    178: "cp1256",
    186: "cp1257",
    204: "cp1251",
    222: "cp874",
    238: "cp1250",
}
"""Charsets of fonts; others mean that of the document."""

CODE_PAGES = {936: "gb18030", 10000: "mac_roman", 65001: "utf-8"}
