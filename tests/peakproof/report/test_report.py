"""Both files of a report: whole, true to the result value, safe to open, loading nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from peakproof import report, results
from peakproof.results import Results
from tests.peakproof.report import reading, samples

Sample = Callable[[], Results]
every_sample = pytest.mark.parametrize("sample", samples.ALL)
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


@every_sample
def test_a_page_is_well_formed_and_has_every_section(sample: Sample) -> None:
    root = reading.tree(report.html(sample()))
    assert [section.get("id") for section in root.iter("section")] == SECTIONS


@every_sample
def test_a_page_refers_to_nothing_outside_itself(sample: Sample) -> None:
    html = report.html(sample())
    assert not re.search(r"https?:|//[a-z]|url\(|@import|<link|<script|<img|<iframe|src=", html)
    links = {link.get("href", "") for link in reading.tree(html).iter("a")}
    assert links <= {f"#{anchor}" for anchor in SECTIONS}


@every_sample
def test_no_two_things_on_a_page_have_the_same_id(sample: Sample) -> None:
    ids = [element.get("id") for element in reading.tree(report.html(sample())).iter() if element.get("id")]
    assert len(ids) == len(set(ids))


def test_what_the_platform_says_is_text_and_never_markup() -> None:
    html = report.html(samples.lost_orders())
    assert samples.SCRIPT not in html
    assert samples.SCRIPT in reading.text(reading.tree(html))


@every_sample
def test_results_json_says_the_same_as_the_value_it_was_written_from(sample: Sample, tmp_path: Path) -> None:
    report.write(sample(), tmp_path)
    assert results.read(tmp_path / results.FILE) == sample()


@every_sample
def test_results_json_keeps_to_the_documented_schema(sample: Sample, tmp_path: Path, root: Path) -> None:
    report.write(sample(), tmp_path)
    schema = json.loads((root / "docs/results.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads((tmp_path / results.FILE).read_text()), schema)


def test_the_documented_schema_is_the_one_of_the_code(root: Path) -> None:
    documented = json.loads((root / "docs/results.schema.json").read_text())
    assert documented == results.schema(), "write it again as docs/results.md says"


def test_the_schema_refuses_what_is_not_a_result(root: Path) -> None:
    schema = json.loads((root / "docs/results.schema.json").read_text())
    document = json.loads(results.to_json(samples.passed()))
    for wrong in ({**document, "format": 2}, {**document, "verdict": {"status": "MAYBE", "findings": []}}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, schema)


def test_every_field_of_results_json_is_documented(root: Path) -> None:
    page = (root / "docs/results.md").read_text()
    schema = json.loads((root / "docs/results.schema.json").read_text())
    parts = [schema, *schema["$defs"].values()]
    fields = {name for part in parts for name in part.get("properties", {})}
    assert {name for name in fields if f"`{name}`" not in page} == set()


@every_sample
def test_the_example_of_the_documentation_reads_every_result(
    sample: Sample, tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report.write(sample(), tmp_path)
    monkeypatch.chdir(tmp_path)
    example = (root / "docs/results.md").read_text().split("```python\n")[1].split("```")[0]
    found: dict[str, object] = {}
    exec(example, found)  # noqa: S102 - our own documentation
    assert found["broken"] == [finding.name for finding in sample().verdict.broken]
    conservation = sample().conservation
    assert len(found["bad"]) == (len(conservation.bad) if conservation else 0)  # type: ignore[arg-type]


def test_a_report_is_replaced_as_a_whole_and_leaves_no_drafts(tmp_path: Path) -> None:
    folder = tmp_path / "report" / "laptop"
    report.write(samples.passed(), folder)
    page = report.write(samples.lost_orders(), folder)
    assert page == folder / "index.html"
    assert sorted(path.name for path in folder.iterdir()) == ["index.html", "results.json"]
    assert "FAIL" in page.read_text(encoding="utf-8")


def test_evidence_is_kept_where_the_page_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / report.PAGE).mkdir()
    with pytest.raises(OSError, match=re.escape(report.PAGE)):
        report.write(samples.lost_orders(), tmp_path)
    assert results.read(tmp_path / results.FILE) == samples.lost_orders()
    assert sorted(path.name for path in tmp_path.iterdir()) == [report.PAGE, results.FILE]


def test_the_same_results_give_the_same_page() -> None:
    assert report.html(samples.passed()) == report.html(samples.passed())


def test_a_run_that_ended_early_says_of_every_part_that_it_is_missing() -> None:
    page = reading.text(reading.tree(report.html(samples.interrupted())))
    for said in (
        "INVALID", "No load was measured", "nothing to draw", "nothing is known of orders",
        "No fault was in force", "No response time was measured", "No environment came up",
        "No data was loaded",
    ):  # fmt: skip
        assert said in page


def test_a_run_of_which_nothing_at_all_is_known_still_has_a_report() -> None:
    nothing = replace(
        samples.interrupted(), stages=(), scope=(), machine={}, versions={}, command="",
        verdict=replace(samples.interrupted().verdict, findings=()),
    )  # fmt: skip
    page = reading.text(reading.tree(report.html(nothing)))
    assert "This run proves nothing. No load was measured." in page
    assert page.count("Not recorded.") == 2
