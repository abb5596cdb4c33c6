"""OCR: the lines of text in a picture, with the place of each word.

In: a picture as an array of rows of BGR pixels. Out: lines with words, boxes in pixels and a
confidence. Refused: nothing; a picture without text gives no lines. PP-OCRv6 finds the lines and
reads them; its weights are part of the package `rapidocr`, nothing is downloaded.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ragflow.vision.sessions import session
from ragflow.vision.type_size import type_size

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[Any]

UPRIGHT, UPWARDS, UPSIDE_DOWN, DOWNWARDS = range(
    4
)  # counter-clockwise quarters, as sheets count them

_DETECTION_SIDE = 1280  # pixels: the longer side as the detector sees it
_MOST_SIDE = 4000  # pixels: larger pictures are reduced
_LEAST_SIDE = 32
_BATCH = 1  # padding lines of unlike length to one costs more than single calls
_LONGEST_LINE = 60.0  # its width by its height; what is longer is squeezed
_TALL = 1.5  # height by width from which a line may run upwards or downwards
_SURELY_TALL = 3.0
_SURE = 0.75  # confidence below which a line is read in the other directions too
_SAMPLE = 3  # lines that tell the usual direction
_PIECE_GAP = 1.2  # of the line's height: what is farther apart belongs to two words
_ASCENT, _DESCENT = 0.9, 0.23  # of the size of type: what a word's box reaches from its base line
_MARGIN = 8  # white pixels around the picture, since text at the very edge is not found


Point = tuple[float, float]
Corners = tuple[Point, Point, Point, Point]


@dataclass(frozen=True, slots=True)
class ReadWord:
    """Hold a run of characters without a space; `spaced` says if one came before.

    The corners run around it from where reading begins: the upper left one, where it is upright.
    """

    text: str
    corners: Corners
    spaced: bool


@dataclass(frozen=True, slots=True)
class ReadLine:
    """Hold one line; `turn` is its direction, `height` its extent across it, `size` that of
    its type, `angle` its slope.

    The angle is in radians, clockwise, beyond that direction.
    """

    words: tuple[ReadWord, ...]
    confidence: float
    turn: int
    height: float
    size: float
    angle: float

    @property
    def text(self) -> str:
        """Return the words with the spaces between them."""
        return "".join(" " * word.spaced + word.text for word in self.words).strip()


class Reader:
    """Read pictures; the models are loaded at the first one and kept."""

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._models: tuple[Any, Any] | None = None

    def read(self, picture: Pixels) -> list[ReadLine]:
        """Return the lines of a picture, from top to bottom."""
        import cv2

        height, width = picture.shape[:2]
        if min(height, width) < 1:
            return []
        scale = min(1.0, _MOST_SIDE / max(height, width))
        scale = max(scale, _LEAST_SIDE / min(height, width)) if scale == 1.0 else scale
        if scale != 1.0:
            size = (max(1, round(width * scale)), max(1, round(height * scale)))
            picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        margins = (_MARGIN,) * 4
        picture = cv2.copyMakeBorder(picture, *margins, cv2.BORDER_CONSTANT, value=(255, 255, 255))
        detector, recogniser = self._loaded()
        quads = _quads(detector, picture)
        lines = _LineReader(recogniser, picture, quads).lines()
        return [_placed(line, scale, width, height) for line in lines]

    def _loaded(self) -> tuple[Any, Any]:
        if self._models is None:
            self._models = _load(self._threads)
        return self._models


@cache
def reader(threads: int) -> Reader:
    """Return the reader of this process."""
    return Reader(threads)


def _load(threads: int) -> tuple[Any, Any]:
    """Return the detector and the recogniser."""
    import rapidocr
    from rapidocr.ch_ppocr_det import TextDetector
    from rapidocr.ch_ppocr_rec import TextRecognizer
    from rapidocr.utils.parse_parameters import ParseParams

    logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)
    package = Path(rapidocr.__file__).parent
    config = ParseParams.load(package / "config.yaml")
    for part, name in ((config.Det, "PP-OCRv6_det_small"), (config.Rec, "PP-OCRv6_rec_small")):
        part._set_flag("allow_objects", True)  # a session of our own makes no file look-ups
        part.session = session(package / "models" / f"{name}.onnx", threads)
    config.Det.limit_type, config.Det.limit_side_len = "max", _DETECTION_SIDE
    config.Rec.rec_batch_num, config.Rec.font_path = _BATCH, None
    return TextDetector(config.Det), TextRecognizer(config.Rec)


def _quads(detector: Any, picture: Pixels) -> list[NDArray[np.float32]]:
    """Return the corners of each line: top left, top right, bottom right, bottom left."""
    found = detector(picture)
    return [] if found.boxes is None else list(found.boxes)


@dataclass(frozen=True, slots=True)
class _Strip:
    """Hold a line cut out of the picture; `corners` run around it from where reading begins."""

    pixels: Pixels
    corners: NDArray[np.float32]
    turn: int


class _Reading(NamedTuple):
    """Hold what a strip says; `info` tells in which of its columns the characters stand."""

    strip: _Strip
    text: str
    score: float
    info: Any


def _strip(picture: Pixels, quad: NDArray[np.float32], turn: int) -> _Strip:
    """Cut a line out of the picture so that text of this direction is upright."""
    import numpy as np

    corners = np.roll(quad, {UPRIGHT: 0, UPWARDS: 1, UPSIDE_DOWN: 2, DOWNWARDS: -1}[turn], axis=0)
    return _Strip(_cut(picture, corners), corners, turn)


def _cut(picture: Pixels, quad: NDArray[np.float32]) -> Pixels:
    """Return the pixels of a quadrilateral, straightened."""
    import cv2
    import numpy as np

    width, height = _extent(quad)
    wide = min(width, round(height * _LONGEST_LINE))
    target = np.array([[0, 0], [wide, 0], [wide, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(quad.astype(np.float32), target)
    cut: Pixels = cv2.warpPerspective(
        picture, matrix, (wide, height), borderMode=cv2.BORDER_REPLICATE, flags=cv2.INTER_CUBIC
    )
    return cut


def _extent(quad: NDArray[np.float32]) -> tuple[int, int]:
    import numpy as np

    sides = np.linalg.norm(quad - np.roll(quad, -1, axis=0), axis=1)
    return max(int(max(sides[0], sides[2])), 1), max(int(max(sides[1], sides[3])), 1)


class _LineReader:
    """Read the lines of one picture, each in the direction in which it makes most sense."""

    def __init__(
        self, recogniser: Any, picture: Pixels, quads: Sequence[NDArray[np.float32]]
    ) -> None:
        self._recogniser = recogniser
        self._picture = picture
        self._quads = quads
        self._turns = {
            tall: self._usual([quad for quad in quads if _is_tall(quad) == tall], turns)
            for tall, turns in ((False, (UPRIGHT, UPSIDE_DOWN)), (True, (UPWARDS, DOWNWARDS)))
        }

    def lines(self) -> list[ReadLine]:
        """Return the lines that hold text, in the order of the quadrilaterals."""
        best = self._read([(quad, self._turns[_is_tall(quad)]) for quad in self._quads])
        for index, (quad, reading) in enumerate(zip(self._quads, best, strict=True)):
            if reading.score < _SURE:
                others = [turn for turn in _turns(quad) if turn != reading.strip.turn]
                again = self._read([(quad, turn) for turn in others])
                best[index] = max([reading, *again], key=_sense)
        return [_line(reading) for reading in best if reading.text.strip()]

    def _usual(self, quads: Sequence[NDArray[np.float32]], turns: tuple[int, int]) -> int:
        """Return the direction that makes most sense of a few lines of middling length."""
        ordered = sorted(quads, key=lambda quad: max(_extent(quad)))
        middle = max(len(ordered) // 2 - _SAMPLE // 2, 0)
        sample = ordered[middle : middle + _SAMPLE]
        sense = [sum(_sense(each) for each in self._read([(q, t) for q in sample])) for t in turns]
        return turns[1] if sense[1] > sense[0] else turns[0]

    def _read(self, wanted: Sequence[tuple[NDArray[np.float32], int]]) -> list[_Reading]:
        from rapidocr.ch_ppocr_rec import TextRecInput

        strips = [_strip(self._picture, quad, turn) for quad, turn in wanted]
        if not strips:
            return []
        pictures = [strip.pixels for strip in strips]
        read = self._recogniser(TextRecInput(img=pictures, return_word_box=True))
        results = zip(strips, read.txts, read.scores, read.word_results, strict=True)
        return [_Reading(strip, text, float(score), info) for strip, text, score, info in results]


def _is_tall(quad: NDArray[np.float32]) -> bool:
    width, height = _extent(quad)
    return height > _SURELY_TALL * width


def _turns(quad: NDArray[np.float32]) -> tuple[int, ...]:
    """Return the directions in which a line of this shape may run."""
    width, height = _extent(quad)
    if height < _TALL * width:
        return UPRIGHT, UPSIDE_DOWN
    return (UPRIGHT, UPSIDE_DOWN, UPWARDS, DOWNWARDS)


def _sense(reading: _Reading) -> float:
    return reading.score if reading.text.strip() else 0.0


def _line(reading: _Reading) -> ReadLine:
    strip = reading.strip
    width, height = _extent(strip.corners)
    size, base = type_size(strip.pixels, reading.text)
    corners = _between(
        strip.corners, (base - _ASCENT * size) / height, (base + _DESCENT * size) / height
    )
    words = tuple(
        _word(corners, piece, start, end, spaced)
        for piece, start, end, spaced in _pieces(reading.text, reading.info, width, height)
    )
    tl, tr, *_ = strip.corners
    angle = math.atan2(float(tr[1] - tl[1]), float(tr[0] - tl[0])) + strip.turn * math.pi / 2
    slope = (angle + math.pi) % (2 * math.pi) - math.pi
    return ReadLine(words, reading.score, strip.turn, float(height), size, slope)


def _pieces(
    text: str, info: Any, width: float, height: float
) -> list[tuple[str, float, float, bool]]:
    """Return the words of a line with their begin and end, 0 to 1, and whether a space precedes."""
    columns = [column for word in info.word_cols for column in word]
    total = max(float(info.line_txt_len), 1.0)
    visible = [
        (index, character) for index, character in enumerate(text) if not character.isspace()
    ]
    centres = [min((column + 0.5) / total, 1.0) for column in columns]
    if len(centres) != len(visible):  # the recogniser lost count: spread the characters evenly
        centres = [(index + 0.5) / max(len(text), 1) for index, _ in visible]
    far = _PIECE_GAP * height / max(width, 1.0)
    pieces: list[tuple[str, float, float, bool]] = []
    start = 0
    for at in range(1, len(visible) + 1):
        if at < len(visible) and not (
            visible[at][0] > visible[at - 1][0] + 1 or centres[at] - centres[at - 1] > far
        ):
            continue
        piece = "".join(character for _, character in visible[start:at])
        spaced = start == 0 or visible[start][0] > visible[start - 1][0] + 1
        pieces.append((piece, *_reach(centres, start, at), spaced))
        start = at
    return pieces


def _reach(centres: Sequence[float], start: int, end: int) -> tuple[float, float]:
    """Return where characters [start, end) begin and end: half a character beyond the centres."""
    step = (centres[end - 1] - centres[start]) / max(end - start - 1, 1)
    if end - start == 1:
        step = 1.0 / max(len(centres), 1)
    low, high = centres[start] - step / 2, centres[end - 1] + step / 2
    if start:
        low = max(low, (centres[start - 1] + centres[start]) / 2)
    if end < len(centres):
        high = min(high, (centres[end - 1] + centres[end]) / 2)
    return max(0.0 if start == 0 else low, 0.0), 1.0 if end == len(centres) else min(high, 1.0)


def _between(corners: NDArray[np.float32], top: float, bottom: float) -> Corners:
    """Return the corners of the part of a strip between two shares of its height."""
    tl, tr, br, bl = ((float(x), float(y)) for x, y in corners)
    return _at(tl, bl, top), _at(tr, br, top), _at(tr, br, bottom), _at(tl, bl, bottom)


def _word(corners: Corners, text: str, start: float, end: float, spaced: bool) -> ReadWord:
    tl, tr, br, bl = corners
    around = (_at(tl, tr, start), _at(tl, tr, end), _at(bl, br, end), _at(bl, br, start))
    return ReadWord(text, around, spaced)


def _at(a: Point, b: Point, share: float) -> Point:
    return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share


def _placed(line: ReadLine, scale: float, width: int, height: int) -> ReadLine:
    """Return a line in the pixels of the picture as it came."""

    def place(point: Point) -> Point:
        x, y = ((value - _MARGIN) / scale for value in point)
        return min(max(x, 0.0), float(width)), min(max(y, 0.0), float(height))

    words = []
    for word in line.words:
        a, b, c, d = word.corners
        words.append(replace(word, corners=(place(a), place(b), place(c), place(d))))
    return replace(line, words=tuple(words), height=line.height / scale, size=line.size / scale)
