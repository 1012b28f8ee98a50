"""What PostgreSQL's errors mean for a person: by SQLSTATE, which is the same in every language.

No raw value passes: the server's DETAIL and CONTEXT lines quote rows, its own words may.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg

from foundation.errors import InputError, PeakproofError, Unavailable

EIGHT = "a run needs up to eight connections to each side; allow the role, the database or the pool as many"
_MADE = "see that what makes the tables has run in that database, and that the names are the same"
_BY_STATE: dict[str, tuple[type[PeakproofError], str, str]] = {
    "08P01": (Unavailable, "the pool gave no connection", EIGHT),
    "22021": (
        InputError,
        "a text is no valid UTF-8",
        "correct it at the source, or leave its row out by a filter",
    ),
    "22P05": (
        InputError,
        "a character is not in the server's encoding",
        "make the database with ENCODING 'UTF8'",
    ),
    "25006": (InputError, "the server takes no writes: it is a standby, or read-only", "name a primary"),
    # Ours only read, or write one after the other: nothing but a standby's replay makes them fail like this.
    "40001": (
        Unavailable,
        "the standby cancelled the reading in favour of replication",
        "raise max_standby_streaming_delay on the standby, or read from the primary; then run again",
    ),
    "42501": (InputError, "permission denied", "grant it, or use another role"),
    "42703": (InputError, "a column is not there", _MADE),
    "42P01": (InputError, "a table is not there", _MADE),
    "53100": (Unavailable, "the server's disk is full", "make room and run again"),
    "53300": (Unavailable, "the server gave no connection", EIGHT),
    "55P03": (Unavailable, "a lock could not be had within 10 s", "see who holds it in pg_stat_activity"),
    "57014": (Unavailable, "the server cancelled the work", "run again"),
    "57P01": (Unavailable, "the server ended the connection", "see the server's log, then run again"),
    "P0001": (
        InputError,
        "a trigger or a function of the database refused",
        "see its triggers, event triggers and functions; that server's log has what it said",
    ),
}
# By class and by state, what may be otherwise the next time: connections, conflicts, resources, what others
# hold or end, the system. PostgreSQL's documentation, appendix A.
_PASSES = ("08", "25P03", "25P04", "40", "53", "55006", "55P03", "57", "58", "XX")
_CHOOSE = "choose a transform that fits the column"
_EITHER = "choose a transform that fits its columns; for kept ones, see that the source has that rule, too"
_KEPT = "no transform made it: see that the target has the source's type, rules and triggers for it"


@dataclass(frozen=True, kw_only=True)
class Written:
    """What is written into a table: its masked columns, and its keys' columns by the constraint's name."""

    masked: Collection[str] = ()
    keys: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def kept(self, columns: Collection[str]) -> bool:
        """Whether these columns are known, and none of them is masked."""
        return bool(columns) and not set(columns) & set(self.masked)


@contextmanager
def translated(where: str, written: Written | None = None) -> Iterator[None]:
    """Turns the driver's errors into ours. `written` tells what was masked from what was kept.

    Only names are repeated: the server's DETAIL and CONTEXT lines quote rows. For the same reason the
    driver's error is not kept as the cause: a traceback would print it.
    """
    try:
        yield
    except psycopg.Error as error:
        raise _translated(error, where, written) from None


def passes(error: psycopg.Error) -> bool:
    """Whether the same may succeed later: nothing is wrong with what was asked."""
    return _passes(error.sqlstate)


def _passes(state: str | None) -> bool:
    return state is None or state.startswith(_PASSES)


def _translated(error: psycopg.Error, where: str, written: Written | None) -> PeakproofError:
    diag = error.diag
    where = _side(error, where)
    named = None if diag.table_name and where.endswith(diag.table_name) else diag.table_name
    column = diag.column_name or _column(diag.context)
    place = ".".join(part for part in (named, column) if part)
    where = f"{where}, {place}" if place else where
    state = error.sqlstate or ""
    if state == "42501":  # a permission's message names the object and quotes nothing
        return refusal(state, type(error).__name__, where, diag.message_primary)
    if isinstance(error, psycopg.IntegrityError):
        return _broken(error, where, column, written)
    if state.startswith("22") and state not in _BY_STATE:
        if written is not None and column is not None and written.kept([column]):
            return InputError(f"a kept value does not fit ({type(error).__name__})", where=where, hint=_KEPT)
        return InputError(f"a masked value does not fit ({type(error).__name__})", where=where, hint=_CHOOSE)
    if state not in _BY_STATE and (not state or state.startswith(("08", "57"))):
        what = f"the connection was lost ({type(error).__name__}{state and f' {state}'})"
        return Unavailable(what, where=where, hint="see that the server runs and is reached; then run again")
    return refusal(state, type(error).__name__, where)


def _broken(error: psycopg.Error, where: str, column: str | None, written: Written | None) -> PeakproofError:
    """A constraint is broken: by what was masked, or by what was kept."""
    rule = error.diag.constraint_name or column or "a constraint"
    columns = written.keys.get(rule, [column] if column else []) if written else []
    if written is not None and written.kept(columns):
        what = f"a kept row breaks {rule}, of {', '.join(columns)} ({type(error).__name__})"
        return InputError(what, where=where, hint=_KEPT)
    who, hint = ("masked", _CHOOSE) if columns else ("copied", _EITHER)
    return InputError(f"a {who} row breaks {rule} ({type(error).__name__})", where=where, hint=hint)


def _side(error: psycopg.Error, where: str) -> str:
    """Where it was: what works on one side may stand inside what works on the other."""
    side = getattr(error, SIDE, "")
    return where if not side or where.startswith(side) else str(side)


# What a connection writes into its errors: whose it is.
SIDE = "side"


def _column(context: str | None) -> str | None:
    """The column that COPY was at. What follows its name may be the value."""
    # The words are the server's, in its language; a column's name comes before the colon in all of them.
    found = re.match(r"COPY [^,]+, [^,:]*\d+, \w+ ([^:,\n]+?) ?(?:$|[:\n])", context or "")
    return found.group(1) if found else None


def refusal(state: str, kind: str, where: str, said: str | None = None) -> PeakproofError:
    """What a server's refusal means: by its SQLSTATE, its name, and what may be repeated of it."""
    if state in _BY_STATE:
        error, what, hint = _BY_STATE[state]
        return error(said or what, where=where, hint=hint)
    what = f"the server refused ({kind} {state})"
    if _passes(state):
        return Unavailable(what, where=where, hint="see that server's log, then run again")
    return InputError(what, where=where, hint="that server's log says why; the same will be refused again")
