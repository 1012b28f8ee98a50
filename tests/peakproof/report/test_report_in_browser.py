"""A real browser shows every section and chart of a report, on a desktop and on a phone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from peakproof import report
from tests.peakproof.report import samples
from tests.peakproof.report.layout import PageLayout, lay_out

DESKTOP, PHONE = 1280, 390
SMALLEST_PHONE = 320
SECTIONS = [
    "verdict",
    "charts",
    "findings",
    "inside",
    "conservation",
    "faults",
    "latency",
    "environment",
    "repeat",
]
LINES = {
    "chart-arrivals": 2, "chart-throughput": 1, "chart-latency": 3, "chart-errors": 2, "chart-cores": 3,
    "chart-waiting": 2,
}  # fmt: skip
NAMES = [sample.__name__ for sample in samples.ALL]
WITH_LOAD = [name for name in NAMES if name != "interrupted"]
Layouts = Mapping[str, PageLayout]


@pytest.fixture(scope="module")
def layouts(browser: str, tmp_path_factory: pytest.TempPathFactory) -> Layouts:
    """Every sample at every width, by "name width"."""
    pages = {
        f"{sample.__name__} {width}": (report.html(sample()), width)
        for sample in samples.ALL
        for width in (DESKTOP, PHONE, SMALLEST_PHONE)
    }
    return lay_out(browser, pages, tmp_path_factory.mktemp("browser"))


@pytest.fixture(params=[DESKTOP, PHONE, SMALLEST_PHONE])
def width(request: pytest.FixtureRequest) -> int:
    found: int = request.param
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_section_is_shown_and_nothing_is_wider_than_the_screen(
    layouts: Layouts, name: str, width: int
) -> None:
    page = layouts[f"{name} {width}"]
    assert page["sections"] == SECTIONS
    assert page["overflow"] == 0


@pytest.mark.parametrize("name", WITH_LOAD)
def test_every_chart_is_drawn_with_all_its_lines(layouts: Layouts, name: str, width: int) -> None:
    charts = layouts[f"{name} {width}"]["charts"]
    assert {anchor: chart["drawn"] for anchor, chart in charts.items()} == LINES
    assert all(chart["width"] > 0.7 * min(width, 1100) for chart in charts.values())


@pytest.mark.parametrize("name", WITH_LOAD)
def test_the_text_of_charts_can_be_read(layouts: Layouts, name: str, width: int) -> None:
    for chart in layouts[f"{name} {width}"]["charts"].values():
        assert chart["collisions"] == []
        assert chart["outside"] == []
        assert chart["smallest"] >= 11


def test_the_fault_lies_where_it_was_at_any_width(layouts: Layouts, width: int) -> None:
    for chart in layouts[f"too_slow {width}"]["charts"].values():
        assert chart["bands"] == [pytest.approx([0.5, 0.75], abs=1e-3), pytest.approx([0.55, 1.0], abs=1e-3)]


def test_the_first_screen_has_the_verdict_the_figures_and_on_a_desktop_the_scope(layouts: Layouts) -> None:
    verdicts = [layouts[f"{name} {DESKTOP}"]["verdict"] for name in NAMES]
    assert verdicts == ["PASS", "FAIL", "FAIL", "INVALID", "INVALID"]
    assert max(layouts[f"{name} {DESKTOP}"]["headlineEnd"] for name in NAMES) < 800
    assert max(layouts[f"{name} {PHONE}"]["tilesEnd"] for name in NAMES) < 900


def test_a_run_without_load_has_no_charts(layouts: Layouts, width: int) -> None:
    assert layouts[f"interrupted {width}"]["charts"] == {}


def test_in_the_dark_the_page_is_dark(browser: str, layouts: Layouts, tmp_path: Path) -> None:
    dark = lay_out(browser, {"page": (report.html(samples.passed()), DESKTOP)}, tmp_path, dark=True)
    light = layouts[f"passed {DESKTOP}"]["background"]
    assert (light, dark["page"]["background"]) == ("rgb(255, 255, 255)", "rgb(18, 22, 27)")


def test_a_script_from_the_platform_does_not_run(browser: str, tmp_path: Path) -> None:
    """Even one that got past the escaping would be stopped by the page's own policy."""
    page = report.html(samples.passed())
    smuggled = page.replace("</main>", "<script>window.hacked = true</script></main>")
    found = lay_out(browser, {"page": (page, 800), "smuggled": (smuggled, 800)}, tmp_path)
    assert [found[name]["alert"] for name in ("page", "smuggled")] == [False, False]
