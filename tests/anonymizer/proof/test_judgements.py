"""What a check says of a copy that was changed in one place at a time: whole checks, in memory."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pytest

from anonymizer.policies.schema import ForeignKey
from anonymizer.pools import first_names, last_names
from anonymizer.proof.verification import judged
from tests.anonymizer.proof.memory import MAIL, PHONE, Cells, checked, copied, plan, searched

ROWS = 120
NAME = {"transform": "full_name", "class": "identifying", "scope": "entity(mail)", "domain": "person"}
LAST = {"transform": "last_name", "class": "identifying", "scope": "entity(mail)"}
DOCUMENT = {"transform": "json", "class": "free", "others": "keep",
            "paths": {"$.mail": MAIL, "$.mobile": {"transform": "phone", "class": "sensitive"}}}  # fmt: skip
PEOPLE = plan(
    copied(
        {"id": "keep", "mail": MAIL, "boss": MAIL, "name": NAME, "phone": PHONE, "note": "keep", "last": LAST,
         "firm": {"transform": "company", "class": "identifying"}, "doc": DOCUMENT,
         "code": {"transform": "scramble", "class": "sensitive"},
         "born": "keep", "gone": "drop", "tags": "keep", "about": {"transform": "redact", "class": "free"}},
        types={"doc": "jsonb", "born": "date", "tags": "text[]"},
    )
)  # fmt: skip
LETTERS = "abcdefghij"


def surname(number: int) -> str:
    """A name that no pool has."""
    return "Brzęczy" + "".join(LETTERS[int(digit)] for digit in f"{number:03d}")


def cells(mail: str, first: str, prefix: int, code: str) -> dict[str, list[str | None]]:
    numbers = range(ROWS)
    return {
        "id": [str(n) for n in numbers],
        "mail": [f"{mail}{n}@firma.pl" for n in numbers],
        "boss": [f"{mail}{n // 2}@firma.pl" for n in numbers],
        "name": [f"{first} {surname(n if first == 'Jagna' else n + 500)}" for n in numbers],
        "last": [f"Wrzos{surname(n if first == 'Jagna' else n + 500)[7:]}ski" for n in numbers],
        "phone": [f"+48 {prefix + 7919 * n}" for n in numbers],
        "note": ["rozmowa"] * ROWS,
        "doc": [json.dumps({"mail": f"{mail}{n}@poczta.pl", "cc": "x",
                            "mobile": f"{prefix + 50_000_000 + 7919 * n}"}) for n in numbers],
        "firm": [f"{code.title()}pol {'xyzvw'[n % 5]} S.A." for n in numbers],
        "code": [f"{code}-{n:04d}" for n in numbers],
        "born": ["1980-02-03"] * ROWS,
        "gone": [None] * ROWS,
        "tags": ["{a,b}"] * ROWS,
        "about": ["[NAME] dzwonil"] * ROWS,
    }  # fmt: skip


SOURCE = cells("jagna", "Jagna", 601_202_303, "alfa")
CLEAN = cells("helga", "Helga", 720_303_404, "beta")
MAIL_OF_9, NAME_OF_9, LAST_OF_9, PHONE_OF_9 = (
    str(SOURCE[column][9]) for column in ("mail", "name", "last", "phone")
)


def faults(changes: Mapping[str, Mapping[int, str | None]], clean: Cells = CLEAN) -> list[str]:
    """What is said where some rows of some columns hold something else."""
    after = {
        name: [changes.get(name, {}).get(row, cell) for row, cell in enumerate(column)]
        for name, column in clean.items()
    }
    return [*checked(PEOPLE, {"t": SOURCE}, {"t": after}).faults]


def document(row: int, **changed: object) -> str:
    return json.dumps({**json.loads(str(CLEAN["doc"][row])), **changed})


def test_a_clean_copy_passes() -> None:
    assert faults({}) == []


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("note", f"do {MAIL_OF_9}"),
        ("note", f"{NAME_OF_9.upper()}, dzwonila"),
        ("note", f"tel.{PHONE_OF_9.removeprefix('+48 ')};"),
        ("note", f"u {LAST_OF_9.lower()} bylo"),
        ("code", f"u {NAME_OF_9} bylo"),
        ("note", base64.b64encode(MAIL_OF_9.encode()).decode()),
        ("tags", f'{{a,"{MAIL_OF_9}"}}'),
        ("tags", "{" + MAIL_OF_9.replace("@", ",") + "}"),
        ("code", MAIL_OF_9),
        ("about", f"[NAME] {MAIL_OF_9}"),
        ("doc", document(7, cc=MAIL_OF_9)),
        ("doc", document(7, cc={"deep": [MAIL_OF_9]})),
        ("doc", json.dumps({MAIL_OF_9: 1})),
        ("doc", document(7, cc=f"a\n{MAIL_OF_9}")),
    ],
)
def test_an_original_in_a_text_that_no_transform_explains_is_told(column: str, text: str) -> None:
    [fault] = faults({column: {7: text}})
    assert fault.startswith(f"t.{column}: 1 originals (")
    assert "stand there" in fault
    assert not any(word in fault.lower() for word in ("jagna", "brz", "wrzos", "601", text.lower()))


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("note", "jagna"),
        ("note", surname(9)[:-1]),
        ("note", "601202"),
        ("note", f"x{PHONE_OF_9.removeprefix('+48 ')}1"),
        ("firm", f"{surname(9)} S.A."),
        ("code", LAST_OF_9),
        ("code", f"u {LAST_OF_9} bylo"),
        ("doc", document(7, mobile=LAST_OF_9)),
        ("gone", MAIL_OF_9),
        ("born", NAME_OF_9),
        ("boss", str(SOURCE["mail"][40])),
        ("mail", str(SOURCE["mail"][40])),
        ("about", "[NAME] dzwonil i pisal"),
        ("doc", document(7, cc="jagna")),
        ("doc", json.dumps({"cc": "x"})),
        ("doc", "null"),
        ("doc", None),
    ],
)
def test_what_is_nobody_s_or_comes_from_a_draw_is_no_fault(column: str, text: str | None) -> None:
    assert faults({column: {7: text}}) == []


@pytest.mark.parametrize("column", ["mail", "boss", "name", "phone", "firm", "code", "doc"])
def test_one_value_that_stands_where_it_stood_is_enough(column: str) -> None:
    found = faults({column: {9: SOURCE[column][9]}})
    assert {fault.partition(":")[0].partition(" ")[0] for fault in found} == {f"t.{column}"}
    assert all("values stand where they stood (0 expected by chance)" in fault for fault in found)


def test_an_original_at_another_path_than_its_own_is_told_with_the_path() -> None:
    found = faults({"doc": {7: document(7, mobile=MAIL_OF_9)}})
    assert [fault.partition(": ")[0] for fault in found] == ["t.doc $.mobile"]


def test_a_document_is_told_of_what_stands_beside_a_path_that_holds_the_same() -> None:
    row = document(9, mail=str(SOURCE["mail"][50]), cc=str(SOURCE["mail"][60]))
    assert [fault.partition(": ")[0] for fault in faults({"doc": {9: row}})] == ["t.doc"]


def test_an_original_of_its_own_person_in_a_column_that_draws_from_its_population_is_told() -> None:
    for column, text in (("boss", MAIL_OF_9), ("firm", f"{NAME_OF_9} S.A.")):
        [fault] = faults({column: {9: text}})
        assert fault.startswith(f"t.{column}: 1 originals (person) stand in the rows of their own persons")


@pytest.mark.parametrize(("share", "told"), [(100, True), (40, False)])
@pytest.mark.parametrize("column", ["mail", "phone", "name"])
def test_originals_that_were_dealt_out_among_others_are_told_from_half_on(
    column: str, share: int, *, told: bool
) -> None:
    moved = {row: SOURCE[column][(row + 1) % ROWS] for row in range(ROWS) if row * 100 < share * ROWS}
    found = [fault for fault in faults({column: moved}) if "originals of other rows" in fault]
    assert [fault.partition(":")[0] for fault in found] == [f"t.{column}"] * told


class Rows(NamedTuple):
    before: Sequence[str]
    after: Sequence[str]
    faults: Sequence[str]
    of_a_part: bool = False


@pytest.mark.parametrize(
    "rows",
    [
        Rows("123", "123", []),
        Rows("123", "321", []),
        Rows("123", "12", ["t: 3 rows in the source, 2 in the target",
                           "t: 1 keys of the source are not in the target"]),
        Rows("12", "123", ["t: 2 rows in the source, 3 in the target"]),
        Rows("123", "124", ["t: 1 keys of the source are not in the target"]),
        Rows("123", "12", [], of_a_part=True),
        Rows("123", "", [], of_a_part=True),
        Rows("123", "14", ["t: 1 keys of the target are not in the source"], of_a_part=True),
        Rows("12", "123", ["t: 2 rows in the source, 3 in the target",
                           "t: 1 keys of the target are not in the source"], of_a_part=True),
        Rows("", "", []),
    ],
)  # fmt: skip
def test_rows_that_one_side_lacks_are_told(rows: Rows) -> None:
    whole = plan(copied({"id": "keep", "note": "keep"}))
    sides = [{"t": {"id": [*side], "note": ["x"] * len(side)}} for side in (rows.before, rows.after)]
    assert [*searched(whole, sides[0], sides[1], of_a_part=rows.of_a_part).faults] == rows.faults


def test_without_a_key_rows_are_counted_and_values_looked_for_anywhere() -> None:
    whole = plan(copied({"mail": MAIL}, key=()))
    before, after = ({"t": {"mail": side["mail"]}} for side in (SOURCE, CLEAN))
    seen = checked(whole, before, after)
    assert (seen.passes, seen.unmatched) == (True, ("t",))
    moved = {"t": {"mail": [*SOURCE["mail"][5:8], *CLEAN["mail"][3:]]}}
    assert checked(whole, before, moved).faults == (
        "t.mail: 3 of 120 values stand somewhere in the column: no row can be matched (0 expected by chance)",
    )


def called(rng: np.random.Generator, sex: int) -> list[str]:
    """Four thousand names of one sex."""
    first, last = (rng.choice(names("pl_PL")[sex].to_pylist(), 4000) for names in (first_names, last_names))
    return [f"{one} {other}" for one, other in zip(first, last, strict=True)]


def test_without_a_key_names_that_a_pool_deals_meet_others_and_no_more() -> None:
    """People are called as the pool calls them: of so many, some are called like somebody in the source."""
    rng = np.random.default_rng(5)
    whole = plan(copied({"name": {"transform": "full_name", "class": "identifying"}}, key=()))
    before, masked = ([*called(rng, 0), *called(rng, 1)] for _ in range(2))

    def told(after: list[str]) -> tuple[str, ...]:
        return checked(whole, {"t": {"name": before}}, {"t": {"name": after}}).faults

    assert len({*before} & {*masked}) > 100, "of 8,000, and one in a hundred would be 80"
    assert told(masked) == ()
    (kept,) = told(before)
    assert kept.startswith("t.name: 8000 of 8000 values stand somewhere in the column")
    before[7] = "Jagna Brzęczymir"
    (one,) = told([*masked[:-1], "Jagna Brzęczymir"])
    assert "but 1 no draw can give" in one


def family(told: Callable[[int], str]) -> list[str]:
    """Persons and their calls, three each: what is said where the calls of the target hold that."""
    refers = ForeignKey(name="of", columns=("who",), parent="t", parent_columns=("id",))
    whole = plan(
        copied({"id": "keep", "mail": MAIL}),
        copied({"id": "keep", "who": "keep", "said": MAIL, "note": "keep"}, name="calls", refers=refers),
    )
    numbers = range(3 * ROWS)
    calls = {"id": [str(n) for n in numbers], "who": [str(n // 3) for n in numbers]}
    before: dict[str, Cells] = {
        "t": {"id": SOURCE["id"], "mail": SOURCE["mail"]},
        "calls": {
            **calls,
            "said": [f"jagna{n // 3}x{n % 3}@firma.pl" for n in numbers],
            "note": ["x"] * len(numbers),
        },
    }
    after: dict[str, Cells] = {
        "t": {"id": CLEAN["id"], "mail": CLEAN["mail"]},
        "calls": {**calls, "said": [told(n) for n in numbers], "note": ["x"] * len(numbers)},
    }
    return [*checked(whole, before, after).faults]


@pytest.mark.parametrize(
    ("others", "documents", "told"),
    [
        ("keep", ['{"mail": "jagna1@firma.pl"}', '{"cc": "x"}'], []),
        ("keep", ['{"mial": "jagna1@firma.pl"}', '{"mail": null}', None, "null", "[]"], ["t.doc $.mail"]),
        ("drop", ['{"mial": "jagna1@firma.pl"}'], []),
        ("keep", [], []),
    ],
)
def test_a_path_at_which_no_document_has_a_value_is_noted_where_others_are_kept(
    others: str, documents: list[str | None], told: list[str]
) -> None:
    rule = {"transform": "json", "class": "free", "others": others, "paths": {"$.mail": MAIL}}
    whole = plan(copied({"id": "keep", "doc": rule}, types={"doc": "jsonb"}))
    numbers = [str(n) for n in range(len(documents))]
    target = [one and one.replace("jagna", "helga") for one in documents]
    seen = checked(whole, {"t": {"id": numbers, "doc": documents}}, {"t": {"id": numbers, "doc": target}})
    assert [note.partition(": no document")[0] for note in seen.noted] == told
    assert seen.to_dict()["noted"] == [*seen.noted]
    assert seen.passes


def test_a_number_that_stays_in_its_row_is_enough_and_may_come_out_in_another_of_its_person() -> None:
    refers = ForeignKey(name="of", columns=("who",), parent="t", parent_columns=("id",))
    whole = plan(
        copied({"id": "keep", "mail": MAIL}),
        copied({"id": "keep", "who": "keep", "tel": PHONE}, name="calls", refers=refers),
    )
    numbers = range(3 * ROWS)

    def faults_with(moved: dict[int, int]) -> list[str]:
        """The calls of the target hold in some rows what another row of the source held."""
        was = [f"{601_202_303 + 7919 * n}" for n in numbers]
        now = [was[moved[n]] if n in moved else f"{730_202_303 + 7919 * n}" for n in numbers]
        sides: list[dict[str, Cells]] = [
            {
                "t": {"id": mails["id"], "mail": mails["mail"]},
                "calls": {
                    "id": [str(n) for n in numbers],
                    "who": [str(n // 3) for n in numbers],
                    "tel": calls,
                },
            }
            for mails, calls in ((SOURCE, was), (CLEAN, now))
        ]
        return [*checked(whole, *sides).faults]

    assert faults_with({21: 22}) == []
    assert faults_with({21: 300}) == []
    [fault] = faults_with({21: 21})
    assert fault.startswith("calls.tel: 1 of 360 values stand where they stood")
    assert fault.endswith("but 1 no draw can give)")


def test_rows_that_refer_to_a_person_are_about_that_person() -> None:
    assert family(lambda n: f"helga{n}@firma.pl") == []
    [own] = family(lambda n: "jagna7x1@firma.pl" if n == 22 else f"helga{n}@firma.pl")
    assert own.startswith("calls.said: 1 of 360 values stand where they stood")
    [of_the_person] = family(lambda n: "jagna7@firma.pl" if n == 22 else f"helga{n}@firma.pl")
    assert of_the_person.startswith("calls.said: 1 originals (person) stand in the rows of their own persons")
    assert family(lambda n: "jagna8@firma.pl" if n == 22 else f"helga{n}@firma.pl") == []


@pytest.mark.parametrize(
    ("place", "text", "told"),
    [
        ("the comment on table public.t", f"ask {MAIL_OF_9}", True),
        ("the comment on table public.t", "ask somebody", False),
        ("the name of relation 16400", LAST_OF_9, False),
        ("the comment on table public.t", LAST_OF_9, True),
        ("the name of relation 16400", NAME_OF_9, True),
        ("function public.f()", f"-- {PHONE_OF_9}", True),
        ("t.mail (statistics)", f"{{{MAIL_OF_9}}}", False),
        ("t.note (statistics)", f"{{{MAIL_OF_9}}}", True),
        ("t (statistics of t_mail_idx)", f"{{{MAIL_OF_9}}}", False),
        ("t.mail (statistics)", f"{{{PHONE_OF_9}}}", True),
        ("elsewhere.mail (statistics)", f"{{{MAIL_OF_9}}}", True),
    ],
)
def test_the_catalogue_is_searched_and_statistics_of_masked_columns_are_explained(
    place: str, text: str, *, told: bool
) -> None:
    catalogue = {"the comment on schema public": ["nothing"], place: ["x", text, "y"], "view public.v": ["z"]}
    found = judged(searched(PEOPLE, {"t": SOURCE}, {"t": CLEAN}, catalogue=catalogue), ()).faults
    assert [fault.partition(": ")[0] for fault in found] == [place] * told
    assert all("originals (" in fault and text not in fault for fault in found)
