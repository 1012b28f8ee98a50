"""A policy is read strictly: every problem at once, with file, line and what was meant."""

from __future__ import annotations

from pathlib import Path

import pytest

import anonymizer
from foundation.errors import InputError

HEAD = "policy: shop\nversion: 1\ntables:\n"


def problems(tmp_path: Path, tables: str) -> list[str]:
    file = tmp_path / "policy.yaml"
    file.write_text(HEAD + tables)
    with pytest.raises(InputError) as refused:
        anonymizer.load_policy(file)
    return [str(problem).replace(f"{file}:", "line ") for problem in refused.value.problems]


def column(rule: str) -> str:
    return f"  people:\n    columns:\n      name: {rule}\n"


def hash_of(tmp_path: Path, tables: str) -> str:
    file = tmp_path / "policy.yaml"
    file.write_text(HEAD + tables)
    return anonymizer.load_policy(file).hash


@pytest.mark.parametrize(
    ("written", "what"), [(1, "since format 2 no telephone"), (3, "a later peakproof reads this policy")]
)
def test_another_format_is_refused_with_what_is_different(tmp_path: Path, written: int, what: str) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(f"policy: shop\nversion: 1\nformat: {written}\ntables: {{}}\n")
    with pytest.raises(InputError) as refused:
        anonymizer.load_policy(file)
    [problem] = refused.value.problems
    assert str(problem).startswith(f"{file}:3: ")
    assert what in str(problem)


def test_a_policy_that_names_no_format_has_the_present_one(tmp_path: Path) -> None:
    named = tmp_path / "named.yaml"
    named.write_text("policy: shop\nversion: 1\nformat: 2\ntables:\n" + column("keep"))
    assert anonymizer.load_policy(named).hash == hash_of(tmp_path, column("keep"))


@pytest.mark.parametrize(
    ("rule", "what"),
    [
        ("{transform: emial, class: free}", "no transform is called 'emial' (did you mean 'email'?"),
        ("{transform: email}", "a masked column needs its class"),
        ("{transform: email, class: secret}", "must be 'identifying'"),
        ("{transform: email, class: free, scope: row}", 'expected "value" or "entity(COLUMN)"'),
        ("{transform: email, class: free, kind: x}", "unknown key"),
        ("{transform: nip, class: free, scope: entity(id)}", "nip has no scope entity"),
        (
            "{transform: email, class: free, options: {uniqe: true}}",
            "no option 'uniqe' (did you mean 'unique'?",
        ),
        ("{transform: shift_date, class: free, options: {weeks: 0}}", "must be 1 or more, got 0"),
        ("{transform: json, class: free}", "json needs paths"),
        ("{transform: email, class: free, paths: {$.a: keep}}", "only json and composite have paths"),
        ("{transform: json, class: free, paths: {a.b: keep}}", "not a path"),
        (
            "{transform: json, class: free, paths: {$.a: {transform: city, class: free, scope: entity(x)}}}",
            "inside a document an entity is a path",
        ),
        ("{transform: json, class: free, paths: {$.a: {transform: nope, class: free}}}", "'nope'"),
    ],
)
def test_a_wrong_rule_is_told_with_its_line(tmp_path: Path, rule: str, what: str) -> None:
    [problem] = problems(tmp_path, column(rule))
    assert problem.startswith("line 6: ")
    assert what in problem


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    tables = "  people:\n    columns:\n      a: {transform: x, class: free}\n      b: {transform: email}\n"
    assert [problem[:7] for problem in problems(tmp_path, tables)] == ["line 6:", "line 7:"]


def test_the_hash_is_of_the_meaning_not_of_the_layout(tmp_path: Path) -> None:
    short = hash_of(tmp_path, "  a: skip\n  people: {columns: {x: keep, y: drop}}\n")
    long = hash_of(
        tmp_path,
        "  # the same\n"
        "  people:\n    columns:\n      y: {transform: drop}\n      x: keep\n  a: {rows: skip}\n",
    )
    assert short == long
    assert short != hash_of(tmp_path, "  a: skip\n  people: {columns: {x: drop, y: drop}}\n")


@pytest.mark.parametrize(
    ("table", "what"),
    [
        ("{filter: 'id = 1; DROP TABLE x'}", "without a semicolon"),
        ("{filter: ' '}", "expected one condition"),
        ("{rows: empty, filter: id = 1}", "of no use"),
    ],
)
def test_a_filter_is_one_condition_of_a_table_that_is_copied(tmp_path: Path, table: str, what: str) -> None:
    [problem] = problems(tmp_path, f"  people: {table}\n")
    assert what in problem


def test_a_filter_is_part_of_what_the_policy_means(tmp_path: Path) -> None:
    plain = hash_of(tmp_path, "  people: {columns: {x: keep}}\n")
    assert plain != hash_of(tmp_path, "  people: {filter: x > 1, columns: {x: keep}}\n")


def test_the_example_of_the_documentation_is_a_policy(tmp_path: Path, root: Path) -> None:
    text = (root / "docs" / "anonymizer" / "README.md").read_text()
    (tmp_path / "policy.yaml").write_text(text.split("```yaml\n")[1].split("```")[0])
    policy = anonymizer.load_policy(tmp_path / "policy.yaml")
    assert policy.tables["customers"].columns["email"].domain == "person"
    assert [policy.tables[name].rows for name in ("messages", "schema_migrations")] == ["empty", "skip"]
