"""OCR: the lines of text in a picture, with the place of each word.

In: a picture as an array of rows of BGR pixels. Out: lines with words, boxes in pixels and a
confidence. Refused: nothing; a picture without text gives no lines. PP-OCRv6 finds the lines and
reads them; its weights are part of the package `rapidocr`, nothing is downloaded.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Any, NamedTuple

from ragflow.vision.line_text import LineModel, LineText
from ragflow.vision.text_finder import TextFinder
from ragflow.vision.type_size import type_size

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[Any]

UPRIGHT, UPWARDS, UPSIDE_DOWN, DOWNWARDS = range(
    4
)  # counter-clockwise quarters, as sheets count them

_MOST_SIDE = 4000  # pixels: larger pictures are reduced
_LEAST_SIDE = 32
_LONGEST_LINE = 60.0  # its width by its height; what is longer is squeezed
_TALL = 1.5  # height by width from which a line may run upwards or downwards
_SURELY_TALL = 3.0
_SURE = 0.75  # confidence below which a line is read in the other directions too
_SAMPLE = 3  # lines that tell the usual direction
_PLAIN, _TELLING = 0.95, 8  # confidence; characters: a sample that is not read upside down too
_PIECE_GAP = 1.2  # of the line's height: what is farther apart belongs to two words
_ASCENT, _DESCENT = 0.9, 0.23  # of the size of type: what a word's box reaches from its base line
_INKED = 0.35  # of the darkest ink, from which a column belongs to a letter
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
        self._models: tuple[TextFinder, LineModel] | None = None

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
        finder, model = self._loaded()
        lines = _LineReader(model, picture, finder.quads(picture)).lines()
        return [_placed(line, scale, width, height) for line in lines]

    def _loaded(self) -> tuple[TextFinder, LineModel]:
        if self._models is None:
            with as_file(files("rapidocr") / "models") as folder:
                finder = TextFinder(folder / "PP-OCRv6_det_small.onnx", self._threads)
                self._models = finder, LineModel(folder / "PP-OCRv6_rec_small.onnx", self._threads)
        return self._models


@cache
def reader(threads: int) -> Reader:
    """Return the reader of this process."""
    return Reader(threads)


@dataclass(frozen=True, slots=True)
class _Strip:
    """Hold a line cut out of the picture; `corners` run around it from where reading begins."""

    pixels: Pixels
    corners: NDArray[np.float32]
    turn: int


class _Reading(NamedTuple):
    """Hold what a strip says."""

    strip: _Strip
    said: LineText

    @property
    def sense(self) -> float:
        """Return how much sense it makes: none without text."""
        return self.said.score if self.said.text.strip() else 0.0


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
        self, model: LineModel, picture: Pixels, quads: Sequence[NDArray[np.float32]]
    ) -> None:
        self._model = model
        self._picture = picture
        self._quads = quads
        self._known: dict[tuple[int, int], _Reading] = {}
        tall = sum(_extent(quad)[1] for quad in quads if _shape(quad) > _SURELY_TALL)
        wide = sum(_extent(quad)[0] for quad in quads if _shape(quad) < 1 / _TALL)
        self._upended = tall > wide

    def lines(self) -> list[ReadLine]:
        """Return the lines that hold text, in the order of the quadrilaterals."""
        is_tall = [self._is_tall(quad) for quad in self._quads]
        usual = {
            tall: self._usual([index for index, each in enumerate(is_tall) if each == tall], turns)
            for tall, turns in ((False, (UPRIGHT, UPSIDE_DOWN)), (True, (UPWARDS, DOWNWARDS)))
        }
        best = [self._read(index, usual[tall]) for index, tall in enumerate(is_tall)]
        running = {
            reading.strip.turn
            for quad, reading in zip(self._quads, best, strict=True)
            if reading.sense >= _SURE and not _is_square(quad)
        }
        for index, quad in enumerate(self._quads):
            if best[index].said.score < _SURE:
                turns = _turns(quad, running)
                again = [self._read(index, turn) for turn in turns]
                best[index] = max([best[index], *again], key=_sense)
        return [_line(reading) for reading in best if reading.sense]

    def _is_tall(self, quad: NDArray[np.float32]) -> bool:
        """Tell whether a line runs upwards or downwards; one like a square runs as most do."""
        shape = _shape(quad)
        return shape > _SURELY_TALL or (self._upended and shape >= 1 / _TALL)

    def _usual(self, lines: Sequence[int], turns: tuple[int, int]) -> int:
        """Return the direction that makes most sense of a few lines of middling length."""
        ordered = sorted(lines, key=lambda index: max(_extent(self._quads[index])))
        middle = max(len(ordered) // 2 - _SAMPLE // 2, 0)
        sample = ordered[middle : middle + _SAMPLE]
        first = [self._read(index, turns[0]) for index in sample]
        sense = sum(reading.sense for reading in first)
        length = sum(len(reading.said.text) for reading in first)
        if sense >= _PLAIN * len(sample) and length >= _TELLING:
            return turns[0]
        other = sum(self._read(index, turns[1]).sense for index in sample)
        return turns[1] if other > sense else turns[0]

    def _read(self, index: int, turn: int) -> _Reading:
        if (index, turn) not in self._known:
            strip = _strip(self._picture, self._quads[index], turn)
            self._known[index, turn] = _Reading(strip, self._model.read(strip.pixels))
        return self._known[index, turn]


def _shape(quad: NDArray[np.float32]) -> float:
    """Return the height of a line by its width."""
    width, height = _extent(quad)
    return height / width


def _is_square(quad: NDArray[np.float32]) -> bool:
    return 1 / _TALL <= _shape(quad) <= _TALL


def _turns(quad: NDArray[np.float32], running: Iterable[int]) -> Iterable[int]:
    """Return the directions in which a doubtful line of this shape may run.

    A single sign makes some sense in each direction: it runs as others do where there are any.
    """
    if _shape(quad) < 1 / _TALL:
        return UPRIGHT, UPSIDE_DOWN
    everywhere = (UPRIGHT, UPSIDE_DOWN, UPWARDS, DOWNWARDS)
    return (running if _is_square(quad) else ()) or everywhere


def _sense(reading: _Reading) -> float:
    return reading.sense


def _line(reading: _Reading) -> ReadLine:
    strip = reading.strip
    width, height = _extent(strip.corners)
    size, base = type_size(strip.pixels, reading.said.text)
    corners = _between(
        strip.corners, (base - _ASCENT * size) / height, (base + _DESCENT * size) / height
    )
    inked = _inked_columns(strip.pixels)
    words = tuple(
        _word(corners, piece, *_trimmed(inked, start, end), spaced)
        for piece, start, end, spaced in _pieces(reading.said, width / height, inked)
    )
    tl, tr, *_ = strip.corners
    angle = math.atan2(float(tr[1] - tl[1]), float(tr[0] - tl[0])) + strip.turn * math.pi / 2
    slope = (angle + math.pi) % (2 * math.pi) - math.pi
    return ReadLine(words, reading.said.score, strip.turn, float(height), size, slope)


def _pieces(
    said: LineText, shape: float, inked: NDArray[np.bool_]
) -> list[tuple[str, float, float, bool]]:
    """Return the words of a line with their begin and end, 0 to 1, and whether a space precedes.

    `shape` is the line's width by its height.
    """
    visible = [
        (index, character) for index, character in enumerate(said.text) if not character.isspace()
    ]
    middles = [said.middles[index] for index, _ in visible]
    starts = [0]
    for at in range(1, len(visible)):
        far = middles[at] - middles[at - 1] > _PIECE_GAP / shape
        if far or visible[at][0] > visible[at - 1][0] + 1:
            starts.append(at)
    pieces: list[tuple[str, float, float, bool]] = []
    for start, end in zip(starts, [*starts[1:], len(visible)], strict=True):
        piece = "".join(character for _, character in visible[start:end])
        spaced = start == 0 or visible[start][0] > visible[start - 1][0] + 1
        pieces.append((piece, *_reach(middles, start, end, inked), spaced))
    return pieces


def _reach(
    middles: Sequence[float], start: int, end: int, inked: NDArray[np.bool_]
) -> tuple[float, float]:
    """Return where characters [start, end) begin and end, with a little of the blank around."""
    low = _parting(middles[start - 1], middles[start], inked) if start else 0.0
    high = _parting(middles[end - 1], middles[end], inked) if end < len(middles) else 1.0
    return low, high


def _parting(left: float, right: float, inked: NDArray[np.bool_]) -> float:
    """Return where two words part: in the widest blank between the middles of their letters.

    The model tells the middles late or early by up to half a letter.
    """
    import numpy as np

    first, last = round(left * len(inked)), round(right * len(inked))
    letters = np.flatnonzero(inked[first : last + 1])
    edges = np.concatenate([[-1], letters, [last + 1 - first]])
    widest = int(np.argmax(np.diff(edges)))
    return (first + float(edges[widest] + edges[widest + 1]) / 2) / len(inked)


def _inked_columns(pixels: Pixels) -> NDArray[np.bool_]:
    """Tell for each column of a strip whether letters stand in it."""
    import numpy as np

    height = pixels.shape[0]
    grey = pixels[height // 6 : height - height // 6].mean(axis=2)
    ink = np.abs(grey - np.median(grey)).max(axis=0)
    inked: NDArray[np.bool_] = ink > _INKED * ink.max()
    return inked


def _trimmed(inked: NDArray[np.bool_], start: float, end: float) -> tuple[float, float]:
    """Return a part of a strip, given by shares of its width, without the blank at its ends."""
    import numpy as np

    first, last = round(start * len(inked)), round(end * len(inked))
    columns = np.flatnonzero(inked[first:last])
    if not len(columns):
        return start, end
    left, right = int(columns[0]), int(columns[-1])
    return (first + left) / len(inked), (first + right + 1) / len(inked)


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
