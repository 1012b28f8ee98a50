"""What one pass over each side counts, and what it writes down of every place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
import pytest

from anonymizer.policies.schema import ForeignKey
from anonymizer.pools import first_names, last_names
from anonymizer.proof.distances import Ruler
from anonymizer.proof.fingerprints import Seed
from anonymizer.proof.gathering import Originals, Tally, gather_source, gather_target, members
from anonymizer.proof.kernels import WHOLE, WORDS
from anonymizer.proof.partitions import Partitions, Records, together
from anonymizer.proof.scanning import Wanted, dealt, kinds
from anonymizer.proof.sheets import Sheet, sheets
from tests.anonymizer.proof.memory import MAIL, PHONE, Cells, Memory, copied, plan
from tests.anonymizer.proof.test_windows import OPEN

SEED = Seed.new()
FIRST = {"transform": "first_name", "class": "common"}
POOLED = str(first_names("pl_PL")[0][0])


class Seen(NamedTuple):
    tally: Tally
    found: Originals
    stored: Partitions
    sheet: Sheet

    def read(self, label: str, what: str = "was") -> Records:
        return together([self.stored.read(("t", label, what), number) for number in range(self.stored.count)])

    def kinds(self, label: str, what: str = "was") -> list[int]:
        return sorted(kinds(self.read(label, what).tags).tolist())


@contextmanager
def source(
    rules: dict[str, object],
    block: int = 3,
    types: dict[str, str] | None = None,
    **cells: Sequence[str | None],
) -> Iterator[Seen]:
    [sheet] = sheets(plan(copied(rules, types=types, key=("id",) if "id" in rules else ())))
    with Partitions(2) as stored:
        found = Originals()
        side = Memory(tables={"t": cells}, block=block)
        tally = gather_source(side, sheet, SEED, Ruler(facts=(), bounds={}, seed=SEED), found, stored)
        yield Seen(tally, found, stored, sheet)


@contextmanager
def target(
    rules: dict[str, object], types: dict[str, str] | None = None, **cells: Sequence[str | None]
) -> Iterator[Seen]:
    [sheet] = sheets(plan(copied(rules, types=types, key=("id",) if "id" in rules else ())))
    wanted = Wanted(kinds=frozenset({9, 11, WORDS + 2, WORDS + 4}), members=OPEN, seed=SEED)
    with Partitions(2) as stored:
        side = Memory(tables={"t": cells}, block=3)
        tally = gather_target(side, sheet, wanted, Ruler(facts=(), bounds={}, seed=SEED), stored)
        yield Seen(tally, Originals(), stored, sheet)


IDS = ["1", "2", "3", "4"]


@pytest.mark.parametrize("block", [1, 3, 100])
def test_the_source_is_counted_the_same_in_blocks_of_any_size(block: int) -> None:
    mails = ["jan.kowalski@firma.pl", "JAN.Kowalski@firma.pl", None, ""]
    phones = ["+48 601 202 303", "601202303", "12", "-"]
    with source({"id": "keep", "mail": MAIL, "tel": PHONE}, block, id=IDS, mail=mails, tel=phones) as seen:
        assert (seen.tally.rows, seen.tally.values) == (4, {"mail": 2, "tel": 4})
        assert {label: one.count for label, one in seen.tally.distinct.items()} == {"mail": 1, "tel": 3}
        assert seen.kinds("mail") == [WORDS + 4] * 2
        assert seen.kinds("tel") == [9, 9, 11, WHOLE]
        assert {kind for kind in seen.found.kinds if kind != WHOLE} == {9, 11, WORDS + 4}
        assert seen.found.counts[[9, 11, WORDS + 4, WHOLE]].tolist() == [2, 1, 2, 1]
        assert len(together([seen.stored.read(("t", "before"), n) for n in range(4)])) == 4
        assert seen.found.leads.sum() == 2, "601 202 303, and 48 601 202 303"


def test_only_identifying_places_say_what_is_looked_for() -> None:
    rule = {"transform": "phone", "class": "sensitive"}
    with source({"id": "keep", "tel": rule}, id=IDS[:1], tel=["601202303"]) as seen:
        assert (seen.found.kinds, int(seen.found.counts[9])) == (set(), 1)


def test_what_a_draw_could_deal_is_told_from_what_no_pool_has() -> None:
    with source(
        {"id": "keep", "name": FIRST}, id=IDS, name=[POOLED, POOLED.upper(), "Brzęczysława", None]
    ) as seen:
        assert (seen.tally.values["name"], seen.tally.dealt["name"]) == (3, 2)
        assert sorted(dealt(seen.read("name").tags).tolist()) == [False, True, True]
    with source({"id": "keep", "mail": PHONE}, id=IDS[:1], mail=["601202303"]) as seen:
        assert seen.tally.dealt["mail"] == 0


def test_every_value_at_a_path_is_one_of_its_row() -> None:
    rule = {"transform": "json", "class": "free", "paths": {"$.to[*]": MAIL}}
    documents = ['{"to": ["a.b@firma.pl", "c.d@firma.pl"]}', '{"to": []}', None, '{"to": "a.b@firma.pl"}']
    with source({"id": "keep", "doc": rule}, types={"doc": "jsonb"}, id=IDS, doc=documents) as seen:
        assert seen.tally.values == {"doc $.to[*]": 3}
        assert seen.tally.distinct["doc $.to[*]"].count == 2
        assert len(np.unique(seen.read("doc $.to[*]").tags)) == 2, "two rows"


def test_the_filter_is_made_of_all_that_the_source_has() -> None:
    with source(
        {"id": "keep", "mail": MAIL, "tel": PHONE}, id=IDS[:1], mail=["jan@firma.pl"], tel=["601202303"]
    ) as seen:
        read = [*members([seen.sheet], seen.stored)]
    assert sorted(int(kind) for _, found in read for kind in found) == [9, WORDS + 3]


def test_the_target_is_compared_searched_and_counted() -> None:
    rules: dict[str, object] = {"id": "keep", "mail": MAIL, "note": "keep"}
    notes = ["tel 601202303 i 602303404", "jan kowalski", None, "44051401359"]
    with target(rules, id=IDS, mail=["a.b@firma.pl"] * 4, note=notes) as seen:
        assert seen.tally.rows == 4
        assert seen.tally.trials["note"] == {9: 2, 11: 1}, "a letter parts numbers"
        assert seen.tally.values == {"mail": 4}, "what is only searched is no value to compare"
        assert {WORDS + 2, 9, 11} <= {*seen.kinds("note", "text")}
        assert seen.kinds("mail", "cell") == [WORDS + 4] * 4
        assert len(seen.read("note", "cell")) == 0


def test_what_is_a_pool_s_result_and_nothing_else_is_proved_free_of_the_source() -> None:
    city = {"transform": "full_name", "class": "identifying"}
    women, _ = first_names("pl_PL")
    with target({"id": "keep", "name": city}, id=IDS[:2], name=["Jagna Brzęczymirowa", None]) as seen:
        assert (len(seen.read("name", "text")), len(seen.read("name", "proved"))) == (1, 0)
    made = f"{women[0]} {last_names('pl_PL')[0][0]}"
    with target({"id": "keep", "name": city}, id=IDS[:2], name=[made, "Jagna Brzęczymirowa"]) as seen:
        assert (len(seen.read("name", "text")), len(seen.read("name", "proved"))) == (1, 1)


@pytest.mark.parametrize(
    ("documents", "searched", "proved"),
    [
        (['{"to": ["MADE", "MADE"]}'], False, True),
        (
            ['{"to": ["MADE", "Jagna Brzęczymirowa"]}'],
            True,
            False,
        ),  # not of results alone
        (['{"to": ["MADE"]}', '{"to": ["Jagna Brzęczymirowa"]}', '{"to": []}', None], True, True),
    ],
)
def test_a_path_s_values_are_proved_document_by_document(
    documents: list[str | None], *, searched: bool, proved: bool
) -> None:
    women, _ = first_names("pl_PL")
    name = f"{women[0]} {last_names('pl_PL')[0][0]}"
    full = {"transform": "full_name", "class": "identifying"}
    rule = {"transform": "json", "class": "free", "paths": {"$.to[*]": full}}
    cells = [one and one.replace("MADE", name) for one in documents]
    with target({"id": "keep", "doc": rule}, types={"doc": "jsonb"}, id=IDS[: len(cells)], doc=cells) as seen:
        found = [len(seen.read("doc $.to[*]", what)) > 0 for what in ("text", "proved")]
    assert found == [searched, proved]


@pytest.mark.parametrize(
    ("rows_of_each", "crowd"), [([1] * 50, 1.0), ([3] * 50, 3.0), ([1, 9], (1 + 81) / 10), ([100], 100.0)]
)
def test_a_crowd_is_how_many_rows_the_person_of_a_row_has(rows_of_each: list[int], crowd: float) -> None:
    refers = ForeignKey(name="of", columns=("who",), parent="people", parent_columns=("id",))
    people = copied({"id": "keep", "mail": MAIL}, name="people")
    table = copied({"id": "keep", "who": "keep", "mail": MAIL}, refers=refers)
    sheet = sheets(plan(people, table))[1]
    who = [str(person) for person, count in enumerate(rows_of_each) for _ in range(count)]
    cells: Cells = {"id": [str(n) for n in range(len(who))], "who": who, "mail": ["a@b.pl"] * len(who)}
    wanted = Wanted(kinds=frozenset(), members=OPEN, seed=SEED)
    with Partitions(1) as stored:
        tally = gather_target(
            Memory(tables={"t": cells}), sheet, wanted, Ruler(facts=(), bounds={}, seed=SEED), stored
        )
    assert tally.crowd == pytest.approx(crowd, rel=0.01)


def test_nobody_is_no_crowd() -> None:
    assert (Tally().crowd, Tally(rows=9).crowd) == (1.0, 1.0)
