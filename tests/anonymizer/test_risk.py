"""Groups are counted by persons; nobody who stands alone is missed."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anonymizer.cli import app
from anonymizer.risk import assess
from foundation.console import run
from tests.anonymizer.conftest import MakeDatabase

ROWS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 8), st.integers(0, 3)), min_size=1, max_size=40)


@given(ROWS, st.integers(1, 6))
def test_it_agrees_with_counting_by_hand(rows: list[tuple[int, int, int]], wanted: int) -> None:
    people, values = defaultdict(set), defaultdict(set)
    for quasi, person, sensitive in rows:
        people[quasi].add(person)
        values[quasi].add(sensitive)
    alone = {next(iter(group)) for group in people.values() if len(group) == 1}
    below = set().union(*(group for group in people.values() if len(group) < wanted))
    quasi, person, sensitive = np.array(rows, np.int64).T
    risk = assess(quasi, person, sensitive, wanted=wanted)
    assert (risk.persons, risk.groups) == (len({row[1] for row in rows}), len(people))
    assert (risk.k, risk.l) == (min(map(len, people.values())), min(map(len, values.values())))
    assert (risk.singled_out, risk.below) == (len(alone), len(below))
    assert risk.passes is (risk.k >= wanted)


def test_nobody_is_at_no_risk() -> None:
    none = np.zeros(0, np.int64)
    risk = assess(none, none, None, wanted=5)
    assert (risk.persons, risk.k, risk.l, risk.singled_out_rate, risk.passes) == (0, 0, None, 0.0, True)


@pytest.mark.integration
def test_the_command_fails_where_too_few_share_what_they_have(
    make_database: MakeDatabase, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = (
        "CREATE TABLE people (id integer PRIMARY KEY, town text, job text);"
        "INSERT INTO people SELECT n, 'town' || n % 4, 'job' || n / 50 FROM generate_series(0, 99) AS n;"
        "INSERT INTO people VALUES (100, 'Hel', 'job1')"
    )
    monkeypatch.setenv("PLACE", make_database(made))
    command = ["risk", "--target-dsn-env", "PLACE", "--table", "people", "--sensitive", "job", "--by"]
    assert run(app, [*command, "town", "--enforce", "5"]) == 1
    assert "1 of 101 persons singled out" in " ".join(capsys.readouterr().err.split())
    assert run(app, [*command, "town"]) == 0
    assert run(app, [*command, "job", "--enforce", "5"]) == 0
    assert run(app, [*command, "twon"]) == 2
