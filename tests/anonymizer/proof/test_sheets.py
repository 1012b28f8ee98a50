"""A table as both sides are read: its places, who its rows are about, and what a block of it holds."""

from __future__ import annotations

import pyarrow as pa
import pytest

from anonymizer.policies.schema import ForeignKey
from anonymizer.proof.identities import Identity
from anonymizer.proof.known import as_it_is
from anonymizer.proof.places import UNIT, Place
from anonymizer.proof.sheets import Sheet, batch, sheets
from tests.anonymizer.proof.memory import MAIL, PHONE, copied, plan

SEEN = {"transform": "keep", "class": "identifying"}
DOCUMENT = {"transform": "json", "class": "free", "paths": {"$.mail": MAIL, "$.n": "keep", "$.who": SEEN}}
PAY = {"transform": "perturb", "class": "sensitive"}
RULES = {"id": "keep", "mail": MAIL, "doc": DOCUMENT, "gone": "drop", "born": "keep", "note": "keep",
         "nick": SEEN, "pay": PAY}  # fmt: skip
TYPES = {"id": "integer", "doc": "jsonb", "born": "date", "pay": "numeric"}


def only(**tables: object) -> Sheet:
    [found] = sheets(plan(copied(RULES, types=TYPES)), **tables)  # type: ignore[arg-type]
    return found


def labels(places: tuple[Place, ...]) -> list[str]:
    return [place.label for place in places]


def test_masked_and_identifying_places_are_compared_and_all_that_may_hold_text_is_searched() -> None:
    assert labels(only().compared) == ["mail", "doc $.mail", "doc $.who", "nick", "pay"]
    assert labels(only().searched) == ["mail", "doc", "doc $.mail", "note", "nick"]
    assert [place.identifying for place in only().compared] == [True, True, True, True, False]


def test_what_may_be_left_is_known_of_every_place() -> None:
    left = only().left
    assert {*left} == {*labels(only().compared), *labels(only().searched)}
    assert (left["mail"].words is None, left["nick"].chance, left["pay"].judged) == (False, 0.0, True)


def test_facts_are_given_to_the_table_that_they_are_of() -> None:
    fact = as_it_is("born", "date")
    assert only(facts={"t": (fact,), "other": ()}).facts == (fact,)
    assert only(facts={"other": (fact,)}).facts == only().facts == ()


def test_the_columns_that_name_a_row_and_a_person_are_read_once_each() -> None:
    refers = ForeignKey(name="of", columns=("who",), parent="t", parent_columns=("id",))
    calls = copied({"id": "keep", "who": "keep"}, name="calls", refers=refers)
    people, about = sheets(plan(copied(RULES, types=TYPES), calls))
    assert about.person == Identity(root="t.id", columns=("who",))
    assert people.named == {"\x1fid": "id"}
    assert about.named == {"\x1fid": "id", "\x1fwho": "who"}
    assert (people.name, about.name) == ("t", "calls")
    assert (people.key, about.person) == (
        people.person,
        sheets(plan(copied(RULES, types=TYPES), calls))[1].person,
    )
    [keyless] = sheets(plan(copied({"note": "keep"}, key=())))
    assert (keyless.key, keyless.person, keyless.named) == (None, None, {})


def test_a_block_holds_what_names_its_rows_and_every_place_as_text() -> None:
    cells = {"id": ["1", "2"], "mail": ["a@b.pl", None], "doc": ['{"mail": "c@d.pl"}', "null"]}
    seen = only()
    places = [place for place in (*seen.searched, *seen.compared) if place.column in cells]
    block = batch(seen, places, lambda name: pa.array(cells[name], pa.string()), 2)
    assert block.to_pydict() == {
        "\x1fid": ["1", "2"],
        "mail": ["a@b.pl", None],
        "doc": ['{"mail": "c@d.pl"}', "null"],
        "doc $.mail": ["c@d.pl", None],
        "doc $.who": [None, None],
    }


@pytest.mark.parametrize("rows", [0, 3])
def test_a_block_of_nothing_to_look_at_still_has_its_rows(rows: int) -> None:
    [seen] = sheets(plan(copied({"n": "keep"}, types={"n": "integer"}, key=())))
    block = batch(seen, [], lambda _: pa.array([]), rows)
    assert (block.num_rows, block.schema.names) == (rows, [UNIT])


def test_a_masked_key_tells_rows_apart_only_for_whoever_can_mask_it() -> None:
    whole = plan(copied({"id": {"transform": "integer_key", "class": "sensitive"}, "tel": PHONE}))
    assert sheets(whole)[0].key is None
    assert sheets(whole, mapped=True)[0].key is not None
