"""`anonymize file` as people use it: pipes, folders, workers that die, and what is left behind."""

from __future__ import annotations

import io
import json
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from anonymizer.cli import app
from anonymizer.files.content import WrongRow
from anonymizer.files.workers import Task, pool
from foundation.console import run
from foundation.errors import InputError, Unavailable
from tests.anonymizer.files.people import CSV, POLICY, parquet, typed_people, written


@pytest.fixture
def options(tmp_path: Path) -> list[str]:
    (tmp_path / "key.hex").write_text(bytes(range(32)).hex())
    policy = written(tmp_path / "policy.yaml", POLICY)
    return ["--policy", str(policy), "--key-file", str(tmp_path / "key.hex")]


def test_stdin_to_stdout_is_what_a_file_would_be(
    tmp_path: Path, options: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = written(tmp_path / "people.csv"), tmp_path / "masked.csv"
    assert run(app, ["file", str(source), str(target), *options]) == 0
    out = io.TextIOWrapper(io.BytesIO())
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(CSV.encode())))
    monkeypatch.setattr(sys, "stdout", out)
    assert run(app, ["file", "-", "-", "--table", "people", *options]) == 0
    assert out.buffer.getvalue() == target.read_bytes()


def test_a_folder_becomes_a_folder_and_its_receipt_speaks_json(
    tmp_path: Path, options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "in"
    source.mkdir()
    parquet(source / "people.parquet", typed_people(10))
    written(source / "orders.csv", "id,buyer\n1,osoba3@firma.pl\n")
    written(source / "notes.csv", "id\n1\n")
    written(source / "audit.csv", "id\n1\n")
    written(source / "README.txt", "not a table")
    command = ["file", str(source), str(tmp_path / "out"), *options, "--workers", "2", "--digest", "--json"]
    assert run(app, command) == 0
    done = json.loads(capsys.readouterr().out)
    assert {file["table"]: file["rows"] for file in done["files"]} == {"notes": 0, "orders": 1, "people": 10}
    assert all(file["digest"].startswith("lthash:") for file in done["files"])
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "notes.csv", "orders.csv", "people.parquet",
    ]  # fmt: skip
    assert (tmp_path / "out/notes.csv").read_text() == "id\n"
    assert run(app, command) == 5


def test_a_folder_with_one_wrong_file_leaves_nothing(
    tmp_path: Path, options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "in"
    source.mkdir()
    parquet(source / "people.parquet", typed_people(10))
    written(source / "orders.csv", "id,buyer\n1,a\n2\n")
    before = set(tmp_path.iterdir())
    assert run(app, ["file", str(source), str(tmp_path / "out"), *options]) == 2
    assert "orders.csv: row 2" in " ".join(capsys.readouterr().err.split())
    assert set(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("words", "code", "what"),
    [
        (["-", "out.csv"], 2, "name the table of the policy that stdin holds"),
        (["people.xlsx", "out.csv"], 2, "is no kind of file that can be masked"),
        (["none.csv", "out.csv"], 2, "cannot be opened: No such file"),
        (["people.csv", "none/out.csv"], 2, "cannot be opened: No such file"),
        (["people.csv", "out.csv", "--delimiter", ";;"], 2, "--delimiter takes one character"),
        (["people.csv", "-", "--json"], 2, "the rows or the JSON document"),
    ],
)
def test_what_cannot_work_is_told(
    tmp_path: Path, options: list[str], words: list[str], code: int, what: str,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    written(tmp_path / "people.csv")
    assert run(app, ["file", *words, *options]) == code
    assert what in " ".join(capsys.readouterr().err.split())


def task(number: int) -> Task:
    rows = pa.table({"n": [number]})
    return Task(table="t", rows=rows, file="t.csv", where=f"rows from {number} on", first=number)


def test_results_come_in_the_order_of_the_tasks() -> None:
    with pool(lambda _table, rows: rows, workers=3) as work:
        done = [block.column("n")[0].as_py() for block in work(task(number) for number in range(20))]
    assert done == list(range(20))


def test_blocks_of_any_size_come_back_whole_though_memory_is_used_again() -> None:
    sizes = [
        3,
        400_000,
        0,
        9_000_000,
        5,
        6,
        7,
        70_000,
        8,
        9,
    ]  # eight bytes each: one is larger than what both processes share
    tasks = (replace(task(0), rows=pa.table({"n": np.arange(size)})) for size in sizes)
    with pool(lambda _table, rows: rows, workers=2) as work:
        # Each is valid until the next.
        done = [(block.num_rows, int(block.column("n").to_numpy().sum())) for block in work(tasks)]
    assert done == [(size, size * (size - 1) // 2) for size in sizes]


def test_a_worker_that_dies_ends_the_run_and_says_where() -> None:
    def die(_table: str, rows: pa.Table) -> pa.Table:
        if rows.column("n")[0].as_py() == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        return rows

    with (
        pool(die, workers=2) as work,
        pytest.raises(Unavailable, match="rows from 3 on: a worker process ended"),
    ):
        list(work(task(number) for number in range(9)))


def test_an_error_in_a_worker_is_the_same_as_one_here() -> None:
    def refuse(_table: str, _rows: pa.Table) -> pa.Table:
        raise InputError("does not fit", where="column n", hint="choose another")

    said = []
    for workers in (1, 2):
        with pool(refuse, workers) as work, pytest.raises(InputError) as refused:
            list(work(iter([task(1)])))
        said.append((str(refused.value), refused.value.hint))
    assert said == [("t.csv, rows from 1 on, column n: does not fit", "choose another")] * 2


def test_a_row_that_is_wrong_is_told_by_its_number_in_the_file() -> None:
    def refuse(_table: str, _rows: pa.Table) -> pa.Table:
        raise WrongRow("is no JSON", 2, where="column n", hint="correct it")

    said = []
    for workers in (1, 2):
        with pool(refuse, workers) as work, pytest.raises(InputError) as refused:
            list(work(iter([task(5)])))
        said.append(str(refused.value))
    assert said == ["t.csv, row 7, column n: is no JSON"] * 2
