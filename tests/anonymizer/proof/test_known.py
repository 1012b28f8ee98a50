"""An attacker knows of a person what the policy lets the target show, no finer."""

from __future__ import annotations

import pytest

from anonymizer.proof.known import Fact, as_it_is, facts_of
from anonymizer.proof.terms import Amount, Moment, Text
from tests.anonymizer.proof.memory import copied


def fact(base: str, **options: object) -> Fact:
    rule: object = (
        {"transform": "generalise", "class": "sensitive", "options": options} if options else "keep"
    )
    [found] = facts_of(copied({"c": rule}, types={"c": base}), ["c"])
    return found


@pytest.mark.parametrize(
    ("base", "options", "known", "seen"),
    [
        ("text", {}, Text(column="c"), Text(column="c")),
        ("text", {"prefix": 2}, Text(column="c", prefix=2), Text(column="c", prefix=2)),
        ("integer", {}, Amount(column="c"), Amount(column="c")),
        ("numeric", {"band": 100}, Amount(column="c", band=100), Amount(column="c")),
        ("date", {}, Moment(column="c"), Moment(column="c")),
        ("timestamp with time zone", {"to": "month"}, Moment(column="c", start="month"), Moment(column="c")),
        ("boolean", {}, Text(column="c"), Text(column="c")),
    ],
)
def test_a_fact_is_made_as_coarse_as_the_policy_makes_it(
    base: str, options: dict[str, object], known: object, seen: object
) -> None:
    found = fact(base, **options)
    assert (found.known, found.seen) == (known, seen)
    assert found.number is not isinstance(seen, Text)


def test_a_perturbed_number_is_known_as_it_was() -> None:
    [found] = facts_of(
        copied({"c": {"transform": "perturb", "class": "sensitive"}}, types={"c": "numeric"}), ["c"]
    )
    assert (found.known, found.seen) == (Amount(column="c"), Amount(column="c"))


def test_facts_stand_in_the_order_that_was_asked_for_and_are_called_as_no_column_is() -> None:
    table = copied({"a": "keep", "b": "keep"}, types={"a": "date"})
    assert [one.name for one in facts_of(table, ["b", "a"])] == ["b", "a"]
    assert as_it_is("a", "date").label == "\x1da"
