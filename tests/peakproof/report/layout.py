"""What a real browser makes of pages: each is laid out in a frame of a given width, then measured.

The pages have no script; the measuring one is in the page around them.
"""

from __future__ import annotations

import html
import json
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import TypedDict

# Only what would make a picture wrong: things drawn outside, on top of one another, or not at all.
MEASURE = """
const box = (e) => { const r = e.getBoundingClientRect(); return [r.left, r.top, r.right, r.bottom]; };
const overlap = (a, b) => Math.min(a[2], b[2]) - Math.max(a[0], b[0]) > 0.5 && Math.min(a[3], b[3]) - Math.max(a[1], b[1]) > 0.5;
function chart(figure) {
  const plot = box(figure.querySelector("svg.plot"));
  const texts = [...figure.querySelectorAll("svg.plot > text, svg.plot > g > text")];
  const collisions = [];
  texts.forEach((a, i) => texts.slice(i + 1).forEach((b) => {
    if (overlap(box(a), box(b))) collisions.push(a.textContent + " / " + b.textContent);
  }));
  const share = (rect) => [rect[0], rect[2]].map((x) => (x - plot[0]) / (plot[2] - plot[0]));
  return {
    width: plot[2] - plot[0],
    collisions,
    outside: texts.filter((t) => box(t)[0] < 0 || box(t)[2] > figure.ownerDocument.documentElement.clientWidth).map((t) => t.textContent),
    smallest: Math.min(...texts.map((t) => parseFloat(getComputedStyle(t).fontSize))),
    bands: [...figure.querySelectorAll("rect.band")].map((band) => share(box(band))),
    drawn: [...figure.querySelectorAll("svg.lines path")].filter((p) => p.getBBox().width > 0).length,
  };
}
function measure(frame) {
  const page = frame.contentDocument, root = page.documentElement;
  const shown = (e) => box(e)[3] - box(e)[1] > 0;
  return {
    overflow: root.scrollWidth - root.clientWidth,
    sections: [...page.querySelectorAll("section")].filter(shown).map((s) => s.id),
    verdict: page.querySelector("h1").textContent.trim(),
    tilesEnd: box(page.querySelector(".tiles"))[3],
    headlineEnd: box(page.querySelector("#verdict"))[3],
    background: getComputedStyle(page.body).backgroundColor,
    charts: Object.fromEntries([...page.querySelectorAll("figure.chart")].map((f) => [f.id, chart(f)])),
    alert: frame.contentWindow.hacked === true,
  };
}
addEventListener("load", () => {
  const found = Object.fromEntries([...document.querySelectorAll("iframe")].map((f) => [f.id, measure(f)]));
  document.getElementById("found").textContent = JSON.stringify(found);
});
"""  # noqa: E501 - a program in another language


class ChartLayout(TypedDict):
    """Pixels, and bands as shares of the plot's width."""

    width: float
    collisions: list[str]
    outside: list[str]
    smallest: float
    bands: list[list[float]]
    drawn: int


class PageLayout(TypedDict):
    """How a page came out at one width."""

    overflow: float
    sections: list[str]
    verdict: str
    tilesEnd: float
    headlineEnd: float
    background: str
    charts: dict[str, ChartLayout]
    alert: bool


def lay_out(
    browser: str, pages: Mapping[str, tuple[str, int]], folder: Path, *, dark: bool = False
) -> dict[str, PageLayout]:
    """The layout of each page, given as name -> (html, width in pixels); one browser for all."""
    frames = [
        f'<iframe id="{name}" style="border:0;height:800px;width:{width}px" '
        f'srcdoc="{html.escape(page)}"></iframe>'
        for name, (page, width) in pages.items()
    ]
    around = folder / "around.html"
    script, result = f"<script>{MEASURE}</script>", '<pre id="found"></pre>'
    head = '<!doctype html><meta charset="utf-8">'
    around.write_text("".join([head, script, *frames, result]), encoding="utf-8")
    dumped = _dumped(browser, around, folder / "profile", dark=dark)
    found = re.search(r'<pre id="found">(.+?)</pre>', dumped, re.DOTALL)
    assert found, f"the browser measured nothing: {dumped[-500:]}"
    layouts: dict[str, PageLayout] = json.loads(html.unescape(found[1]))
    return layouts


def _dumped(browser: str, page: Path, profile: Path, *, dark: bool) -> str:
    return subprocess.run(
        [
            browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--hide-scrollbars",
            f"--user-data-dir={profile}", f"--blink-settings=preferredColorScheme={0 if dark else 1}",
            "--window-size=1400,900", "--dump-dom", page.as_uri(),
        ],
        check=True, capture_output=True, text=True, timeout=120,
    ).stdout  # fmt: skip
