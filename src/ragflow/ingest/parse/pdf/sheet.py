"""The geometry of a page: from PDF space to upright text, and back to the page as displayed.

Three spaces: PDF space (origin bottom left, before /Rotate), the page as displayed (origin top
left), and a sheet: the page turned so that its text runs from left to right.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ragflow.domain.documents import Box


class Rect(NamedTuple):
    """Hold a rectangle; `top` is less than `bottom` but in PDF space, where the axis points up."""

    x0: float
    x1: float
    top: float
    bottom: float

    @property
    def width(self) -> float:
        """Return the horizontal extent."""
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        """Return the vertical extent."""
        return self.bottom - self.top

    def union(self, other: Rect) -> Rect:
        """Return the smallest rectangle around both."""
        return Rect(
            min(self.x0, other.x0),
            max(self.x1, other.x1),
            min(self.top, other.top),
            max(self.bottom, other.bottom),
        )


def around(rects: Sequence[Rect]) -> Rect:
    """Return the smallest rectangle around all of some."""
    if len(rects) == 1:
        return rects[0]
    lefts, rights, tops, bottoms = zip(*rects, strict=True)
    return Rect(min(lefts), max(rights), min(tops), max(bottoms))


@dataclass(frozen=True, slots=True)
class PageFrame:
    """Hold where a page lies in PDF space and how it is turned for display.

    `rotation` counts clockwise quarter turns; `left` to `top` bound the visible area in PDF space.
    """

    number: int
    left: float
    bottom: float
    right: float
    top: float
    rotation: int

    @property
    def width(self) -> float:
        """Return the displayed width."""
        return self.top - self.bottom if self.rotation % 2 else self.right - self.left

    @property
    def height(self) -> float:
        """Return the displayed height."""
        return self.right - self.left if self.rotation % 2 else self.top - self.bottom

    def displayed(self, x: float, y: float) -> tuple[float, float]:
        """Map a point of PDF space to the page as displayed."""
        if self.rotation == 0:
            return x - self.left, self.top - y
        if self.rotation == 1:
            return y - self.bottom, x - self.left
        if self.rotation == 2:
            return self.right - x, y - self.bottom
        return self.top - y, self.right - x


@dataclass(frozen=True, slots=True)
class Sheet:
    """Turn a page so that text of one direction is upright.

    `turn` counts counter-clockwise quarters by which the text is turned on the displayed page;
    `skew` is by how many radians, clockwise, a scan lies askew beyond that.
    """

    frame: PageFrame
    turn: int = 0
    skew: float = 0.0

    @property
    def width(self) -> float:
        """Return the width of the turned page."""
        return self.frame.height if self.turn % 2 else self.frame.width

    @property
    def height(self) -> float:
        """Return the height of the turned page."""
        return self.frame.width if self.turn % 2 else self.frame.height

    def upright(self, x: float, y: float) -> tuple[float, float]:
        """Map a point of PDF space to the sheet."""
        return self.turned(*self.frame.displayed(x, y))

    def turned(self, x: float, y: float) -> tuple[float, float]:
        """Map a point of the page as displayed to the sheet."""
        if self.turn == 1:
            x, y = self.frame.height - y, x
        elif self.turn == 2:
            x, y = self.frame.width - x, self.frame.height - y
        elif self.turn == 3:
            x, y = y, self.frame.width - x
        return self._rotated(x, y, -self.skew) if self.skew else (x, y)

    def rect(self, left: float, bottom: float, right: float, top: float) -> Rect:
        """Map a rectangle of PDF space to the sheet."""
        xa, ya = self.upright(left, bottom)
        xb, yb = self.upright(right, top)
        return Rect(min(xa, xb), max(xa, xb), min(ya, yb), max(ya, yb))

    def box(self, rect: Rect) -> Box:
        """Map a rectangle of the sheet to a box on the page as displayed, cut to the page."""
        x0, x1, top, bottom = rect
        width, height = self.frame.width, self.frame.height
        if not (self.turn or self.skew):  # as nearly all sheets, and of all boxes most are theirs
            x0, x1 = min(max(x0, 0.0), width), min(max(x1, 0.0), width)
            top, bottom = min(max(top, 0.0), height), min(max(bottom, 0.0), height)
            if x0 <= x1 and top <= bottom:
                edges = round(x0, 2), round(x1, 2), round(top, 2), round(bottom, 2)
                return Box(self.frame.number, *edges)
        corners = [self._on_page(x0, top), self._on_page(x1, bottom)]
        if self.skew:  # else two corners bound the others
            corners += [self._on_page(x0, bottom), self._on_page(x1, top)]
        xs = sorted([min(max(x, 0.0), width) for x, _ in corners])
        ys = sorted([min(max(y, 0.0), height) for _, y in corners])
        return Box(
            self.frame.number, round(xs[0], 2), round(xs[-1], 2), round(ys[0], 2), round(ys[-1], 2)
        )

    def _on_page(self, x: float, y: float) -> tuple[float, float]:
        if self.skew:
            x, y = self._rotated(x, y, self.skew)
        if self.turn == 0:
            return x, y
        if self.turn == 1:
            return y, self.frame.height - x
        if self.turn == 2:
            return self.frame.width - x, self.frame.height - y
        return self.frame.width - y, x

    def _rotated(self, x: float, y: float, angle: float) -> tuple[float, float]:
        """Rotate a point clockwise around the middle of the sheet."""
        x, y = x - self.width / 2, y - self.height / 2
        cosine, sine = math.cos(angle), math.sin(angle)
        return (
            x * cosine - y * sine + self.width / 2,
            x * sine + y * cosine + self.height / 2,
        )
