"""What a server's errors mean: 69 only where the same can succeed later, no transform for what is kept."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import errors

from anonymizer.postgres.refusals import SIDE, Written, refusal, translated
from foundation.errors import InputError, PeakproofError, Unavailable

WRITTEN = Written(masked={"email"}, keys={"people_email_key": ["email"], "of_agent": ["agent_id"]})


class Told(errors.UniqueViolation):
    """A constraint that is broken, as the server names it."""

    def __init__(self, constraint: str) -> None:
        super().__init__("its words may quote a row")
        self._constraint = constraint

    @property
    def diag(self) -> psycopg.errors.Diagnostic:
        named = super().diag
        constraint = self._constraint

        class Named:
            constraint_name, table_name, column_name, context = constraint, None, None, None
            message_primary = named.message_primary

        return Named()  # type: ignore[return-value]  # as much of it as is asked for


def told(
    error: psycopg.Error, where: str = "target, people", written: Written | None = None
) -> PeakproofError:
    with pytest.raises(PeakproofError) as raised, translated(where, written):
        raise error
    return raised.value


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (errors.UndefinedTable, InputError),
        (errors.SyntaxError, InputError),
        (errors.RaiseException, InputError),
        (errors.FeatureNotSupported, InputError),
        (errors.ObjectNotInPrerequisiteState, InputError),
        (errors.ReadOnlySqlTransaction, InputError),
        (errors.LockNotAvailable, Unavailable),
        (errors.DiskFull, Unavailable),
        (errors.OutOfMemory, Unavailable),
        (errors.DeadlockDetected, Unavailable),
        (errors.IdleSessionTimeout, Unavailable),
        (errors.AdminShutdown, Unavailable),
        (errors.InternalError_, Unavailable),
        (psycopg.OperationalError, Unavailable),
    ],
)
def test_only_what_may_succeed_later_says_so(
    kind: type[psycopg.Error], expected: type[PeakproofError]
) -> None:
    found = told(kind("words that may quote a row"))
    assert type(found) is expected
    assert found.hint
    assert "quote" not in f"{found} {found.hint}"
    if kind.sqlstate and expected is InputError:
        assert type(refusal(kind.sqlstate, "Error", "source")) is InputError


@pytest.mark.parametrize(
    ("kind", "what"), [(errors.UndefinedTable, "table"), (errors.UndefinedColumn, "column")]
)
def test_what_is_not_there_is_told_as_that(kind: type[psycopg.Error], what: str) -> None:
    found = told(kind("words that may quote a row"), "sample database, customers")
    assert str(found).startswith(f"sample database, customers: a {what} is not there")
    assert "what makes the tables has run" in str(found.hint)


def test_an_error_says_its_own_side_wherever_it_is_met() -> None:
    error = errors.RaiseException("no drops here")
    setattr(error, SIDE, "target")
    assert str(told(error, "source")).startswith("target: a trigger or a function")
    assert str(told(error, "target, people")).startswith("target, people: ")


def test_a_rule_that_kept_rows_break_is_no_matter_of_transforms() -> None:
    masked, kept = told(Told("people_email_key"), written=WRITTEN), told(Told("of_agent"), written=WRITTEN)
    assert str(masked) == "target, people: a masked row breaks people_email_key (Told)"
    assert "choose a transform" in str(masked.hint)
    assert str(kept) == "target, people: a kept row breaks of_agent, of agent_id (Told)"
    assert "transform made it" in str(kept.hint)
    unknown = told(Told("only_poland"), written=WRITTEN)
    assert str(unknown) == "target, people: a copied row breaks only_poland (Told)"
    assert "for kept ones" in str(unknown.hint)
