"""How a sequence goes on after a copy: decided by whom it fills, and what became of those columns."""

from __future__ import annotations

import pytest

from anonymizer.postgres.sequences import Filled, Given, way

CREDIT, INVOICE = ("public", "credit"), ("public", "invoice")


def filled(table: str, column: str = "id", *, number: bool = True) -> Filled:
    return Filled(schema="public", relation=table, column=column, number=number)


def given(*columns: Filled) -> Given:
    span = {"least": 1, "greatest": 99, "start": 1}
    return Given(schema="public", name="ids", ascending=True, usable=True, columns=columns, **span)


@pytest.mark.parametrize(
    ("columns", "copied", "clear", "expected"),
    [
        ([filled("credit")], {CREDIT}, set(), "after the values"),
        ([filled("credit")], {CREDIT}, {(*CREDIT, "id")}, "from the start"),
        ([filled("credit"), filled("invoice")], {CREDIT, INVOICE}, {(*CREDIT, "id")}, "after the values"),
        ([filled("credit"), filled("invoice")], {CREDIT}, {(*CREDIT, "id")}, "from the start"),
        ([filled("credit")], {INVOICE}, set(), "as it is"),
        ([filled("credit", "code", number=False)], {CREDIT}, set(), "as the source"),
        ([filled("credit", "code", number=False)], {INVOICE}, set(), "as it is"),
        ([], {CREDIT}, set(), "as the source"),
    ],
)
def test_a_sequence_goes_on_by_what_it_fills(
    columns: list[Filled], copied: set[tuple[str, str]], clear: set[tuple[str, str, str]], expected: str
) -> None:
    assert way(given(*columns), copied, clear) == expected
