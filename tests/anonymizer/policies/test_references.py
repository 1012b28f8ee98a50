"""A rule is said once, at the original; keys, soft references and copies follow it, or the error says how."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from anonymizer.policies.policy import Rule
from anonymizer.policies.schema import Column, ForeignKey, Schema, Table
from foundation.errors import InputError
from tests.anonymizer.policies.test_plan import ID, column, plan, refusal, schema

EMAIL = "{transform: email, class: identifying, scope: entity(id), domain: person}"
KEY = "{transform: integer_key, class: identifying}"


def table(name: str, *columns: str, keys: tuple[ForeignKey, ...] = (), type_: str = "bigint") -> Table:
    given = [column(one, type_ if one.endswith("id") else "text") for one in columns]
    jsonb = [column("data", "jsonb")] if name == "orders" else []
    return Table(
        name=name, schema="public", relation=name, rows=0, primary_key=("id",), foreign_keys=keys, unique={},
        columns={one.name: one for one in (ID, *given, *jsonb)},
    )  # fmt: skip


def key(columns: str, parent: str, parent_columns: str = "id") -> ForeignKey:
    mine, theirs = tuple(columns.split()), tuple(parent_columns.split())
    return ForeignKey(name=f"{columns} fk", columns=mine, parent=parent, parent_columns=theirs)


def rules(tmp_path: Path, tables: str, source: Schema) -> dict[str, dict[str, Rule]]:
    return {copy.table.name: dict(copy.rules) for copy in plan(tmp_path, tables, source).copies}


CUSTOMERS = table("customers", "email")
ORDERS = table("orders", "customer_id", "mail", keys=(key("customer_id", "customers"),))


def shop(orders: str, customers: str = f"id: {KEY}, email: {EMAIL}") -> str:
    return (
        f"  customers: {{columns: {{{customers}}}}}\n"
        f"  orders: {{columns: {{id: keep, data: drop, mail: drop, {orders}}}}}\n"
    )


@pytest.mark.parametrize("written", ["customer_id: inherit", ""])
def test_a_foreign_key_follows_its_parent_named_or_not(tmp_path: Path, written: str) -> None:
    found = rules(tmp_path, shop(written), schema(CUSTOMERS, ORDERS))
    assert found["orders"]["customer_id"] == found["customers"]["id"]
    assert found["orders"]["customer_id"].options == {"digits": 15}
    assert found["orders"]["customer_id"].domain == "customers.id"


def test_an_unnamed_foreign_key_to_a_kept_column_stops_the_run_with_a_patch(tmp_path: Path) -> None:
    error = refusal(tmp_path, shop("", "id: keep, email: drop"), schema(CUSTOMERS, ORDERS))
    assert "orders.customer_id (bigint) is not named" in str(error.problems[0])
    assert "customer_id: inherit" in str(error.hint)


def test_a_kept_key_to_a_masked_parent_is_refused_with_what_to_write(tmp_path: Path) -> None:
    [problem] = refusal(tmp_path, shop("customer_id: keep"), schema(CUSTOMERS, ORDERS)).problems
    assert "write {customer_id: inherit}" in str(problem)


def test_a_chain_and_a_circle_of_keys_follow_their_one_named_column(tmp_path: Path) -> None:
    chain = schema(
        table("a", "b_id", keys=(key("b_id", "b"), key("id", "c"))),
        table("b", keys=(key("id", "a"),)),
        table("c"),
    )
    tables = f"  a: {{columns: {{}}}}\n  b: {{columns: {{}}}}\n  c: {{columns: {{id: {KEY}}}}}\n"
    found = rules(tmp_path, tables, chain)
    assert {rule.domain for each in found.values() for rule in each.values()} == {"c.id"}


def test_a_composite_key_follows_column_by_column(tmp_path: Path) -> None:
    lines = table("lines", "order_id", "place_id")
    notes = table("notes", "o_id", "p_id", keys=(key("o_id p_id", "lines", "order_id place_id"),))
    tables = (
        f"  lines: {{columns: {{id: keep, order_id: {KEY}, place_id: keep}}}}\n"
        "  notes: {columns: {id: keep, p_id: inherit}}\n"
    )
    found = rules(tmp_path, tables, schema(lines, notes))["notes"]
    assert (found["o_id"].transform, found["p_id"].transform) == ("integer_key", "keep")


def test_a_key_to_two_parents_that_are_masked_differently_is_refused(tmp_path: Path) -> None:
    both = table("child", "x_id", keys=(key("x_id", "a"), key("x_id", "b")))
    parents = [f"  {name}: {{columns: {{id: {KEY}}}}}\n" for name in "ab"]
    tables = "".join(parents) + "  child: {columns: {id: keep}}\n"
    [problem] = refusal(tmp_path, tables, schema(both, table("a"), table("b"))).problems
    assert "child.x_id refers to a.id and b.id, which are masked differently" in str(problem)


def test_a_copy_takes_the_pseudonym_of_whom_its_row_is_about(tmp_path: Path) -> None:
    orders = shop("customer_id: inherit").replace("mail: drop", "mail: {copy_of: customers.email}")
    mail = rules(tmp_path, orders, schema(CUSTOMERS, ORDERS))["orders"]["mail"]
    assert (mail.transform, mail.scope, mail.domain) == ("email", "entity(customer_id)", "person")


def test_a_copy_says_whom_it_is_about_where_two_columns_could(tmp_path: Path) -> None:
    two = table("orders", "customer_id", "payer_id", "mail",
                keys=(key("customer_id", "customers"), key("payer_id", "customers")))  # fmt: skip
    orders = shop("customer_id: inherit").replace("mail: drop", "mail: {copy_of: customers.email}")
    [problem] = refusal(tmp_path, orders, schema(CUSTOMERS, two)).problems
    assert "customer_id, payer_id name the customers.id that customers.email belongs to" in str(problem)
    said = orders.replace("customers.email}", 'customers.email, scope: "entity(payer_id)"}')
    assert rules(tmp_path, said, schema(CUSTOMERS, two))["orders"]["mail"].entity == "payer_id"


def test_soft_references_follow_in_columns_and_in_documents(tmp_path: Path) -> None:
    soft = table("orders", "customer_id", "mail")
    orders = shop("customer_id: {references: customers.id}").replace(
        "data: drop",
        "data: {transform: json, class: free, paths: {'$.who[*].id': {references: customers.id}, "
        "'$.who[*].mail': {copy_of: customers.email}}}",
    ).replace("mail: drop", "mail: {copy_of: customers.email}")  # fmt: skip
    found = rules(tmp_path, orders, schema(CUSTOMERS, soft))["orders"]
    assert found["customer_id"].domain == found["data"].paths["$.who[*].id"].domain == "customers.id"
    assert found["data"].paths["$.who[*].mail"].entity == "$.who[*].id"
    assert found["mail"].entity == "customer_id"


@pytest.mark.parametrize(
    ("rule", "what"),
    [
        ("{references: customers.idd}", "did you mean 'customers.id'?"),
        ("{references: nowhere.id}", "the policy has no rule for nowhere.id"),
        ("inherit", "no foreign key says what to inherit"),
        ("{references: id}", "expected TABLE.COLUMN"),
        ("{references: customers.id, transform: keep}", "write one of them, and no transform"),
        ("{references: customers.id, copy_of: customers.id}", "write one of them, and no transform"),
    ],
)
def test_an_original_that_cannot_be_is_refused(tmp_path: Path, rule: str, what: str) -> None:
    soft = table("orders", "customer_id", "mail")
    with pytest.raises(InputError) as refused:
        rules(tmp_path, shop(f"customer_id: {rule}"), schema(CUSTOMERS, soft))
    assert what in str(refused.value.problems)


def test_a_key_that_does_not_fit_its_childs_type_is_refused(tmp_path: Path) -> None:
    narrow = table("orders", "customer_id", "mail", keys=ORDERS.foreign_keys, type_="integer")
    [problem] = refusal(tmp_path, shop("customer_id: inherit"), schema(CUSTOMERS, narrow)).problems
    assert "keys of 15 digits do not fit into integer (options: {digits: 9}" in str(problem)


def test_a_copy_under_another_entity_than_its_original_is_refused(tmp_path: Path) -> None:
    copied = "customer_id: inherit, mail: {copy_of: customers.email, scope: entity(id)}"
    customers = f"id: {KEY}, email: {{transform: email, class: identifying, scope: entity(id)}}"
    orders = f"  orders: {{columns: {{id: keep, data: drop, {copied}}}}}\n"
    tables = f"  customers: {{columns: {{{customers}}}}}\n{orders}"
    [problem] = refusal(tmp_path, tables, schema(CUSTOMERS, ORDERS)).problems
    assert "orders.mail: id does not name the customers.id that customers.email belongs to" in str(problem)


def computed(name: str, made_of: str, type_: str = "text") -> Column:
    return replace(column(name, type_), generated=True, made_of=tuple(made_of.split()))


def people(*columns: Column) -> Table:
    found = (ID, column("email"), column("born", "date"), *columns)
    return Table(
        name="people", schema="public", relation="people", rows=0, primary_key=("id",), unique={},
        columns={one.name: one for one in found},
    )  # fmt: skip


LOGINS = Table(
    name="logins", schema="public", relation="logins", rows=0, primary_key=("id",), unique={},
    columns={one.name: one for one in (ID, column("who"))}, foreign_keys=(key("who", "people", "known_by"),),
)  # fmt: skip


def two(who: str) -> str:
    return (
        "  people: {columns: {id: keep, email: {transform: email, class: identifying}, born: keep}}\n"
        f"  logins: {{columns: {{id: keep, {who}}}}}\n"
    )


@pytest.mark.parametrize("written", ["who: inherit", "who: {copy_of: people.email}", ""])
def test_a_key_to_what_is_computed_from_one_column_follows_that_column(tmp_path: Path, written: str) -> None:
    found = rules(tmp_path, two(written), schema(people(computed("known_by", "email")), LOGINS))
    assert found["logins"]["who"].transform == "email"


@pytest.mark.parametrize(
    ("made_of", "written", "what"),
    [
        ("email", "who: keep", "must be masked like the columns of people; write {who: inherit}"),
        ("email born", "who: keep", "the target computes people.known_by from email, born"),
        (
            "born",
            "who: {transform: email, class: identifying}",
            "what refers to it would refer to nothing",
        ),
    ],
)
def test_a_key_that_would_miss_what_the_target_computes_is_refused(
    tmp_path: Path, made_of: str, written: str, what: str
) -> None:
    error = refusal(tmp_path, two(written), schema(people(computed("known_by", made_of)), LOGINS))
    assert any(what in str(problem) for problem in error.problems)


def test_a_key_to_what_is_computed_from_kept_columns_is_kept(tmp_path: Path) -> None:
    assert rules(tmp_path, two("who: keep"), schema(people(computed("known_by", "born")), LOGINS))
