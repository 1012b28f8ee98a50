"""Types beyond text on a real server: each arrives masked, in its own form, and whatever was NULL is NULL."""

from __future__ import annotations

from pathlib import Path

import pytest

import anonymizer
from anonymizer.pseudonyms.keys import Key
from foundation.errors import InputError
from tests.anonymizer.conftest import MakeDatabase
from tests.anonymizer.databases import ask, places_with, rows

pytestmark = pytest.mark.integration

SCHEMA = """
CREATE EXTENSION hstore;
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE DOMAIN name_of AS varchar(40);
CREATE DOMAIN surname AS name_of CHECK (length(value) > 1);
CREATE TYPE place AS (street text, zip varchar(6));
CREATE TYPE home AS (owner text, place place, rooms integer, let daterange);
CREATE TABLE odd (
    id integer PRIMARY KEY, surname surname, feeling mood, feelings mood[], phones text[], grid text[][],
    address inet, network cidr, card text, device macaddr, scan bytea, pesel bigint, born date, sex char(1),
    postcode varchar(6), age smallint, net numeric(12, 2) CHECK (net > 0), vat numeric(12, 2),
    gross numeric(12, 2), tags hstore, note text, seen timestamptz, words tsvector,
    code text UNIQUE, home home, homes home[], stays tstzmultirange, band numrange,
    CHECK (gross = net + vat)
);
CREATE TRIGGER words BEFORE INSERT OR UPDATE ON odd FOR EACH ROW
    EXECUTE FUNCTION tsvector_update_trigger(words, 'pg_catalog.simple', note);
"""
ROWS = """
INSERT INTO odd
SELECT n, 'Brzęczyszczykiewicz', 'ok', '{sad,NULL}', ARRAY['601 000 ' || 100 + n, NULL, ''],
       '{{"a b","c,d"},{"q\\"x","\\\\"}}', ('10.1.2.' || n)::inet, '10.1.0.0/16', '4111111111111111',
       '08:00:2b:01:02:03', '\\xcafe0001', 2211401350 + n, '1980-05-05', 'K', '31-154', 47,
       n + 0.01, n * 0.23, n + 0.01 + round(n * 0.23, 2),
       hstore(ARRAY['e-mail', 'say "=>NULL"', 'none'],
              ARRAY['Jan.Brzeczyszczykiewicz@x.pl', 'a "q" \\', NULL]),
       'Rozmowa z panem Brzęczyszczykiewiczem, tel. 601 000 107, towar OK', '2024-02-29 10:11:12+00', NULL,
       'ZK/2024/' || n, ROW('Jan "Brzęczyszczykiewicz"', ROW('ul. Brzęczyszczykiewicza 1', '31-154'), 3,
       '[2024-01-01,2024-02-01)')::home, ARRAY[NULL, ROW('Brzęczyszczykiewicz, A.', NULL, NULL, NULL)::home],
       '{[2024-01-01 10:00+00,2024-01-03 10:00+00),[2024-03-01 10:00+00,)}', numrange(n, n + 1.5)
  FROM generate_series(1, 100) n;
INSERT INTO odd (id) VALUES (0);
"""
POLICY = """
policy: odd
version: 1
tables:
  odd:
    columns:
      id: keep
      surname: {transform: last_name, class: common, scope: entity(id), domain: person}
      feeling: {transform: relabel, class: sensitive}
      feelings: {transform: relabel, class: sensitive}
      phones: {transform: phone, class: identifying}
      grid: {transform: scramble, class: identifying}
      address: {transform: ip, class: identifying}
      network: {transform: ip, class: identifying}
      card: {transform: card, class: identifying, options: {bin: 6}}
      device: {transform: mac, class: identifying}
      scan: {transform: noise, class: sensitive}
      pesel: {transform: pesel, class: identifying}
      born: {transform: birth_date, class: sensitive, scope: entity(id), domain: person}
      sex: {transform: sex, class: sensitive, scope: entity(id), domain: person}
      postcode: {transform: generalise, class: common, options: {prefix: 2}}
      age: {transform: generalise, class: sensitive, options: {band: 10}}
      net: {transform: perturb, class: sensitive, scope: entity(id)}
      vat: {transform: perturb, class: sensitive, scope: entity(id)}
      gross: {transform: total, class: sensitive, options: {of: net + vat}}
      tags: {transform: scramble, class: identifying}
      note: {transform: redact, class: free, options: {persons: surname}}
      seen: {transform: suppress, class: sensitive}
      words: drop
      code: {transform: scramble, class: identifying, options: {unique: true}}
      home:
        transform: composite
        class: free
        paths: &home
          $.owner: {transform: full_name, class: identifying}
          $.place.street: {transform: street, class: identifying, scope: entity($.place.zip)}
          $.rooms: keep
          $.let: {transform: shift_date, class: sensitive}
      homes: {transform: composite, class: free, paths: *home}
      stays: {transform: shift_date, class: sensitive, scope: entity(id)}
      band: {transform: perturb, class: sensitive}
"""
KEY = Key(bytes(range(32)))


@pytest.fixture(scope="module")
def target(shared_database: MakeDatabase, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The masked copy, which nobody changes."""
    source, target = shared_database(SCHEMA + ROWS), shared_database(SCHEMA)
    file = tmp_path_factory.mktemp("types") / "policy.yaml"
    file.write_text(POLICY)
    receipt = anonymizer.anonymize(source, target, anonymizer.load_policy(file), KEY)
    assert receipt.verified, receipt.findings
    return target


def test_every_type_arrives_masked_in_its_own_form(target: str) -> None:
    planted = (
        "brzęczyszczykiewicz",
        "601 000",
        "4111111111111111",
        "08:00:2b:01:02:03",
        "cafe0001",
        "10.1.2.",
        "brzeczyszczykiewicz",
    )
    assert {text: places_with(target, text) for text in planted} == {text: [] for text in planted}
    [(moods, feelings, grid, card, scan, postcode, age, seen)] = rows(
        target,
        "SELECT feeling::text, feelings::text, array_dims(grid), left(card, 6), octet_length(scan), "
        "postcode, age, seen::text FROM odd WHERE id = 7",
    )
    assert moods in ("sad", "happy")
    assert str(feelings).endswith(",NULL}")
    assert (grid, card, scan, postcode, age) == ("[1:2][1:2]", "411111", 4, "31-000", 40)
    assert str(seen).startswith(("1900-01-01", "1899-12-31"))
    assert ask(target, "SELECT count(DISTINCT pesel) FROM odd") == 100
    assert (
        ask(target, "SELECT note FROM odd WHERE id = 7") == "Rozmowa z panem [name], tel. [number], towar OK"
    )


def test_an_hstore_keeps_its_keys_and_every_value_is_masked(target: str) -> None:
    [(keys, email, said, nothing)] = rows(
        target, """SELECT akeys(tags), tags -> 'e-mail', tags -> 'say "=>NULL"', exist(tags, 'none')
        AND tags -> 'none' IS NULL FROM odd WHERE id = 7""",
    )  # fmt: skip
    assert keys == ["none", "e-mail", 'say "=>NULL"']
    assert (len(str(email)), str(email)[23:24], nothing) == (28, "@", True)
    assert str(said)[1:3] + str(said)[4:] == ' "" \\'


def test_fields_of_composites_are_masked_as_their_types_and_the_others_are_closed(target: str) -> None:
    [(owner, zip_, rooms, days, nothing, other)] = rows(
        target, """SELECT (home).owner, (home).place.zip, (home).rooms, upper((home).let) - lower((home).let),
        homes[1] IS NULL, homes[2].owner FROM odd WHERE id = 7""",
    )  # fmt: skip
    assert (zip_, rooms, days, nothing) == (None, 3, 31, True)
    assert len(str(owner).split()) == len(str(other).split()) == 2
    moved = "SELECT count(*) FROM odd WHERE (lower((home).let) - date '2024-01-01') % 7 = 0"
    assert ask(target, moved + " AND lower((home).let) <> '2024-01-01'") == 100


def test_ranges_move_as_a_whole_and_codes_stay_distinct(target: str) -> None:
    apart = "SELECT count(*) FROM odd WHERE upper(band) - lower(band) = 1.5 AND lower(band) <> id"
    assert ask(target, apart) == 100
    [(first, last)] = rows(
        target, "SELECT DISTINCT range_merge(stays) IS NULL, upper(stays) FROM odd WHERE id > 0"
    )
    assert (first, last) == (False, None)
    assert (
        ask(target, "SELECT count(DISTINCT code) FROM odd WHERE code ~ '^[A-Z]{2}/[0-9]{4}/[0-9]+$'") == 100
    )


def test_search_words_are_made_anew_of_what_the_text_has_become(target: str) -> None:
    assert ask(target, "SELECT words = to_tsvector('simple', note) FROM odd WHERE id = 7") is True


def test_sex_surname_and_sums_agree_and_null_stays_null(target: str) -> None:
    assert ask(target, "SELECT count(*) FROM odd WHERE surname LIKE '%owska' AND sex <> 'K'") == 0
    assert ask(target, "SELECT count(*) FROM odd WHERE gross = net + vat AND net <> id + 0.01") == 100
    assert (
        ask(target, "SELECT num_nonnulls(VARIADIC ARRAY[surname::text, note, card]) FROM odd WHERE id = 0")
        == 0
    )
    assert ask(target, "SELECT phones[2] IS NULL AND phones[3] = '' FROM odd WHERE id = 7") is True


WRONG = [
    ("band: 10", "to: year", "odd.age: generalise needs the option band for smallint"),
    ("of: net + vat", "of: net + tax", "odd.gross: 'tax' is no column of odd"),
    ("noise, class: sensitive", "email, class: free", "odd.scan: email cannot mask bytea"),
    ("suppress, class: sensitive", "suppress, class: free, options: {value: x}", "odd.seen: 'x' is no value"),
]


@pytest.mark.parametrize(("was", "becomes", "what"), WRONG)
def test_what_cannot_fit_is_refused_with_its_column(
    make_database: MakeDatabase, tmp_path: Path, was: str, becomes: str, what: str
) -> None:
    (tmp_path / "policy.yaml").write_text(POLICY.replace(was, becomes))
    with pytest.raises(InputError) as refused:
        anonymizer.check(make_database(SCHEMA), anonymizer.load_policy(tmp_path / "policy.yaml"))
    assert any(what in str(problem) for problem in refused.value.problems), refused.value.problems


def test_a_number_that_may_name_a_large_object_is_kept_only_on_purpose(
    make_database: MakeDatabase, tmp_path: Path
) -> None:
    source = make_database("CREATE TABLE papers (id integer PRIMARY KEY, scan oid)")
    policy = tmp_path / "policy.yaml"
    policy.write_text("policy: papers\nversion: 1\ntables:\n  papers:\n    columns: {id: keep, scan: keep}\n")
    with pytest.raises(InputError) as refused:
        anonymizer.check(source, anonymizer.load_policy(policy))
    assert "papers.scan: an oid may name a large object" in str(refused.value.problems[0])
    policy.write_text(policy.read_text().replace("scan: keep", "scan: {transform: keep, class: common}"))
    assert anonymizer.check(source, anonymizer.load_policy(policy)).copies


def test_what_may_hold_texts_is_never_proposed_to_be_kept(make_database: MakeDatabase) -> None:
    source = make_database("""CREATE EXTENSION hstore; CREATE TYPE person AS (name text, age integer);
        CREATE TABLE odd (id integer PRIMARY KEY, tags hstore, who person, device macaddr, seen inet,
                          page xml, room int4range, place point)""")
    lines = anonymizer.discover(source).policy("odd").splitlines()
    found = {
        name: rule.partition("  #")[0] for name, _, rule in (line.strip().partition(": ") for line in lines)
    }
    assert {name: found[name] for name in ("tags", "who", "device", "seen", "page", "room", "place")} == {
        "tags": "{transform: regenerate, class: free}", "who": "drop", "page": "drop", "room": "keep",
        "device": "{transform: mac, class: identifying}", "seen": "{transform: ip, class: identifying}",
        "place": "keep",
    }  # fmt: skip
