"""A policy may extend another and differ by environment; every problem still names the file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

import anonymizer
from foundation.errors import InputError

BASE = """policy: base
version: 1
tables:
  people: {columns: {id: keep, email: {transform: email, class: identifying}}}
  log: skip
"""
OURS = """extends: base.yaml
policy: ours
tables:
  people:
    columns:
      email: {domain: person}
      phone: {transform: phone, class: identifying}
  log: null
environments:
  qa: {tables: {people: {filter: id < 100}}}
  demo: {tables: {people: {columns: {phone: drop}}}}
"""


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    (tmp_path / "base.yaml").write_text(BASE)
    (tmp_path / "ours.yaml").write_text(OURS)
    return tmp_path / "ours.yaml"


def refusal(path: Path, environment: str | None = None) -> InputError:
    with pytest.raises(InputError) as refused:
        anonymizer.load_policy(path, environment)
    return refused.value


def test_what_a_policy_writes_lies_over_what_it_extends(ours: Path) -> None:
    policy = anonymizer.load_policy(ours)
    people = policy.tables["people"].columns
    assert (policy.name, policy.version, list(policy.tables)) == ("ours", 1, ["people"])
    assert (people["email"].transform, people["email"].domain) == ("email", "person")
    assert list(people) == ["id", "email", "phone"]


@pytest.mark.parametrize("written", ["{transform: pesel, class: identifying}", "{copy_of: people.id}"])
def test_another_transform_takes_the_place_of_the_whole_rule(tmp_path: Path, written: str) -> None:
    base = BASE.replace(
        "class: identifying", "class: identifying, options: {unique: true}, scope: entity(id)"
    )
    (tmp_path / "base.yaml").write_text(base)
    ours = f"extends: base.yaml\ntables: {{people: {{columns: {{email: {written}}}}}}}\n"
    (tmp_path / "ours.yaml").write_text(ours)
    email = anonymizer.load_policy(tmp_path / "ours.yaml").tables["people"].columns["email"]
    assert (email.options, email.scope) == ({}, "value")


def test_an_environment_lies_over_the_tables_and_only_where_it_is_chosen(ours: Path) -> None:
    plain, qa, demo = (anonymizer.load_policy(ours, name) for name in (None, "qa", "demo"))
    assert [policy.tables["people"].filter for policy in (plain, qa, demo)] == [None, "id < 100", None]
    assert demo.tables["people"].columns["phone"].transform == "drop"
    assert plain.tables["people"].columns["phone"].transform == "phone"
    assert len({plain.hash, qa.hash, demo.hash}) == 3


def test_an_environment_that_is_not_there_is_told_with_those_that_are(ours: Path) -> None:
    assert "did you mean 'qa'" in str(refusal(ours, "qaa").hint)


def test_a_mistake_in_an_environment_is_told_even_if_another_is_chosen(ours: Path) -> None:
    ours.write_text(OURS.replace("phone: drop", "phone: dorp"))
    [problem] = refusal(ours, "qa").problems
    assert problem.where == f"{ours}:11"
    assert "'dorp'" in problem.what


def test_a_mistake_in_what_is_extended_names_that_file(ours: Path) -> None:
    base = ours.with_name("base.yaml")
    base.write_text(BASE.replace("transform: email", "transform: emial"))
    assert refusal(ours).problems[0].where == f"{base}:4"


def test_a_policy_cannot_extend_itself_or_nothing(ours: Path) -> None:
    base = ours.with_name("base.yaml")
    base.write_text("extends: ours.yaml\n" + BASE)
    assert "in a circle" in str(refusal(ours))
    base.unlink()
    assert "no such file" in str(refusal(ours))


LINKED = OURS.replace("qa: {tables:", "qa: {linked_to: demo, tables:")


def test_environments_have_pseudonyms_of_their_own_unless_they_are_linked(ours: Path) -> None:
    assert [anonymizer.load_policy(ours, name).population for name in (None, "qa", "demo")] == [
        "",
        "qa",
        "demo",
    ]
    ours.write_text(LINKED)
    assert anonymizer.load_policy(ours, "qa").population == "demo"


@pytest.mark.parametrize(
    ("links", "what"),
    [
        ({"qa": "prod"}, "no environment 'prod'"),
        ({"qa": "demo", "demo": "qa"}, "is linked itself"),
        ({"qa": "qa"}, "qa is linked itself"),
    ],
)
def test_a_link_leads_to_an_environment_that_has_none(ours: Path, links: dict[str, str], what: str) -> None:
    written = OURS
    for name, other in links.items():
        written = written.replace(f"{name}: {{tables:", f"{name}: {{linked_to: {other}, tables:")
    ours.write_text(written)
    assert what in str([problem.what for problem in refusal(ours).problems])
