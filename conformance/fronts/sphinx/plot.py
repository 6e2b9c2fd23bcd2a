"""A plot of errors over positions as SVG: a pure function from numbers to text.

Colours are the style sheet's; without one everything has the colour of the text around it. Lines
differ in dashes and markers and carry a letter, so that no one needs the colours.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

WIDTH, HEIGHT = 640, 360
LEFT, RIGHT, TOP, BOTTOM = 66, 34, 14, 52
# The least error on the axis: a correctly rounded result is within 0.5.
LEAST = 0.1
MARKERS_PER_LINE = 7
LETTER_GAP = 15
# Above so many powers of ten every second one is labelled.
MANY_DECADES = 7
# Dashes and markers are of different number, so that their pairs repeat late; tones as in the CSS.
DASHES = ("", "9 4", "2 4", "12 4 2 4", "5 3")
MARKERS = ("circle", "square", "triangle", "diamond", "cross", "plus")
TONES = 6

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, slots=True)
class Line:
    """labels: everything that has this curve. points: (position from 0, error), errors may be inf.
    letter: stands at its end and in the legend."""

    labels: tuple[str, ...]
    points: tuple[tuple[int, float], ...]
    letter: str


def error_plot(lines: Sequence[Line], *, key: str, title: str) -> str:
    """<figure> with the plot, its title and a legend. key: how its ids begin in the document."""
    scale = _Scale.of(lines)
    drawn = "".join(
        f'<g class="conformance-tone-{number % TONES}">{_drawn(line, number, scale=scale)}</g>'
        for number, line in enumerate(lines)
    )
    return (
        '<figure class="conformance-plot">\n<div class="conformance-scroll">'
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" xmlns="http://www.w3.org/2000/svg" '
        f'aria-labelledby="{key}-title {key}-desc">'
        f'<title id="{key}-title">{escape(title)}</title>'
        f'<desc id="{key}-desc">{escape(describe(lines))}</desc>'
        f"{''.join(_axes(scale))}{drawn}{''.join(_letters(lines, scale))}</svg></div>\n"
        f"<figcaption>{escape(title)}</figcaption>\n{_legend(lines)}</figure>\n"
    )


def describe(lines: Sequence[Line]) -> str:
    """The plot in words: where every line begins, where it is highest."""
    told = []
    for line in lines:
        position, greatest = max(line.points, key=lambda point: point[1])
        told.append(
            f"{', '.join(line.labels)}: {number_text(line.points[0][1])} ULP at the start, "
            f"at most {number_text(greatest)} ULP near element {number_text(position + 1)}."
        )
    return " ".join(told)


def number_text(value: float) -> str:
    """Thousands in groups, of a float three significant digits: '0.5', '12 300', '1.23e+09', 'inf';
    an integer as it is: '12 345'."""
    if not math.isfinite(value):
        return "inf"
    if isinstance(value, int):
        return f"{value:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")
    rounded = float(f"{value:.3g}")
    if 1000 <= rounded < 1e7:
        return f"{rounded:,.0f}".replace(",", "\N{NARROW NO-BREAK SPACE}")
    return f"{value:.3g}"


@dataclass(frozen=True, slots=True)
class _Scale:
    """Powers of ten to pixels. right: of the last position; top: of the greatest error."""

    right: float
    top: int
    infinite: bool

    @classmethod
    def of(cls, lines: Sequence[Line]) -> _Scale:
        errors = [error for line in lines for _, error in line.points]
        finite = max((e for e in errors if math.isfinite(e)), default=LEAST)
        last = max(position for line in lines for position, _ in line.points)
        top = max(1, math.ceil(math.log10(max(finite, LEAST))))
        infinite = any(math.isinf(error) for error in errors)
        return cls(max(1.0, math.log10(last + 1)), top + infinite, infinite)

    def x(self, position: int) -> float:
        return LEFT + math.log10(position + 1) / self.right * (WIDTH - LEFT - RIGHT)

    def y(self, error: float) -> float:
        least = math.log10(LEAST)
        power = self.top if math.isinf(error) else math.log10(max(error, LEAST))
        return TOP + (self.top - power) / (self.top - least) * (HEIGHT - TOP - BOTTOM)


def _axes(scale: _Scale) -> Iterator[str]:
    """Grid, labels and names of both axes."""
    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    powers = range(round(math.log10(LEAST)), scale.top + 1)
    for power in powers:
        y = scale.y(10.0**power)
        yield f'<path class="conformance-grid" d="M{LEFT} {y:.1f}H{right}"/>'
        if len(powers) <= MANY_DECADES or power % 2 == 0 or power == scale.top:
            text = "inf" if scale.infinite and power == scale.top else _power(power)
            yield _text(text, x=LEFT - 8, y=y + 5, anchor="end")
    for power in range(math.floor(scale.right) + 1):
        x = scale.x(10**power - 1)
        yield f'<path class="conformance-grid" d="M{x:.1f} {TOP}V{bottom}"/>'
        yield _text(_power(power), x=x, y=bottom + 19, anchor="middle")
    y = scale.y(0.5)
    yield f'<path class="conformance-half" stroke-dasharray="3 3" d="M{LEFT} {y:.1f}H{right}"/>'
    yield _text("½ ULP: rounded once", x=right - 4, y=y + 16, anchor="end")
    middle = (LEFT + right) / 2
    yield _text("element along the axis", x=middle, y=HEIGHT - 8, anchor="middle")
    x, y = 15, (TOP + bottom) / 2
    turned = f'transform="rotate(-90 {x} {y:.1f})"'
    yield _text("greatest error in ULP", x=x, y=y, anchor="middle", extra=turned)


def _drawn(line: Line, number: int, *, scale: _Scale) -> str:
    """The curve, and its marker at some of its points."""
    places = [(scale.x(position), scale.y(error)) for position, error in line.points]
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
    step = max(1, len(places) // MARKERS_PER_LINE)
    # Lines that run close to each other have their markers at different places.
    marked = places[(number * 2) % step :: step]
    shape = MARKERS[number % len(MARKERS)]
    return (
        f'<path class="conformance-line"{_dash(number)} d="{path}"/>'
        + "".join(_marker(shape, x=x, y=y) for x, y in marked)
    )  # fmt: skip


def _dash(number: int) -> str:
    dash = DASHES[number % len(DASHES)]
    return f' stroke-dasharray="{dash}"' if dash else ""


def _marker(shape: str, *, x: float, y: float, size: float = 4.5) -> str:
    left, right, top, low = x - size, x + size, y - size, y + size
    paths = {
        "square": f"M{left:.1f} {top:.1f}H{right:.1f}V{low:.1f}H{left:.1f}Z",
        "triangle": f"M{x:.1f} {top:.1f}L{right:.1f} {low:.1f}H{left:.1f}Z",
        "diamond": f"M{x:.1f} {top:.1f}L{right:.1f} {y:.1f} {x:.1f} {low:.1f} {left:.1f} {y:.1f}Z",
        "cross": f"M{left:.1f} {top:.1f}L{right:.1f} {low:.1f}M{right:.1f} {top:.1f}"
        f"L{left:.1f} {low:.1f}",
        "plus": f"M{left:.1f} {y:.1f}H{right:.1f}M{x:.1f} {top:.1f}V{low:.1f}",
        "circle": f"M{left:.1f} {y:.1f}a{size} {size} 0 1 0 {2 * size} 0"
        f"a{size} {size} 0 1 0 {-2 * size} 0Z",
    }
    return f'<path class="conformance-marker" d="{paths[shape]}"/>'


def _letters(lines: Sequence[Line], scale: _Scale) -> Iterator[str]:
    """The letter of every line at its end, none on top of another."""
    ends = sorted(
        ((scale.y(line.points[-1][1]), line.letter, number) for number, line in enumerate(lines)),
    )
    heights = [y for y, _, _ in ends]
    for above, below in pairwise(range(len(heights))):
        heights[below] = max(heights[below], heights[above] + LETTER_GAP)
    excess = max(0.0, heights[-1] - (HEIGHT - BOTTOM + 4)) if heights else 0.0
    for height, (_, letter, number) in zip(heights, ends, strict=True):
        yield (
            f'<g class="conformance-tone-{number % TONES}">'
            + _text(letter, x=WIDTH - RIGHT + 10, y=height - excess + 5, anchor="start")
            + "</g>"
        )


def _legend(lines: Sequence[Line]) -> str:
    items = []
    for number, line in enumerate(lines):
        shape = MARKERS[number % len(MARKERS)]
        sample = (
            '<svg viewBox="0 0 44 14" aria-hidden="true" width="44" height="14">'
            f'<path class="conformance-line"{_dash(number)} d="M1 7H43"/>'
            f"{_marker(shape, x=22, y=7)}</svg>"
        )
        labels = "<br/>".join(map(escape, line.labels))
        items.append(
            f'<li class="conformance-tone-{number % TONES}"><b>{line.letter}</b>{sample}'
            f"<span>{labels}</span></li>"
        )
    return f'<ul class="conformance-legend">{"".join(items)}</ul>'


def _text(text: str, *, x: float, y: float, anchor: str, extra: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {extra}>{escape(text)}</text>'


def _power(power: int) -> str:
    """'0.1', '1', '10', '100', and from there on '10³'."""
    if -1 <= power <= 2:
        return f"{10.0**power:g}"
    return f"10{str(power).translate(_SUPERSCRIPTS)}"
