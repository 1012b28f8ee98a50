"""What a check says of its findings: each column once, counts and places, never a value."""

from __future__ import annotations

import json

import pytest

from anonymizer.proof.comparison import Comparison
from anonymizer.proof.search import Findings
from anonymizer.proof.sightings import Sighting
from anonymizer.proof.verification import Verification, judged


def compared(
    place: str, *, pairs: int = 0, matched: bool = True, by_chance: float = 0.0, strange: int = 0
) -> Comparison:
    return Comparison(
        place=place, identifying=True, judged=True, values=100, survivors=pairs, pairs=pairs, matched=matched,
        by_chance=by_chance, coincidences=pairs, strange=strange,
    )  # fmt: skip


def seen(place: str, found: int = 1, *, same_row: bool = False, by_chance: float = 0.0) -> Sighting:
    return Sighting(place=place, population="person", same_row=same_row, found=found, by_chance=by_chance)


def told(
    comparisons: list[Comparison], sightings: list[Sighting], *others: str, absent: tuple[str, ...] = ()
) -> Verification:
    found = Findings(
        comparisons=tuple(comparisons), sightings=tuple(sightings), faults=(), absent=absent, counted={}
    )
    return judged(found, others)


KEPT = "t.mail: 9 of 100 values stand where they stood (0 expected by chance)"


@pytest.mark.parametrize(
    ("comparisons", "sightings", "faults"),
    [
        ([compared("t.mail")], [], []),
        ([compared("t.mail", pairs=9)], [], [KEPT]),
        ([compared("t.mail", pairs=9)], [seen("t.mail", 9, same_row=True)], [KEPT]),
        ([compared("t.mail", pairs=9)], [seen("t.mail (statistics)")], [KEPT]),
        ([compared("t.mail", pairs=9)], [seen("t.note")],
         [KEPT, "t.note: 1 originals (person) stand there (0 expected by chance)"]),
        ([compared("t.mail")], [seen("t.mail", 2, same_row=True)],
         ["t.mail: 2 originals (person) stand in the rows of their own persons (0 expected by chance)"]),
        ([compared("t.mail")], [seen("t.note", by_chance=0.5)], []),
        ([compared("t.mail", pairs=60, by_chance=5.25)], [],
         ["t.mail: 60 of 100 values stand where they stood (5.2 expected by chance)"]),
        ([compared("t.mail", pairs=6, by_chance=5.25, strange=1)], [],
         ["t.mail: 6 of 100 values stand where they stood (5.2 expected by chance, but 1 no draw can give)"]),
        ([compared("t.mail", pairs=1, strange=1)], [],
         ["t.mail: 1 of 100 values stand where they stood (0 expected by chance)"]),
        ([compared("t.doc $.mail", pairs=9)], [seen("t.doc"), seen("t.doc $.cc")],
         ["t.doc $.mail: 9 of 100 values stand where they stood (0 expected by chance)"]),
        ([compared("my t.mail", pairs=9)], [seen("my t.note")],
         ["my t.mail: 9 of 100 values stand where they stood (0 expected by chance)",
          "my t.note: 1 originals (person) stand there (0 expected by chance)"]),
        ([compared("the t.mail", pairs=9)], [seen("the comment on table public.t")],
         ["the t.mail: 9 of 100 values stand where they stood (0 expected by chance)",
          "the comment on table public.t: 1 originals (person) stand there (0 expected by chance)"]),
    ],
)  # fmt: skip
def test_every_column_that_fails_is_told_once(
    comparisons: list[Comparison], sightings: list[Sighting], faults: list[str]
) -> None:
    found = told(comparisons, sightings)
    assert [*found.faults] == faults
    assert found.passes is not bool(faults)


def test_other_faults_stand_between_rows_and_values() -> None:
    found = told([compared("t.mail", pairs=9)], [seen("t.note")], "t: is not empty")
    assert [fault.partition(":")[0] for fault in found.faults] == ["t", "t.mail", "t.note"]
    assert json.loads(json.dumps(found.to_dict()))["passes"] is False


@pytest.mark.parametrize(
    ("places", "tables"),
    [
        (["t.mail"], ("t",)),
        (["hr.t.mail", "t.mail", "t.phone"], ("hr.t", "t")),
        (["t.doc $.a.b"], ("t",)),
        (["my t.first name"], ("my t",)),
        (["my t.doc $.a.b"], ("my t",)),
        ([], ()),
    ],
)
def test_tables_whose_rows_could_not_be_matched_are_named_once(
    places: list[str], tables: tuple[str, ...]
) -> None:
    found = told([*(compared(place, matched=False) for place in places), compared("other.mail")], [])
    assert found.unmatched == tables


def test_a_note_fails_nothing_and_names_the_path() -> None:
    found = told([], [], absent=("t.doc $.x", "t.doc $.y"))
    assert found.passes
    assert [note.partition(":")[0] for note in found.noted] == ["t.doc $.x", "t.doc $.y"]
