"""Text that a page shows and does not hold: it is drawn, turned upright and recognised.

In: a pdfium page. Out: the words of its text layer with the recognised ones beside them, on sheets
that are turned, and straightened, as the text is. Words that the layer has at the same place are
not doubled. What cannot be trusted is kept aside as drops: a layer of meaningless characters, and
lines of which recognition is not sure.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from ragflow.domain.documents import DropKind
from ragflow.ingest.parse.base import DocumentBuilder, ParseOptions
from ragflow.ingest.parse.pdf.characters import Word, WrittenSheet, words_of
from ragflow.ingest.parse.pdf.document import open_text
from ragflow.ingest.parse.pdf.lines import TextLine, lines_of
from ragflow.ingest.parse.pdf.looks import Style
from ragflow.ingest.parse.pdf.objects import Objects
from ragflow.ingest.parse.pdf.rulings import Stroke
from ragflow.ingest.parse.pdf.scans import common, is_legible, layer_rects, pictured_areas
from ragflow.ingest.parse.pdf.sheet import PageFrame, Rect, Sheet
from ragflow.ingest.parse.pdf.sizes import LineSizes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ragflow.vision.ocr import Point, ReadLine, ReadWord

    Pixels = NDArray[Any]

_SCALE = 200 / 72  # pixels per point
_MOST_SIDE = 4000  # pixels
_FLAT = 3.0  # shades: a picture that varies less shows nothing
_UNSURE = 0.5  # confidence below which a line is no text
_FILLING, _FEW = 0.5, 2  # of a picture's side; characters: a shape rather than a line
_FEWEST_BESIDE_TEXT = 3  # characters of a line in a picture on a page of text
_TAKEN = 0.4  # of a word's area, from which the text layer has it
_LEAST_SKEW, _MOST_SKEW = math.radians(0.25), math.radians(12)
_LONG = 4.0  # lines this many times longer than high tell the skew
_THOROUGH_PAGES = 3  # of which the fonts are asked for what they mean


@dataclass(frozen=True, slots=True)
class _Seen:
    """Hold a recognised area: its lines, as they lie in a picture turned by `turn` quarters."""

    area: Rect
    lines: Sequence[ReadLine]
    turn: int
    scale: float

    pixels: Pixels  # of the turned picture

    def displayed(self, point: Point) -> Point:
        """Map a pixel of the turned picture to the page as displayed."""
        x, y = point
        height, width = self.pixels.shape[:2]
        if self.turn == 1:
            x, y = y, width - x
        elif self.turn == 2:
            x, y = width - x, height - y
        elif self.turn == 3:
            x, y = height - y, x
        return self.area.x0 + x / self.scale, self.area.top + y / self.scale


class Recogniser:
    """Read the pages of one document; `starts` is told the number of each page to recognise."""

    def __init__(
        self, options: ParseOptions, builder: DocumentBuilder, starts: Callable[[int], None]
    ) -> None:
        self._options = options
        self._builder = builder
        self._starts = starts
        self._left = options.limits.ocr_pages
        self._thorough = _THOROUGH_PAGES
        self._sizes = LineSizes()
        self._known: dict[bytes, list[ReadLine]] = {}
        self._drops: dict[int, list[tuple[DropKind, TextLine]]] = {}
        self._strokes: dict[Sheet, list[Stroke]] = {}  # of the last page

    def words(self, page: Any, objects: Objects, frame: PageFrame) -> list[WrittenSheet]:
        """Return the words of a page, the sheet with most text first."""
        self._strokes.clear()
        with open_text(page) as text_page:
            written = words_of(text_page, frame)
            legible = self._is_legible(text_page, written)
        areas = pictured_areas(objects, frame, written) if legible else [_whole(frame)]
        if not areas:
            return written
        if not self._left:
            self._builder.warn(
                f"Text in pictures from page {frame.number} on was not recognised: the limit is "
                f"{self._options.limits.ocr_pages} pages (setting limits.ocr_pages)."
            )
            return written
        self._left -= 1
        self._starts(frame.number)
        self._options.more_time()
        seen = [each for area in areas if (each := self._seen(page, frame, area)) is not None]
        if not legible and any(each.lines for each in seen):
            self._builder.warn(
                f"The text layer of page {frame.number} is unreadable; the page was recognised."
            )
            self._set_aside(DropKind.UNREADABLE, written, frame)
            written = []
        taken = list(layer_rects(written))
        found = self._found(seen, taken, frame, _usual_size(written))
        written = [*written, *found]
        return sorted(written, key=lambda part: (-len(part.words), part.sheet.turn))

    def strokes(self, sheet: Sheet) -> Sequence[Stroke]:
        """Return the straight lines that were seen on a sheet of the last page."""
        return self._strokes.get(sheet, ())

    def drops(self, number: int) -> list[tuple[DropKind, TextLine]]:
        """Return the lines of a page that were left out."""
        return self._drops.get(number, [])

    def _is_legible(self, text_page: Any, written: Sequence[WrittenSheet]) -> bool:
        text = " ".join(word.text for part in written for word in part.words)
        thorough = self._thorough > 0 and bool(text)
        legible = is_legible(text_page, text, thorough=thorough)
        if thorough and legible:  # a document with one bad page may have more
            self._thorough -= 1
        return legible

    def _set_aside(self, kind: DropKind, written: Sequence[WrittenSheet], frame: PageFrame) -> None:
        aside = self._drops.setdefault(frame.number, [])
        for part in written:
            words = [*part.words, *part.hidden, *part.repeated]
            aside.extend((kind, line) for line in lines_of(words, part.sheet))

    def _seen(self, page: Any, frame: PageFrame, area: Rect) -> _Seen | None:
        """Draw an area and recognise its lines; None where there is nothing to see."""
        import numpy as np

        scale = min(_SCALE, _MOST_SIDE / max(area.width, area.height, 1.0))
        pixels = _drawn(page, frame, area, scale)
        if pixels is None or float(pixels.std()) < _FLAT:
            return None
        turn = self._turn(pixels)
        pixels = np.ascontiguousarray(np.rot90(pixels, -turn))
        key = hashlib.sha256(pixels.tobytes()).digest()
        if key not in self._known:
            self._known[key] = self._read(pixels)
        return _Seen(area, self._known[key], turn, scale, pixels)

    def _read(self, pixels: Pixels) -> list[ReadLine]:
        from ragflow.vision.ocr import reader

        return reader(self._options.limits.threads).read(pixels)

    def _turn(self, pixels: Pixels) -> int:
        from ragflow.vision.orientation import compass

        path = self._options.vision.orientation
        return 0 if path is None else compass(path, self._options.limits.threads).turn(pixels)

    def _found(
        self, seen: Sequence[_Seen], taken: Sequence[Rect], frame: PageFrame, usual: float
    ) -> list[WrittenSheet]:
        """Place the recognised words on sheets, without those that the text layer has.

        `usual` is the size of the layer's text, 0 without one. Beside a layer, what pictures say is
        no title of the page, however large it is drawn, and a line of a few signs is an icon.
        """
        skew = _skew([line for each in seen for line in each.lines])
        every = [(each, line) for each in seen for line in each.lines]
        sizes = self._sizes.of([(line.size / each.scale, line.text) for each, line in every])
        sheets: dict[int, WrittenSheet] = {}
        unsure: dict[int, WrittenSheet] = {}
        weighed: list[tuple[int, float]] = []
        for (each, line), size in zip(every, sizes, strict=True):
            turn = (each.turn + line.turn) % 4
            fewest = _FEWEST_BESIDE_TEXT if usual else 1
            home = sheets if _is_text(line, each, fewest) else unsure
            size = min(size, usual) if usual else size
            part = home.setdefault(turn, WrittenSheet(Sheet(frame, turn, skew)))
            words = [_word(word, size, each, part.sheet) for word in line.words]
            words = [word for word in words if not _is_taken(word, part.sheet, taken)]
            part.words.extend(words)
            if home is sheets:
                weighed.append((sum(len(word.text) for word in words), line.confidence))
        ends = [pair for each in seen for pair in _strokes(each, skew)]
        for part in sheets.values():
            turned = part.sheet.turned
            self._strokes[part.sheet] = [(*turned(*a), *turned(*b)) for a, b in ends]
        self._set_aside(DropKind.UNSURE, list(unsure.values()), frame)
        total = sum(length for length, _ in weighed)
        if total:
            confidence = sum(length * share for length, share in weighed) / total
            self._builder.recognised(frame.number, confidence)
        return [part for part in sheets.values() if part.words]


def _whole(frame: PageFrame) -> Rect:
    return Rect(0.0, frame.width, 0.0, frame.height)


def _drawn(page: Any, frame: PageFrame, area: Rect, scale: float) -> Pixels | None:
    """Return the pixels of an area of a page."""
    import numpy as np

    if min(area.width, area.height) * scale < 1:
        return None
    rest = (area.x0, frame.height - area.bottom, frame.width - area.x1, area.top)
    bitmap = page.render(scale=scale, crop=tuple(max(side, 0.0) for side in rest))
    try:
        pixels: Pixels = bitmap.to_numpy()
        if pixels.shape[2] == 1:
            return np.repeat(pixels, 3, axis=2)
        return pixels[:, :, :3].copy()
    finally:
        bitmap.close()


def _skew(lines: Sequence[ReadLine]) -> float:
    """Return by how much the lines of a page lie askew; 0 where it does not matter."""
    telling = []
    for line in lines:
        length = math.dist(line.words[0].corners[0], line.words[-1].corners[1])
        if length > _LONG * line.height:
            telling.append(line.angle)
    skew = median(telling) if len(telling) > 1 else 0.0
    return skew if _LEAST_SKEW < abs(skew) < _MOST_SKEW else 0.0


def _usual_size(written: Sequence[WrittenSheet]) -> float:
    """Return the size of most words, 0 where there are none."""
    sizes = [word.size for part in written for word in part.words]
    return median(sizes) if sizes else 0.0


def _is_text(line: ReadLine, seen: _Seen, fewest: int) -> bool:
    """Tell whether a line is text: the model also takes round things for an 8 or an O."""
    if len("".join(line.text.split())) < fewest:
        return False
    fills = line.height > _FILLING * min(seen.pixels.shape[:2])
    return line.confidence >= _UNSURE and not (fills and len(line.text) <= _FEW)


def _strokes(seen: _Seen, skew: float) -> Iterator[tuple[Point, Point]]:
    """Yield the ends of the straight lines of an area, on the page as displayed."""
    import cv2

    from ragflow.vision.ruling_lines import ruling_lines

    height, width = seen.pixels.shape[:2]
    middle = (width / 2, height / 2)
    straight = _rotated(seen.pixels, skew) if skew else seen.pixels
    grey: Pixels = cv2.cvtColor(straight, cv2.COLOR_BGR2GRAY)
    across, down = ruling_lines(grey)
    for x0, y0, x1, y1 in (*across, *down):
        ends = [_around(middle, point, skew) for point in ((x0, y0), (x1, y1))]
        yield seen.displayed(ends[0]), seen.displayed(ends[1])


def _rotated(pixels: Pixels, angle: float) -> Pixels:
    """Return pixels rotated counter-clockwise around their middle, on white."""
    import cv2

    height, width = pixels.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), math.degrees(angle), 1.0)
    return cv2.warpAffine(pixels, matrix, (width, height), borderValue=(255, 255, 255))


def _around(middle: Point, point: Point, angle: float) -> Point:
    """Rotate a point clockwise around another."""
    x, y = point[0] - middle[0], point[1] - middle[1]
    cosine, sine = math.cos(angle), math.sin(angle)
    return middle[0] + x * cosine - y * sine, middle[1] + x * sine + y * cosine


def _word(word: ReadWord, size: float, seen: _Seen, sheet: Sheet) -> Word:
    corners = [sheet.turned(*seen.displayed(corner)) for corner in word.corners]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    rect = Rect(min(xs), max(xs), min(ys), max(ys))
    return Word(word.text, rect, size, Style(), word.spaced)


def _is_taken(word: Word, sheet: Sheet, taken: Sequence[Rect]) -> bool:
    if not taken:
        return False
    box = sheet.box(word.rect)
    place = Rect(box.x0, box.x1, box.top, box.bottom)
    shared = [common(place, rect) for rect in taken]
    least = _TAKEN * place.width * place.height
    return sum(rect.width * rect.height for rect in shared) >= least
