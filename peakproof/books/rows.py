"""What a platform answers when it is asked for a run's orders, as values. Pure: every row is checked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal

from foundation.errors import InputError
from peakproof.conservation import Booked

COLUMNS = ("key", "content", "copies", "effects", "terminal", "state", "oversold")
_TRUE, _FALSE = ("true", "t", "1"), ("false", "f", "0")

Row = Mapping[str, object]


def booked(rows: Iterable[Row], what: str, where: str) -> list[Booked]:
    """The rows of an answer. Raises InputError with the first that is wrong: its number, its key, the column.

    Numbers and truths may come as text, as in CSV; a truth as 0 and 1, as from MariaDB.
    """
    return [_booked(row, number, what, where) for number, row in enumerate(rows, 1)]


def refuse_lacking(known: Collection[str], what: str, where: str, which: str = "") -> None:
    """Raises InputError where columns are missing among those that are `known`; `which`: of what row."""
    absent = [column for column in COLUMNS if column not in known]
    if absent:
        columns = f"column{'' if len(absent) == 1 else 's'} {', '.join(absent)}"
        raise InputError(f"{what} lacks the {columns}{which}", where=where)


def _booked(row: Row, number: int, what: str, where: str) -> Booked:
    refuse_lacking(row, what, where, _which(row, number))
    try:
        return Booked(
            key=_text(row, "key"),
            content=None if row["content"] is None else _text(row, "content"),
            copies=_count(row, "copies"),
            effects=_count(row, "effects"),
            terminal=_truth(row, "terminal"),
            state=_text(row, "state"),
            oversold=_truth(row, "oversold"),
        )
    except ValueError as error:
        raise InputError(f"{what}: {error}{_which(row, number)}", where=where) from None


def _which(row: Row, number: int) -> str:
    key = row.get("key")
    return f" (row {number}{f', key {key}' if isinstance(key, str) else ''})"


def _text(row: Row, column: str) -> str:
    """A text, or a number as people write it. Raises ValueError."""
    value = row[column]
    if isinstance(value, bytes | bytearray):
        return value.decode()
    if isinstance(value, str) or (isinstance(value, int | Decimal) and not isinstance(value, bool)):
        return str(value)
    raise ValueError(f"{column} must be a text, not {value!r}")


def _count(row: Row, column: str) -> int:
    """A whole number that is not negative. Raises ValueError."""
    value = row[column]
    text = str(value) if isinstance(value, int | Decimal | str) and not isinstance(value, bool) else ""
    if not text.isascii() or not text.isdigit():
        raise ValueError(f"{column} must be a whole number, not {value!r}")
    return int(text)


def _truth(row: Row, column: str) -> bool:
    """Raises ValueError."""
    value = row[column]
    text = str(value).lower() if isinstance(value, bool | int | Decimal | str) else ""
    if text not in _TRUE + _FALSE:
        raise ValueError(f"{column} must be true or false, not {value!r}")
    return text in _TRUE
