"""The audit of a real copy: what it says, its signature, and that it notices what was changed since."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any, Self

import pytest

import anonymizer
from anonymizer.audit import signing
from anonymizer.cli import app
from anonymizer.pseudonyms.keys import Key
from foundation.console import run
from tests.anonymizer.conftest import MakeDatabase
from tests.anonymizer.databases import do

pytestmark = pytest.mark.integration

SCHEMA = """CREATE TABLE people (id bigint PRIMARY KEY, email text, city text, fax text, data jsonb);
CREATE TABLE jobs (id bigint PRIMARY KEY); CREATE TABLE migrations (id bigint PRIMARY KEY);"""
ROWS = """INSERT INTO people SELECT n, 'jan' || n || '@firma.pl', 'Kutno', 'fax' || n,
    jsonb_build_object('phone', '601 000 ' || 100 + n, 'size', 'M') FROM generate_series(1, 60) n;"""
POLICY = """
policy: small
version: 4
processing: {controller: "Sklep sp. z o.o.", purpose: rehearsing the season}
tables:
  people:
    columns:
      id: keep
      email: {transform: email, class: identifying, domain: person, options: {unique: true}}
      city: {transform: keep, class: sensitive}
      fax: drop
      data:
        transform: json
        class: free
        paths: {$.phone: {transform: phone, class: identifying}, $.size: keep}
  jobs: empty
  migrations: skip
"""


class Copy:
    """A masked copy with its report, and the commands on it."""

    def __init__(self, source: str, target: str, folder: Path) -> None:
        self.source, self.target, self.folder = source, target, folder
        (folder / "policy.yaml").write_text(POLICY)
        signing.create(folder / "audit.pem")

    def masked(self) -> Self:
        policy = anonymizer.load_policy(self.folder / "policy.yaml")
        assert anonymizer.anonymize(self.source, self.target, policy, Key(bytes(range(32)))).verified
        return self

    def report(self, *more: str) -> tuple[int, dict[str, Any]]:
        names = [
            "--source",
            self.source,
            "--target",
            self.target,
            "--policy",
            str(self.folder / "policy.yaml"),
        ]
        code = run(app, ["audit", "report", *names, "--out", str(self.folder / "audit"), *more])
        return code, json.loads((self.folder / "audit" / "audit.json").read_text())

    def verify(self, *more: str) -> int:
        return run(app, ["audit", "verify", str(self.folder / "audit" / "audit.json"), *more])


@pytest.fixture(scope="module")
def unchanged(shared_database: MakeDatabase, tmp_path_factory: pytest.TempPathFactory) -> Copy:
    source, target = shared_database(SCHEMA + ROWS), shared_database(SCHEMA)
    return Copy(source, target, tmp_path_factory.mktemp("audit")).masked()


@pytest.fixture
def copy(unchanged: Copy, tmp_path: Path) -> Copy:
    """A copy that nobody changes, its report in a folder of the test's own."""
    return Copy(unchanged.source, unchanged.target, tmp_path)


@pytest.fixture
def changing(make_database: MakeDatabase, tmp_path: Path) -> Copy:
    """A copy of the test's own, to be changed."""
    return Copy(make_database(SCHEMA + ROWS), make_database(SCHEMA), tmp_path).masked()


def test_the_report_says_what_was_done_to_every_column_and_never_a_value(copy: Copy) -> None:
    code, document = copy.report()
    [people] = document["tables"]
    columns = {column["column"]: column["transform"] for column in people["columns"]}
    assert (code, document["passes"], document["signature"]) == (0, True, None)
    assert (people["rows"], document["emptied"], document["skipped"]) == (60, ["jobs"], ["migrations"])
    assert columns == {
        "id": "keep", "email": "email", "city": "keep", "fax": "drop", "data": "json",
        "data $.phone": "phone", "data $.size": "keep", "data (every other place)": "drop",
    }  # fmt: skip
    [distance] = document["verification"]["distances"]
    assert (distance["column"], distance["distance"]) == ("people.city", 0)
    both = (copy.folder / "audit" / "index.html").read_text() + json.dumps(document)
    assert "firma.pl" not in both
    assert "Kutno" not in both
    assert "Sklep sp. z o.o." in both


def test_a_signed_report_is_checked_by_whom_it_names_and_by_whom_one_trusts(
    copy: Copy, capsys: pytest.CaptureFixture[str]
) -> None:
    copy.report("--sign", str(copy.folder / "audit.pem"))
    public = str(copy.folder / "audit.pem.pub")
    assert copy.verify("--public-key", public, "--target", copy.target) == 0
    assert "signed by that key" in capsys.readouterr().err
    other = signing.create(copy.folder / "other.pem")
    assert copy.verify("--public-key", str(other)) == 1
    assert "not by that key" in capsys.readouterr().err


def test_a_report_that_was_changed_after_signing_is_told(
    copy: Copy, capsys: pytest.CaptureFixture[str]
) -> None:
    _, document = copy.report("--sign", str(copy.folder / "audit.pem"))
    (copy.folder / "audit" / "audit.json").write_text(json.dumps({**document, "skipped": []}))
    assert copy.verify() == 1
    assert "the signature is broken" in capsys.readouterr().err


def test_a_copy_that_was_changed_after_the_report_is_told(
    changing: Copy, capsys: pytest.CaptureFixture[str]
) -> None:
    changing.report()
    assert changing.verify("--target", changing.target) == 0
    do(changing.target, "UPDATE people SET city = 'Łódź' WHERE id = 7")
    assert changing.verify("--target", changing.target) == 1
    assert "not as reported: people" in capsys.readouterr().err


def test_a_copy_with_an_original_fails_the_audit_and_its_report_says_where(changing: Copy) -> None:
    do(changing.target, "UPDATE people SET email = 'jan9@firma.pl' WHERE id = 9")
    code, document = changing.report()
    assert (code, document["passes"], changing.verify()) == (1, False, 1)
    assert any("people.email" in fault for fault in document["verification"]["faults"])


def test_what_is_no_report_or_cannot_be_written_is_refused(copy: Copy, tmp_path: Path) -> None:
    (tmp_path / "audit").mkdir()
    (tmp_path / "audit" / "audit.json").write_text("{}")
    assert copy.verify() == 2
    shutil.rmtree(tmp_path / "audit")
    (tmp_path / "audit").write_text("a file where the folder should be")
    names = ["--source", copy.source, "--target", copy.target, "--policy", str(tmp_path / "policy.yaml")]
    assert run(app, ["audit", "report", *names, "--out", str(tmp_path / "audit")]) == 2
