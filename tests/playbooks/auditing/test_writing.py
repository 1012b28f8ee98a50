"""The report's files: whole, by their documented schema, loading nothing, safe whatever a host says."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path

import jsonschema
import pytest

from foundation.errors import InputError
from playbooks.auditing import controls, writing
from playbooks.auditing.audit import Audit, judged
from playbooks.auditing.evidence import Evidence
from playbooks.auditing.page import html
from tests.playbooks.auditing.given import evidence, text

SCHEMA = json.loads((Path(__file__).parents[3] / "docs" / "hosts" / "audit.schema.json").read_text())
BARE = evidence(
    container="docker",
    sshd=text("sshd-debian-13.txt"),
    lynis=text("lynis-report.dat"),
    packages="bash\t5.2\tamd64\tbash\t5.2\tinstalled\n",
)


def audited(*given: Evidence) -> Audit:
    gone = {"box-2": "box-2 cannot be reached: is it up?"}
    return judged("box", given, gone, made="2026-11-29T10:00:00+00:00", version="0.1")


def test_the_json_keeps_to_the_documented_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    document = audited(BARE).to_dict()
    jsonschema.validate(document, SCHEMA)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**document, "exit_code": 2}, SCHEMA)


def test_a_report_is_a_page_a_document_and_a_bill_of_materials_a_host(tmp_path: Path) -> None:
    folder = tmp_path / "made" / "audit"
    writing.write(audited(BARE), [BARE], folder)
    names = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    assert names == ["audit.json", "index.html", "sbom/box-1.cdx.json"]
    assert json.loads((folder / "audit.json").read_text())["site"] == "box"


def test_a_host_without_known_packages_has_no_bill() -> None:
    assert writing.bills([evidence()], "today") == {}


def test_a_folder_that_cannot_be_is_the_persons_mistake(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        writing.write(audited(BARE), [BARE], tmp_path / "file" / "audit")


class Tags(HTMLParser):
    """Every tag of a page, and whatever it would load."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.loaded: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        places = [str(value) for name, value in attrs if name in ("src", "href")]
        self.loaded += [place for place in places if not place.startswith("#")]


def test_the_page_has_no_script_loads_nothing_and_escapes_what_a_host_says() -> None:
    hostile = evidence(listening='tcp LISTEN 0 1 1.2.3.4:99 0.0.0.0:* users:(("<script>x",pid=1,fd=1))\n')
    parser = Tags()
    page = html(audited(hostile), controls.load())
    parser.feed(page)
    assert "&lt;script&gt;x" in page
    assert "script" not in parser.tags
    assert parser.loaded == []


def test_the_page_names_who_was_not_reached_what_was_not_looked_at_and_what_is_not_covered() -> None:
    page = html(audited(BARE), controls.load())
    assert "box-2 was not reached" in page
    assert "the host told nothing of it" in page
    assert "Not covered" in page
    assert "doors, racks, cabling" in page
    assert "cannot pass in a box" in page


def test_a_finding_of_several_hosts_is_told_once_with_the_controls_it_is_evidence_for() -> None:
    other = evidence(container="docker", sshd=text("sshd-debian-13.txt"), host="box-3")
    page = html(audited(BARE, other), controls.load())
    (row,) = (row for row in page.split("<tr") if "passwordauthentication yes" in row)
    assert "box-1, box-3" in row
    assert "ISO 27001 A.5.15, A.5.17, A.8.2, A.8.5; PCI DSS 2.2.2, 8.3.1; RODO 32(1)(b)" in row
