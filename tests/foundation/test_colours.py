"""The colours of charts are told apart by everybody, on light and on dark paper."""

from __future__ import annotations

import re
from itertools import combinations

import pytest

from foundation.page import TEMPLATES

APART = ("main", "second", "third", "fourth")  # things without an order, such as services
ORDERED = ("low", "middle", "high")  # percentiles
Colour = tuple[float, float, float]
# How colours look to the colour-blind, on linear RGB: Machado, Oliveira, Fernandes 2009, severity 1.
EYES = {
    "most people": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.152, 1.053, -0.205), (0.115, 0.786, 0.099), (-0.004, -0.048, 1.052)),
    "deuteranopia": ((0.367, 0.861, -0.228), (0.280, 0.673, 0.047), (-0.012, 0.043, 0.969)),
}


def papers() -> dict[str, dict[str, str]]:
    """The style sheet's colours by name, on each paper."""
    blocks = re.findall(r":root \{(.*?)\}", (TEMPLATES / "page.css").read_text(), re.DOTALL)
    found = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block)) for block in blocks]
    return {"light": found[0], "dark": found[1]}


def linear(text: str) -> Colour:
    red, green, blue = (int(text[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return _linear(red), _linear(green), _linear(blue)


def _linear(share: float) -> float:
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)


def luminance(colour: Colour) -> float:
    return 0.2126 * colour[0] + 0.7152 * colour[1] + 0.0722 * colour[2]


def contrast(one: Colour, two: Colour) -> float:
    """Of WCAG 2: 1 for the same, 21 for black on white."""
    high, low = sorted((luminance(one), luminance(two)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def lab(colour: Colour) -> Colour:
    """CIE L*a*b* of D65: distances in it are about what people see."""
    red, green, blue = (max(part, 0.0) for part in colour)
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089
    fx, fy, fz = (part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116 for part in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def seen(colour: Colour, eyes: str) -> Colour:
    rows = (sum(weight * part for weight, part in zip(row, colour, strict=True)) for row in EYES[eyes])
    red, green, blue = rows
    return lab((red, green, blue))


@pytest.mark.parametrize("paper", ["light", "dark"])
@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize("tones", [APART, ORDERED])
def test_no_two_lines_of_a_chart_look_alike(paper: str, eyes: str, tones: tuple[str, ...]) -> None:
    colours = papers()[paper]
    for one, two in combinations(tones, 2):
        first, second = (seen(linear(colours[name]), eyes) for name in (one, two))
        distance = sum((a - b) ** 2 for a, b in zip(first, second, strict=True)) ** 0.5
        assert distance > 15, f"{one} and {two} are {distance:.0f} apart"


@pytest.mark.parametrize("paper", ["light", "dark"])
def test_every_line_stands_out_from_its_paper(paper: str) -> None:
    """Three to one, as WCAG 2.1 asks of what must be seen in a picture (1.4.11)."""
    colours = papers()[paper]
    for name in (*APART, "middle", "high", "error"):
        assert contrast(linear(colours[name]), linear(colours["paper"])) >= 3, name


def test_lines_without_an_order_differ_in_their_strokes_too() -> None:
    style = (TEMPLATES / "page.css").read_text()
    dashes = [re.search(rf"path\.line\.{name} {{ stroke-dasharray: ([\d ]+);", style) for name in APART]
    assert dashes[0] is None
    assert len({found[1] for found in dashes[1:] if found}) == 3
