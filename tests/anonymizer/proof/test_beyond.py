"""What the target has beyond the copy is searched; what a transform could have left there is nobody's."""

from __future__ import annotations

from dataclasses import replace

from anonymizer.policies.plan import Plan
from anonymizer.policies.schema import Schema, Table
from anonymizer.proof.beyond import beyond
from anonymizer.proof.search import search
from anonymizer.proof.sheets import sheets
from tests.anonymizer.proof.memory import MAIL, PHONE, Memory, column, copied, plan

NAME = {"transform": "full_name", "class": "identifying"}
WHOLE: Plan = plan(copied({"id": "keep", "name": NAME, "mail": MAIL, "phone": PHONE}))
COPIED = WHOLE.copies[0].table
ADDED = replace(COPIED, columns={**COPIED.columns, "extra": column("extra"), "seen": column("seen", "date")})
OTHER = Table(
    name="old.bak", schema="old", relation="bak", rows=1, unique={},
    columns={"n": column("n", "integer"), "v": column("v"), "d": column("d", "jsonb")},
)  # fmt: skip
TARGET = Schema(tables={"t": ADDED, "old.bak": OTHER})
SOURCE = {
    "id": [str(n) for n in range(300)],
    "name": [
        "Piotr Zieliński" if n % 2 else f"Jagna Brzęczy{chr(97 + n // 20)}{chr(97 + n % 20)}"
        for n in range(300)
    ],
    "mail": [f"jagna{n}@firma.pl" for n in range(300)],
    "phone": [f"+48 {601_000_000 + 7919 * n}" for n in range(300)],
}
CLEAN = {
    "id": SOURCE["id"],
    "name": [f"Anna Kowalska{chr(97 + n % 20)}" for n in range(300)],
    "mail": [f"anna{n}@przyklad.pl" for n in range(300)],
    "phone": [f"+48 {501_000_000 + 7919 * n}" for n in range(300)],
}


def found(extra: str = "x", cell: str = "x", document: str = "{}") -> list[tuple[str, int]]:
    """What does not pass where the target has these texts beyond the copy."""
    after = {
        "t": {**CLEAN, "extra": [extra] * 300, "seen": ["2024-01-01"] * 300},
        "old.bak": {"n": ["1"], "v": [cell], "d": [document]},
    }
    seen = search(
        Memory(tables={"t": SOURCE}), Memory(tables=after), sheets(WHOLE), {}, of_a_part=False,
        beyond=beyond(WHOLE, TARGET),
    )  # fmt: skip
    assert seen.faults == ()
    return [(one.place, one.found) for one in seen.sightings if not one.passes]


def test_every_text_that_no_rule_names_is_a_place() -> None:
    places = [(sheet.name, [place.label for place in sheet.searched]) for sheet in beyond(WHOLE, TARGET)]
    assert places == [("t", ["extra"]), ("old.bak", ["v", "d"])]
    assert [sheet.name for sheet in beyond(WHOLE, TARGET, {"old.bak"})] == ["t"]
    assert beyond(WHOLE, WHOLE.source) == []


def test_an_original_is_told_with_its_column() -> None:
    assert found() == []
    assert found(cell="ask jagna7@firma.pl") == [("old.bak.v", 1)]
    assert found(document='{"m": "jagna7@firma.pl"}') == [("old.bak.d", 1)]
    assert found(cell=SOURCE["name"][4]) == [("old.bak.v", 1)]
    assert found(extra=SOURCE["phone"][4]) == [("t.extra", 2)], "as it is, and without its prefix"


def test_a_pool_s_name_is_nobody_s_there() -> None:
    assert found(cell="Piotr Zieliński", extra="Piotr Zieliński, Piotr Zieliński") == []
