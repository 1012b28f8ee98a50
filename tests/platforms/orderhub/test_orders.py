"""Order requests: what is taken, and when two are the same."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from orderhub.orders import LineRequest, OrderRequest
from pydantic import ValidationError

skus = st.from_regex(r"[A-Z0-9][A-Z0-9-]{2,20}", fullmatch=True)
lines = st.lists(
    st.builds(LineRequest, sku=skus, quantity=st.integers(1, 10_000)),
    min_size=1, max_size=8, unique_by=lambda line: line.sku,
)  # fmt: skip
notes = st.none() | st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00"), max_size=50)


def request(customer: int, wanted: Sequence[LineRequest], note: str | None) -> OrderRequest:
    return OrderRequest(customer=customer, lines=tuple(wanted), note=note)


@given(customer=st.integers(1, 2**63 - 1), wanted=lines, note=notes, data=st.data())
def test_the_order_of_lines_does_not_change_what_a_request_means(
    customer: int, wanted: list[LineRequest], note: str | None, data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(wanted))
    assert request(customer, wanted, note).digest() == request(customer, shuffled, note).digest()


@given(wanted=lines, other=lines, note=notes, other_note=notes)
def test_requests_that_differ_have_different_digests(
    wanted: list[LineRequest], other: list[LineRequest], note: str | None, other_note: str | None
) -> None:
    same = set(wanted) == set(other) and note == other_note
    assert (request(1, wanted, note).digest() == request(1, other, other_note).digest()) == same
    assert request(1, wanted, note).digest() != request(2, wanted, note).digest()


@pytest.mark.parametrize(
    "body",
    [
        '{"customer": 1, "lines": []}',
        '{"customer": 0, "lines": [{"sku": "PUMP-1", "quantity": 1}]}',
        '{"customer": 9223372036854775808, "lines": [{"sku": "PUMP-1", "quantity": 1}]}',
        '{"customer": 1, "lines": [{"sku": "PUMP-1", "quantity": 0}]}',
        '{"customer": 1, "lines": [{"sku": "PUMP-1", "quantity": 1.5}]}',
        '{"customer": 1, "lines": [{"sku": "PUMP-1", "quantity": 10001}]}',
        '{"customer": 1, "lines": [{"sku": "pump", "quantity": 1}]}',
        '{"customer": 1, "lines": [{"sku": "PUMP-1\\u0000", "quantity": 1}]}',
        '{"customer": 1, "lines": [{"sku": "PUMP-1", "quantity": 1}], "note": "a\\u0000b"}',
        '{"customer": 1, "lines": [{"sku": "PUMP-1", "quantity": 1}], "note": "\\ud800"}',
        '{"customer": 1, "lines": [{"sku": "PUMP-1", "quantity": 1, "price": 0}]}',
        '{"customer": 1, "lines": [{"sku": "PUMP-1", "quantity": 1}, {"sku": "PUMP-1", "quantity": 2}]}',
    ],
)
def test_what_no_order_can_be_is_refused(body: str) -> None:
    with pytest.raises(ValidationError):
        OrderRequest.model_validate_json(body)
