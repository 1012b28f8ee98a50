"""The error tree: every branch has the exit code that the documentation promises."""

from __future__ import annotations

import pytest

from foundation.errors import (
    ExitCode,
    InputError,
    Interrupted,
    PeakproofError,
    Problem,
    Refused,
    RunInvalid,
    Unavailable,
)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (PeakproofError, 70),
        (InputError, 2),
        (RunInvalid, 3),
        (Refused, 5),
        (Unavailable, 69),
        (Interrupted, 130),
    ],
)
def test_each_kind_of_error_has_its_exit_code(kind: type[PeakproofError], code: int) -> None:
    assert kind("what").exit_code == code


def test_exit_codes_are_those_of_the_documentation() -> None:
    assert {code.name: code.value for code in ExitCode} == {
        "OK": 0, "FAIL": 1, "INPUT": 2, "INVALID": 3, "DIFFERENT": 4, "REFUSED": 5,
        "UNAVAILABLE": 69, "BUG": 70, "INTERRUPTED": 130,
    }  # fmt: skip


def test_an_error_says_where_then_what() -> None:
    assert str(PeakproofError("no such file", where="a.yaml")) == "a.yaml: no such file"
    assert str(PeakproofError("no such file")) == "no such file"


def test_an_input_error_carries_every_problem_as_evidence() -> None:
    problems = [Problem(where="a.yaml:3", what="unknown key"), Problem(where="a.yaml:5", what="x", hint="y")]
    error = InputError("2 problems", problems=problems)
    assert error.detail == ("a.yaml:3: unknown key", "a.yaml:5: x (y)")
    assert error.problems == tuple(problems)
