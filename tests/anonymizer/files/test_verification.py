"""The check of masked files, and the receipt beside them."""

from __future__ import annotations

import hashlib
import json
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import anonymizer
from anonymizer.cli import app
from anonymizer.files.formats import opened
from anonymizer.files.run import file_plan
from anonymizer.files.side import FileSide, sheets_of
from anonymizer.files.tables import table_of
from anonymizer.files.verification import Files, verify
from anonymizer.policies.plan import Plan
from anonymizer.policies.schema import Schema
from anonymizer.proof.verification import Verification
from foundation.console import run
from foundation.errors import InputError
from tests.anonymizer.files.people import CSV, POLICY, mask, parquet, silent, typed_people, written

PEOPLE = """\
policy: files
version: 1
tables:
  people:
    columns:
      mail: {transform: email, class: identifying, domain: person}
      name: {transform: full_name, class: identifying, scope: entity(mail), domain: person}
      note: keep
"""


def people(count: int = 400) -> pa.Table:
    """Every person has two rows."""
    return pa.table({
        "mail": [f"jagna{n // 2}@firma.pl" for n in range(count)],
        "name": [f"Jagna Brzęczymir{'abcdefghij'[n // 2 % 10]}owa" for n in range(count)],
        "note": ["rozmowa"] * count,
    })  # fmt: skip


def changed(table: pa.Table, column: str, row: int, value: str) -> pa.Table:
    values = table.column(column).to_pylist()
    values[row] = value
    return table.set_column(table.column_names.index(column), column, pa.array(values))


def receipt(output: Path) -> dict[str, Any]:
    document = json.loads(output.with_name(f"{output.name}.receipt.json").read_text())
    assert isinstance(document, dict)
    return document


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_a_receipt_beside_the_output_says_what_was_done_and_proven(tmp_path: Path, ending: str) -> None:
    output = tmp_path / f"masked.{ending}"
    done = mask(tmp_path, parquet(tmp_path / "people.parquet", typed_people()), output, digests=True)
    assert done.verified, done.findings
    said = receipt(output)
    assert said == json.loads(json.dumps(done.to_dict()))
    [file] = said["files"]
    assert (file["name"], file["rows"]) == (output.name, 300)
    assert file["sha256"] == hashlib.sha256(output.read_bytes()).hexdigest()
    assert file["digest"].startswith("lthash:")


@pytest.fixture
def checked(tmp_path: Path) -> Checked:
    return Checked(tmp_path)


class Checked:
    """People as files of a source and of an output that somebody has touched."""

    def __init__(self, folder: Path) -> None:
        self.source = parquet(folder / "people.parquet", people())
        self.output = folder / "masked.parquet"
        assert mask(folder, self.source, self.output, PEOPLE).verified
        self._policy = folder / "policy.yaml"

    def masked(self) -> pa.Table:
        with opened(self.output, ",") as there:
            return pa.concat_tables(block.rows for block in there.blocks())

    def plan(self) -> Plan:
        policy = anonymizer.load_policy(self._policy)
        return file_plan(policy, Schema(tables={"people": table_of("people", people().schema, 400, policy)}))

    def side(self, path: Path) -> FileSide:
        originals = {"people": partial(opened, self.source, ",")}
        files = {"people": partial(opened, path, ",")}
        return FileSide(files=files, originals=originals, role="output", progress=silent, moved={})

    def seen(self, output: pa.Table) -> Verification:
        parquet(self.output, output, row_group_size=33)
        there = [{"people": partial(opened, path, ",")} for path in (self.source, self.output)]
        files = Files(originals=there[0], outputs=there[1], rows={"people": 400})
        return verify(self.plan(), files, silent)


@pytest.mark.parametrize(
    ("column", "value", "fault"),
    [
        ("mail", "jagna3@firma.pl", "people.mail: 1 of 400 values stand where they stood"),
        ("note", "ask <b>JAGNA9%40firma.pl</b>", "people.note: 1 originals (person) stand there"),
        ("note", "do pani: Jagna BRZĘCZYMIRBOWA", "people.note: 1 originals (person) stand there"),
    ],
)
def test_an_original_that_stands_in_the_output_is_found(
    checked: Checked, column: str, value: str, fault: str
) -> None:
    found = checked.seen(changed(checked.masked(), column, 6, value))
    [said] = found.faults
    assert said.startswith(fault)
    assert "jagna" not in said.lower()


def test_an_untouched_output_passes_and_a_missing_or_another_row_does_not(checked: Checked) -> None:
    masked = checked.masked()
    assert checked.seen(masked).passes
    assert "400 rows in the source, 399 in the target" in checked.seen(masked.slice(1)).faults[0]
    more = pa.concat_tables([masked, changed(masked.slice(0, 1), "note", 0, "jagna9@firma.pl")])
    assert len(checked.seen(more).faults) == 2


def test_whom_a_row_of_the_output_is_about_the_original_says(checked: Checked) -> None:
    parquet(checked.output, checked.masked(), row_group_size=33)
    [sheet] = sheets_of(checked.plan(), {"people": 400})
    assert sheet.person is not None
    [label] = sheet.person.labels
    batches = [*checked.side(checked.output).rows(sheet, sheet.compared)]
    assert len(batches) == -(-400 // 33)
    persons = [one for batch in batches for one in batch.column(label).to_pylist()]
    assert persons == people().column("mail").to_pylist()
    assert batches[0].column("mail")[0].as_py() != persons[0]


def test_a_failed_check_is_the_exit_code_and_stands_in_the_receipt(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "key.hex").write_text(bytes(range(32)).hex())
    policy = written(tmp_path / "policy.yaml", PEOPLE)
    source = parquet(tmp_path / "people.parquet", changed(people(), "note", 3, "jagna7@firma.pl"))
    command = [
        "file", str(source), str(tmp_path / "m.csv"), "--policy", str(policy), "--key-file",
        str(tmp_path / "key.hex"),
    ]  # fmt: skip
    assert run(app, command) == 1
    said = " ".join(capsys.readouterr().err.split())
    assert "not masked: people.note: 1 originals" in said
    assert "nobody may use these files" in said
    assert receipt(tmp_path / "m.csv")["verified"] is False
    assert run(app, [*command, "--replace", "--no-verify"]) == 0
    assert receipt(tmp_path / "m.csv")["verified"] is None


def test_the_receipt_of_what_was_there_does_not_outlive_a_run_that_broke(tmp_path: Path) -> None:
    target = tmp_path / "masked.csv"
    mask(tmp_path, written(tmp_path / "people.csv"), target, verify=False)
    assert receipt(target)
    with pytest.raises(InputError):
        mask(tmp_path, written(tmp_path / "people.csv", f"{CSV}4\n"), target, POLICY, replace=True)
    assert not list(tmp_path.glob("*.receipt.json"))
