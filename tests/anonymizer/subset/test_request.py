"""What can be asked for, and what is answered to what cannot."""

from __future__ import annotations

import pytest

from anonymizer.subset.request import Request, Root, request
from foundation.errors import InputError


def test_nothing_asked_for_is_everything() -> None:
    assert request(None, []) is None


@pytest.mark.parametrize(
    ("written", "root"),
    [
        ("orders", Root(table="orders")),
        ("crm.notes where id > 7 ", Root(table="crm.notes", condition="id > 7")),
        ("orders WHERE a = 1\n AND b IS NULL", Root(table="orders", condition="a = 1\n AND b IS NULL")),
    ],
)
def test_a_root_is_a_table_and_maybe_a_condition(written: str, root: Root) -> None:
    assert request(None, [written]) == Request(roots=(root,))


@pytest.mark.parametrize(
    "written", ["", "orders where", "orders id > 7", "orders WHERE id = 1; DROP TABLE x"]
)
def test_what_is_no_root_is_refused(written: str) -> None:
    with pytest.raises(InputError, match="no table with a condition"):
        request(None, [written])


@pytest.mark.parametrize("fraction", [0, -0.1, 1.01, 5])
def test_a_fraction_is_above_nothing_and_at_most_all(fraction: float) -> None:
    with pytest.raises(InputError, match="no part of the source"):
        request(fraction, [])


def test_it_is_written_as_it_was_meant() -> None:
    assert str(request(0.05, ["orders WHERE id > 7"])) == "0.05 of orders WHERE id > 7"
