"""What `load compare` is asked for, before it reads anything."""

from __future__ import annotations

import pytest

from foundation.errors import ExitCode, InputError
from loadtests.comparing.commands import EXIT, quantile
from loadtests.comparing.verdicts import Change


@pytest.mark.parametrize(
    ("text", "found"), [("p99", 99), ("p99.9", 99.9), ("p50", 50), ("p0.1", 0.1), ("p99.999", 99.999)]
)
def test_a_percentile_is_written_with_its_letter(text: str, found: float) -> None:
    assert quantile(text) == found


@pytest.mark.parametrize(
    "text", ["", "p", "99", "p0", "p100", "p-1", "p101", "pp99", "P99", "p99%", "pnan", "pinf", "median"]
)
def test_what_is_no_percentile_between_none_and_all_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="expected a percentile such as p99") as refused:
        quantile(text)
    assert refused.value.where == "--percentile"


def test_every_verdict_has_its_exit_code() -> None:
    assert dict(EXIT) == {
        Change.SAME: ExitCode.OK, Change.FASTER: ExitCode.OK, Change.SLOWER: ExitCode.FAIL,
        Change.UNDECIDED: ExitCode.INVALID,
    }  # fmt: skip
