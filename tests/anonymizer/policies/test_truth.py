"""People can be known only by what still carries truth, and what is enforced must be measurable."""

from __future__ import annotations

from pathlib import Path

import pytest

import anonymizer
from anonymizer.policies.plan import Plan, make_plan
from anonymizer.policies.schema import Column, Schema, Table
from anonymizer.policies.truth import refuse_enforced
from foundation.errors import InputError


def column(name: str, base: str) -> Column:
    return Column(name=name, type=base, base=base, limit=None, nullable=True, default=False, generated=False)


COLUMNS = (column("id", "bigint"), column("town", "text"), column("born", "date"), column("pay", "numeric"),
           column("mail", "text"), column("job", "text"))  # fmt: skip
TABLE = Table(
    name="people", schema="public", relation="people", rows=0, columns={one.name: one for one in COLUMNS},
    primary_key=("id",), unique={},
)  # fmt: skip
SOURCE = Schema(tables={"people": TABLE})
POLICY = """policy: shop
version: 1
enforce: ENFORCED
tables:
  people:
    people: PEOPLE
    columns:
      id: keep
      town: keep
      born: {transform: shift_date, class: sensitive}
      pay: {transform: generalise, class: sensitive, options: {band: 100}}
      mail: {transform: email, class: identifying}
      job: keep
"""


def plan(tmp_path: Path, people: str, enforced: str = "{k: 5}") -> Plan:
    file = tmp_path / "policy.yaml"
    file.write_text(POLICY.replace("PEOPLE", people).replace("ENFORCED", enforced))
    return make_plan(anonymizer.load_policy(file), SOURCE, SOURCE)


def test_what_is_kept_generalised_or_shifted_may_be_known(tmp_path: Path) -> None:
    made = plan(tmp_path, "{person: mail, quasi: [town, born, pay], sensitive: job}", "{k: 5, l: 2}")
    people = made.copies[0].people
    assert people is not None
    assert people.columns == ("town", "born", "pay", "job")
    assert made.enforced is not None
    assert (made.enforced.k, made.enforced.l, made.enforced.linkage) == (5, 2, None)


@pytest.mark.parametrize(
    ("people", "enforced", "line", "what"),
    [
        (
            "{quasi: [town, mail]}",
            "{k: 5}",
            6,
            "people.mail: is masked (email), so nobody can be",
        ),
        ("{quasi: [twon]}", "{k: 5}", 6, "people.twon: there is no such column"),
        ("{quasi: [town], sensitive: mail}", "{k: 5}", 6, "people.mail: is masked (email)"),
        ("{quasi: [town], person: me}", "{k: 5}", 6, "people.me: there is no such column"),
        ("{quasi: [town]}", "{l: 2}", 3, "no table names a sensitive column"),
        ("{quasi: []}", "{k: 5}", 6, "must not be empty"),
        ("{quasi: [town]}", "{}", 3, "say what: k, l or linkage"),
        ("{quasi: [town]}", "{k: 1}", 3, "must be 2 or more, got 1"),
        ("null", "{k: 5}", 3, "no table says who its people are"),
    ],
)
def test_what_cannot_be_measured_is_told_with_its_line(
    tmp_path: Path, people: str, enforced: str, line: int, what: str
) -> None:
    with pytest.raises(InputError) as refused:
        plan(tmp_path, people, enforced)
    [problem] = refused.value.problems
    assert what in problem.what
    assert problem.where.endswith(f"policy.yaml:{line}")


def test_where_nobody_would_measure_it_it_is_refused(tmp_path: Path) -> None:
    plan(tmp_path, "{quasi: [town]}")
    policy = anonymizer.load_policy(tmp_path / "policy.yaml")
    with pytest.raises(InputError, match="`enforce` is measured in PostgreSQL only, not in files"):
        refuse_enforced(policy, "files")
