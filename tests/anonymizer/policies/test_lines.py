"""Totals of other tables' rows: to the cent what the masked lines add up to, or refused before the run."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
import yaml

import anonymizer
from anonymizer.policies.plan import make_plan
from anonymizer.policies.schema import Schema, read_schema
from anonymizer.pseudonyms.keys import Key
from anonymizer.subset.request import Request, request
from foundation.errors import InputError
from tests.anonymizer.conftest import MakeDatabase
from tests.anonymizer.databases import ask, rows

pytestmark = pytest.mark.integration

SCHEMA = """
CREATE TABLE orders (id integer PRIMARY KEY, customer text, shipping numeric(12, 2), total numeric(12, 2));
CREATE TABLE order_items (
    id integer PRIMARY KEY, order_id integer REFERENCES orders, price numeric(12, 2), quantity integer,
    amount numeric(14, 2), bonus boolean
);
CREATE INDEX ON order_items (order_id);
CREATE TABLE invoices (id integer PRIMARY KEY, order_id integer REFERENCES orders, total numeric(14, 2),
                       lines bigint);
"""
ROWS = """
INSERT INTO orders SELECT n, 'customer ' || n % 7, n % 3 + 0.99, 0 FROM generate_series(1, 500) n;
INSERT INTO order_items
SELECT n, n % 490 + 1, n * 0.37 + 0.01, n % 4 + 1, (n * 0.37 + 0.01) * (n % 4 + 1), n % 11 = 0
  FROM generate_series(1, 2000) n;
UPDATE orders SET total = shipping
    + (SELECT coalesce(sum(amount), 0) FROM order_items WHERE order_id = orders.id AND NOT bonus);
INSERT INTO invoices SELECT id + 9000, id, total, 1 FROM orders WHERE id % 2 = 0;
UPDATE orders SET total = NULL WHERE id = 13;
"""
POLICY = """
policy: sums
version: 1
tables:
  orders:
    columns:
      id: {transform: integer_key, class: identifying}
      customer: {transform: full_name, class: identifying}
      shipping: {transform: perturb, class: sensitive, scope: entity(id)}
      total:
        transform: total
        class: sensitive
        options: {of: "sum(order_items.amount by order_id) + shipping"}
  order_items:
    filter: NOT bonus -- given away
    columns:
      id: keep
      order_id: inherit
      price: {transform: perturb, class: sensitive, scope: entity(order_id)}
      quantity: keep
      amount: {transform: total, class: sensitive, options: {of: price * quantity}}
      bonus: keep
  invoices:
    columns:
      id: keep
      order_id: inherit
      total:
        transform: total
        class: sensitive
        options:
          of: sum(order_items.amount by order_id = order_id) + sum(orders.shipping by id = order_id)
      lines:
        transform: total
        class: sensitive
        options: {of: sum(order_items.quantity by order_id = order_id)}
"""
KEY = Key(bytes(range(32)))


def test_totals_are_what_the_masked_lines_add_up_to(make_database: MakeDatabase, tmp_path: Path) -> None:
    source, target = make_database(SCHEMA + ROWS), make_database(SCHEMA)
    (tmp_path / "policy.yaml").write_text(POLICY)
    policy = anonymizer.load_policy(tmp_path / "policy.yaml")
    receipt = anonymizer.anonymize(source, target, policy, KEY)
    assert receipt.verified, receipt.findings
    orders = """SELECT count(*), count(*) FILTER (WHERE total IS NULL), count(*) FILTER (WHERE total =
        shipping + (SELECT coalesce(sum(amount), 0) FROM order_items WHERE order_id = orders.id))
        FROM orders"""
    assert rows(target, orders) == [(500, 1, 499)]
    invoices = """SELECT count(*), count(*) FILTER (WHERE o.total = i.total), sum(i.lines) -
        (SELECT sum(quantity) FROM order_items JOIN invoices USING (order_id))
        FROM invoices i JOIN orders o ON o.id = i.order_id"""
    assert rows(target, invoices) == [(250, 250, 0)]
    assert ask(target, "SELECT sum(total) FROM orders") != ask(source, "SELECT sum(total) FROM orders")
    [shown] = [one for one in anonymizer.preview(source, policy, KEY, rows=500) if one.table == "invoices"]
    totals = {f"{row[0]}" for row in rows(target, "SELECT total FROM invoices")}
    assert {row[list(shown.columns).index("total")] for row in shown.rows} == totals


REFUSED = {
    "sum(nowhere.amount by order_id)": "nowhere, whose lines it adds up, is not copied",
    "sum(order_items.amonut by order_id)": "'amonut' is no column of order_items",
    "sum(order_items.amount by order_id = nr)": "which column of orders is the order_id of order_items?",
    "sum(order_items.amount by order_id = customer)": "have different types",
    "sum(order_items.bonus by order_id)": "order_items.bonus holds no numbers",
    "sum(invoices.total by order_id)": "invoices.total is itself a sum of other tables' rows",
    "sum(invoices.lines by order_id)": "no index of invoices begins with order_id",
}


def test_lines_that_cannot_be_added_up_are_refused_before_the_run(
    make_database: MakeDatabase, tmp_path: Path
) -> None:
    with psycopg.connect(make_database(SCHEMA)) as connection:
        schema = read_schema(connection)
    assert [of for of, said in REFUSED.items() if said not in refusal(of, schema, tmp_path)] == []


def refusal(of: str, schema: Schema, folder: Path) -> str:
    """What is said when orders' total is to be that."""
    written = yaml.safe_load(POLICY)
    written["tables"]["orders"]["columns"]["total"]["options"]["of"] = of
    (folder / "policy.yaml").write_text(yaml.safe_dump(written))
    with pytest.raises(InputError) as refused:
        make_plan(anonymizer.load_policy(folder / "policy.yaml"), schema, schema)
    return "\n".join(problem.what for problem in refused.value.problems)


@pytest.mark.parametrize("wanted", [request(0.1, []), request(None, ["order_items WHERE id % 3 = 0"])])
def test_in_a_subset_totals_are_what_its_own_lines_add_up_to(
    make_database: MakeDatabase, tmp_path: Path, wanted: Request
) -> None:
    source, target = make_database(SCHEMA + ROWS), make_database(SCHEMA)
    (tmp_path / "policy.yaml").write_text(POLICY)
    policy = anonymizer.load_policy(tmp_path / "policy.yaml")
    receipt = anonymizer.anonymize(source, target, policy, KEY, wanted=wanted)
    assert receipt.verified, receipt.findings
    [(lines, orders, true)] = rows(target, CONSISTENT)
    assert 0 < int(str(lines)) < 1800
    assert orders == true


CONSISTENT = """SELECT (SELECT count(*) FROM order_items), count(*), count(*) FILTER (WHERE total =
    shipping + (SELECT coalesce(sum(amount), 0) FROM order_items WHERE order_id = orders.id))
    FROM orders WHERE total IS NOT NULL"""
