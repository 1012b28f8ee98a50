"""The plan refuses what cannot work, before anything is read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import anonymizer
from anonymizer.policies.plan import Plan, make_plan
from anonymizer.policies.schema import Column, ForeignKey, Schema, Table
from foundation.errors import InputError


def column(name: str, type_: str = "text", limit: int | None = None, *, nullable: bool = True) -> Column:
    base = {"varchar": "character varying"}.get(type_, type_)
    return Column(
        name=name, type=type_, base=base, limit=limit, nullable=nullable, default=False, generated=False
    )


def table(
    name: str, *columns: Column, key: ForeignKey | None = None, unique: str = "", rows: int = 0
) -> Table:
    return Table(
        name=name, schema="public", relation=name, rows=rows, columns={one.name: one for one in columns},
        primary_key=("id",), foreign_keys=(key,) if key else (), unique={"u": (unique,)} if unique else {},
    )  # fmt: skip


def schema(*tables: Table) -> Schema:
    return Schema(tables={one.name: one for one in tables})


def plan(tmp_path: Path, tables: str, source: Schema, target: Schema | None = None) -> Plan:
    (tmp_path / "policy.yaml").write_text(f"policy: shop\nversion: 1\ntables:\n{tables}")
    return make_plan(anonymizer.load_policy(tmp_path / "policy.yaml"), source, target or source)


def refusal(tmp_path: Path, tables: str, source: Schema, target: Schema | None = None) -> InputError:
    with pytest.raises(InputError) as refused:
        plan(tmp_path, tables, source, target)
    return refused.value


ID = column("id", "bigint", nullable=False)
PEOPLE = table("people", ID, column("name"), column("note", "varchar", 30), column("born", "date"))
RULES = "  people: {columns: {id: keep, name: keep, note: keep, born: keep}}\n"


def test_a_column_that_is_not_named_stops_with_a_patch_that_names_it(tmp_path: Path) -> None:
    error = refusal(tmp_path, "  people: {columns: {id: keep, name: keep}}\n", PEOPLE_ONLY)
    assert "2 columns of the source; no data was read" in str(error)
    assert [problem.what for problem in error.problems] == [
        "people.note (varchar) is not named", "people.born (date) is not named",
    ]  # fmt: skip
    assert "      note: {transform: regenerate, class: free, options: {longest: 30}}" in str(error.hint)
    assert "      born: drop" in str(error.hint)


PEOPLE_ONLY = schema(PEOPLE)


def test_the_patch_makes_the_policy_whole(tmp_path: Path) -> None:
    other = table("other", ID, column("must", nullable=False), column("may", "integer"))
    error = refusal(tmp_path, RULES, schema(PEOPLE, other))
    proposed = str(error.hint).split("tables:\n")[1]
    assert [copy.table.name for copy in plan(tmp_path, f"{RULES}{proposed}\n", schema(PEOPLE, other)).copies]


def test_the_patch_can_be_run_whatever_columns_are_called_and_however_they_are_bound(tmp_path: Path) -> None:
    odd = table(
        "Hr.Leave Requests", column("no", nullable=False), column("Person Code"), column("code"),
        replace(column("zip"), checked=True), column("short", "varchar", 6, nullable=False), unique="code",
    )  # fmt: skip
    proposed = str(refusal(tmp_path, RULES, schema(PEOPLE, odd)).hint).split("tables:\n")[1]
    [_, copy] = plan(tmp_path, f"{RULES}{proposed}\n", schema(PEOPLE, odd)).copies
    rules = {name: rule.transform for name, rule in copy.rules.items()}
    assert rules == {
        "no": "regenerate", "Person Code": "regenerate", "code": "drop", "zip": "drop", "short": "suppress",
    }  # fmt: skip


def test_unknown_tables_and_columns_are_told_together_with_what_was_meant(tmp_path: Path) -> None:
    rules = RULES.replace("name: keep", "name: keep, nmae: drop") + "  poeple: skip\n"
    error = refusal(tmp_path, rules, PEOPLE_ONLY)
    assert {problem.where.rsplit(":", 1)[1] for problem in error.problems} == {"4", "5"}
    assert all("did you mean" in str(problem) for problem in error.problems)


@pytest.mark.parametrize(
    ("rule", "what"),
    [
        ("note: {transform: email, class: identifying}", "needs 54 characters, varchar holds 30"),
        ("born: {transform: email, class: identifying}", "email cannot mask date"),
        ("name: {transform: json, class: free, paths: {$.a: keep}}", "json cannot mask text"),
        (
            "name: {transform: email, class: identifying, scope: entity(emial)}",
            "its entity 'emial' is no column",
        ),
        ("id: drop", "cannot be dropped: it is NOT NULL"),
    ],
)
def test_a_transform_that_cannot_fit_is_told(tmp_path: Path, rule: str, what: str) -> None:
    rules = RULES.replace(f"{rule.split(':')[0]}: keep", rule)
    [problem] = refusal(tmp_path, rules, PEOPLE_ONLY).problems
    assert what.replace("54", str(problem).split("needs ")[-1].split(" ")[0]) in str(problem)


def test_a_column_that_the_target_computes_cannot_be_masked(tmp_path: Path) -> None:
    computed = schema(table("people", ID, replace(column("whole"), generated=True)))
    rules = "  people: {columns: {id: keep, whole: %s}}\n"
    [problem] = refusal(tmp_path, rules % "{transform: full_name, class: common}", computed).problems
    assert "people.whole: the target computes it from other columns" in str(problem)
    assert plan(tmp_path, rules % "keep", computed)


def test_what_masks_no_text_cannot_mask_a_place_in_a_document(tmp_path: Path) -> None:
    documents = schema(table("people", ID, column("doc", "jsonb")))
    paths = "{$.mood: {transform: relabel, class: common}, $.born: {transform: shift_date, class: common}}"
    rules = f"  people: {{columns: {{id: keep, doc: {{transform: json, class: free, paths: {paths}}}}}}}\n"
    [problem] = refusal(tmp_path, rules, documents).problems
    assert "people.doc: $.mood: relabel cannot mask what stands in a document" in str(problem)


def test_a_unique_index_needs_capacity(tmp_path: Path) -> None:
    rules = "  people: {columns: {id: keep, email: {transform: email, class: identifying%s}}}\n"
    many = schema(table("people", ID, column("email"), unique="email", rows=1_000_000))
    [problem] = refusal(tmp_path, rules % "", many).problems
    assert "unique index u: email has" in str(problem)
    assert "write {transform: email, options: {unique: true}}" in str(problem)
    assert plan(tmp_path, rules % ", options: {unique: true}", many)


def test_a_code_in_a_unique_index_may_be_scrambled_one_to_one(tmp_path: Path) -> None:
    rules = "  people: {columns: {id: keep, code: {transform: scramble, class: identifying%s}}}\n"
    many = schema(table("people", ID, column("code"), unique="code", rows=1_000_000))
    [problem] = refusal(tmp_path, rules % "", many).problems
    assert "scramble may give two rows the same value" in str(problem)
    assert plan(tmp_path, rules % ", options: {unique: true}", many)
    [problem] = refusal(tmp_path, rules % ", scope: entity(id), options: {unique: true}", many).problems
    assert "may give two rows the same value" in str(problem)


def test_a_permutation_fits_any_unique_index(tmp_path: Path) -> None:
    many = schema(table("people", ID, column("nip"), unique="nip", rows=10_000_000))
    assert plan(
        tmp_path, "  people: {columns: {id: keep, nip: {transform: nip, class: identifying}}}\n", many
    )


def test_the_target_must_have_the_same_columns_and_types(tmp_path: Path) -> None:
    target = schema(table("people", ID, column("name", "bytea"), column("note", "varchar", 30),
                          column("extra", nullable=False)))  # fmt: skip
    said = " ".join(problem.what for problem in refusal(tmp_path, RULES, PEOPLE_ONLY, target).problems)
    assert "people.name is text in the source, bytea in the target" in said
    assert "no column people.born" in said
    assert "wants a value for people.extra" in said


CHILD = ForeignKey(name="child_fk", columns=("parent_nip",), parent="people", parent_columns=("nip",))
FAMILY = schema(
    table("child", ID, column("parent_nip"), key=CHILD),
    table("people", ID, column("nip"), unique="nip"),
)
NIP = "{transform: nip, class: identifying}"


def test_parents_come_before_children(tmp_path: Path) -> None:
    rules = (
        f"  child: {{columns: {{id: keep, parent_nip: {NIP}}}}}\n"
        f"  people: {{columns: {{id: keep, nip: {NIP}}}}}\n"
    )
    assert [copy.table.name for copy in plan(tmp_path, rules, FAMILY).copies] == ["people", "child"]


@pytest.mark.parametrize(
    ("child", "parent", "what"),
    [
        ("keep", f"{{columns: {{id: keep, nip: {NIP}}}}}", "must be masked like the columns of people"),
        ("keep", "empty", "refers to people, whose rows are not copied"),
    ],
)
def test_a_reference_that_would_break_is_refused(tmp_path: Path, child: str, parent: str, what: str) -> None:
    rules = f"  child: {{columns: {{id: keep, parent_nip: {child}}}}}\n  people: {parent}\n"
    [problem] = refusal(tmp_path, rules, FAMILY).problems
    assert what in str(problem)


def test_an_entity_is_followed_to_the_end_of_its_foreign_key() -> None:
    assert FAMILY.root("child", "parent_nip") == ("people", "nip")
    assert FAMILY.root("people", "id") == ("people", "id")


def test_a_source_that_changed_since_the_policy_is_refused_with_what_changed(tmp_path: Path) -> None:
    rules = RULES + "schema: {people: %s, gone: sha256:0}\n"
    source = schema(PEOPLE, table("new", ID))
    error = refusal(tmp_path, rules % "sha256:1", source)
    assert "has changed since the policy was written" in str(error)
    assert [problem.what for problem in error.problems] == [
        "the table gone is gone",
        "the table new is new",
        "a column of people has another type, or one that the server generates came or went",
    ]
    assert f"people: {PEOPLE.fingerprint}" in str(error.hint)


def test_a_column_that_came_or_went_is_named(tmp_path: Path) -> None:
    changed = table("people", ID, column("name"), column("note", "varchar", 30), column("birthday", "date"))
    rules = RULES + f"schema: {{people: '{PEOPLE.fingerprint}'}}\n"
    error = refusal(tmp_path, rules, schema(changed))
    assert [problem.what for problem in error.problems] == [
        "people.birthday (date) is new",
        "people.born is gone",
    ]


def test_a_source_as_the_policy_says_passes(tmp_path: Path) -> None:
    rules = RULES + f"schema: {{people: '{PEOPLE.fingerprint}'}}\n"
    assert plan(tmp_path, rules, PEOPLE_ONLY).copies
