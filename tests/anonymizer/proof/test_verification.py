"""What a copy may keep of its source and what not: one copy, changed in one place at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest

import anonymizer
from anonymizer.policies.policy import Policy
from anonymizer.proof import partitions
from anonymizer.pseudonyms.keys import Key
from foundation.errors import Unavailable
from foundation.receipts import Receipt
from tests.anonymizer.databases import ask, do, rows
from tests.servers import Server

pytestmark = pytest.mark.integration

SCHEMA = """
CREATE TYPE grade AS ENUM ('low', 'middle', 'high');
CREATE TABLE c (id int PRIMARY KEY, email text, last_name text, code text, salary numeric(10,2), born date,
                note text, level grade, area text, age int, city text, tags text[], doc jsonb);
CREATE TABLE calls (id int PRIMARY KEY, c int REFERENCES c, phone text, net inet);
CREATE TABLE acl (id int PRIMARY KEY, net cidr);
"""
DATA = """
INSERT INTO c SELECT g, 'user'||g||'@firma.pl', (ARRAY['Nowak','Brzęczymir','Wrona','Kot'])[1 + g % 4],
  CASE WHEN g % 10 = 0 THEN '---' ELSE 'SEC-'||md5(g::text) END,
  CASE WHEN g % 7 = 0 THEN 0 ELSE 3000+(g*37)%9000 END,
  CASE WHEN g % 11 = 0 THEN 'infinity' ELSE date '1960-01-01'+(g*13)%15000 END,
  'Pacjent '||g||' choruje na cukrzyce '||md5(g::text), (ARRAY['low','middle','high'])[1 + g % 3]::grade,
  'A'||g, 20 + g % 60, 'Miasto '||g, ARRAY[NULL, NULLIF('kod-'||g, 'kod-7')],
  jsonb_build_object('mail', format('jan.kowalski%s@firma%s.pl', g, g%7), 'cc', 'x',
                     'mobile', 601000000 + g*7,
                     'about', 'Pani '||md5(g::text))
  FROM generate_series(1, 3000) g;
INSERT INTO calls SELECT g, 1 + g / 3, '+48 6'||(10203040 + g*7), ('10.1.' || g/250 || '.' || g%250)::inet
  FROM generate_series(1, 2997) g;
INSERT INTO acl
  VALUES (1,'0.0.0.0/0'),(2,'::/0'),(3,'192.168.0.0/16'),(4,'2001:db8::/32'),(5,'2001:db8:1::/48');
"""
POLICY = """
policy: all
version: 1
tables:
  c:
    columns:
      id: keep
      email: {transform: email, class: identifying, domain: person}
      last_name: {transform: last_name, class: common, scope: entity(email), domain: person}
      code: {transform: scramble, class: sensitive}
      salary: {transform: perturb, class: sensitive}
      born: {transform: shift_date, class: sensitive}
      note: {transform: regenerate, class: free}
      level: {transform: relabel, class: sensitive}
      area: {transform: suppress, class: sensitive, options: {value: A7}}
      age: {transform: generalise, class: sensitive, options: {band: 10}}
      city: {transform: city, class: common}
      tags: {transform: scramble, class: free}
      doc:
        transform: json
        class: free
        others: keep
        paths:
          $.mail: {transform: email, class: identifying, domain: person}
          $.mobile: {transform: phone, class: sensitive}
          $.about: {transform: regenerate, class: free}
  calls:
    columns:
      id: keep
      c: keep
      phone: {transform: phone, class: identifying}
      net: {transform: ip, class: sensitive}
  acl: {columns: {id: keep, net: {transform: ip, class: identifying}}}
"""


class Copied(NamedTuple):
    source: str
    target: str
    policy: Policy
    receipt: Receipt


@pytest.fixture(scope="module")
def copied(postgres_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Copied:
    """One masked copy for all that follows."""
    file = tmp_path_factory.mktemp("policy") / "policy.yaml"
    file.write_text(POLICY)
    policy = anonymizer.load_policy(file)
    source, target = (postgres_server.dsn(name) for name in ("judged_source", "judged_target"))
    for name, dsn, script in (("judged_source", source, SCHEMA + DATA), ("judged_target", target, SCHEMA)):
        postgres_server.create_database(name)
        do(dsn, script)
    receipt = anonymizer.anonymize(source, target, policy, Key(bytes(range(32))))
    return Copied(source, target, policy, receipt)


def test_a_copy_passes_with_all_that_has_nothing_to_change(copied: Copied) -> None:
    """Zeros, endless dates, codes of mere dashes, networks without bits, what was the constant already."""
    assert (copied.receipt.verified, copied.receipt.findings) == (True, ())


@pytest.mark.usefixtures("narrow")
def test_a_check_without_room_for_its_files_blames_no_server(
    copied: Copied, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(partitions, "_BUFFERED", 1)  # so few rows would stay in memory
    with pytest.raises(Unavailable, match="could not be kept for the check") as told:
        faults(copied)
    assert told.value.where == str(tmp_path)


@contextmanager
def put_back(source: str, target: str, place: str, which: str = "true") -> Iterator[None]:
    """In those rows the target holds what the source does; afterwards what it held before."""
    table, _, column = place.partition(".")
    here = rows(target, f"SELECT id, {column}::text FROM {table}")  # noqa: S608 - names of ours
    _set(target, table, column, rows(source, f"SELECT id, {column}::text FROM {table} WHERE {which}"))  # noqa: S608
    try:
        yield
    finally:
        _set(target, table, column, here)


def _set(dsn: str, table: str, column: str, values: list[tuple[object, ...]]) -> None:
    """Those values, by id; an empty record of the table's type says what its column takes."""
    query = f"""UPDATE {table} t SET {column} = r.{column} FROM unnest(%s::int[], %s::text[]) AS n (i, v),
        jsonb_populate_record(NULL::{table}, jsonb_build_object('{column}', v)) AS r WHERE t.id = i"""  # noqa: S608
    with psycopg.connect(dsn) as connection:
        connection.execute(query.encode(), [[one for one, _ in values], [text for _, text in values]])


def faults(copied: Copied) -> list[str]:
    return [*anonymizer.verify(copied.source, copied.target, copied.policy).faults]


@pytest.mark.parametrize(
    "place",
    ["c.email", "c.last_name", "c.code", "c.salary", "c.born", "c.note", "c.level", "c.area", "c.age",
     "c.tags", "calls.phone", "calls.net"],
)  # fmt: skip
def test_a_masked_column_that_was_put_back_fails_whatever_its_class(copied: Copied, place: str) -> None:
    with put_back(copied.source, copied.target, place):
        found = faults(copied)
    assert [fault.split(":")[0] for fault in found] == [place]
    assert "values stand where they stood (" in found[0]


@pytest.mark.parametrize(
    "place", ["c.code", "c.salary", "c.born", "c.note", "c.level", "c.area", "c.age", "calls.phone"]
)
def test_one_value_that_no_draw_gives_is_enough(copied: Copied, place: str) -> None:
    with put_back(copied.source, copied.target, place, "id = 13"):
        found = faults(copied)
    assert [fault.split(":")[0] for fault in found] == [place]
    assert re.search(": [12] of ", found[0]), "a telephone number counts with and without +48"


def test_surnames_beyond_the_draw_fail_though_they_are_common(copied: Copied) -> None:
    """Each of the names is dealt to one person in 3,890: of 3,000 not one is due; a few are let through."""
    with put_back(copied.source, copied.target, "c.last_name", "id IN (2, 6)"):
        assert faults(copied) == []
    with put_back(copied.source, copied.target, "c.last_name", "id % 60 = 2"):
        assert [fault.split(":")[0] for fault in faults(copied)] == ["c.last_name"]
    with put_back(
        copied.source, copied.target, "c.last_name", "id = 1"
    ):  # a name of which the pool knows nothing
        assert [fault.split(":")[0] for fault in faults(copied)] == ["c.last_name"]


def test_an_original_beside_a_masked_path_fails_and_each_path_is_judged_for_itself(copied: Copied) -> None:
    set_ = "UPDATE c SET doc = jsonb_set(doc, '{%s}', %s) WHERE id = 5"
    was = ask(copied.target, "SELECT doc::text FROM c WHERE id = 5")
    for path, value, place in (
        ("cc", "'jan.kowalski9@firma2.pl'", "c.doc"),
        ("about", "'pisze jan.kowalski9@firma2.pl'", "c.doc $.about"),
        ("mobile", "'601000035'", "c.doc $.mobile"),
    ):
        do(copied.target, set_ % (path, f"to_jsonb({value}::text)"))
        found = faults(copied)
        do(copied.target, f"UPDATE c SET doc = '{was}' WHERE id = 5")  # noqa: S608 - what stood there
        assert [fault.split(": ")[0] for fault in found] == [place], path
    assert faults(copied) == []
