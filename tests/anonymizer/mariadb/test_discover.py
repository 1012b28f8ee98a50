"""Discovery on a real MariaDB: the proposal is a policy that fits, says why, and quotes nobody."""

from __future__ import annotations

from pathlib import Path

import pytest

import anonymizer
from anonymizer.pseudonyms import keys
from tests.anonymizer.mariadb.conftest import Make
from tests.anonymizer.mariadb.server import MariadbServer

pytestmark = pytest.mark.integration

SCHEMA = """
CREATE TABLE klienci (id int unsigned AUTO_INCREMENT PRIMARY KEY, imie varchar(40) NOT NULL,
    email varchar(120) UNIQUE, `Nr tel` varchar(20), c17 char(11), urodzony date, dane json,
    ostatnie_ip inet4, uwagi text, stan enum('Nowy', 'stały'), zgody set('post', 'mail'), flagi bit(3),
    kwota decimal(10, 2));
CREATE TABLE zamowienia (id int PRIMARY KEY, klient_email varchar(120), c99 varchar(200),
    FOREIGN KEY (klient_email) REFERENCES klienci (email));
"""
ROWS = """
INSERT INTO klienci (imie, email, `Nr tel`, c17, urodzony, dane, ostatnie_ip, uwagi, stan, zgody, flagi,
    kwota)
    SELECT 'Jan', concat('jan', seq, '@firma.pl'), concat('+48 601 000 ', 100 + seq), '44051401359',
    '1944-05-14', json_object('kontakt', json_object('email', concat('qwosoba', seq, '@firma.pl')), 'b', seq),
    '10.0.0.1', concat('Qwrozmowa o sprawie numer ', seq), 'Nowy', 'post,mail', 5, seq FROM seq_1_to_50;
INSERT INTO zamowienia
    SELECT seq, concat('jan', seq, '@firma.pl'), concat('jan', seq, '@firma.pl') FROM seq_1_to_50;
"""
PLANTED = ("firma.pl", "44051401359", "601 000", "qwosoba", "Qwrozmowa", "10.0.0.1")


def test_the_proposal_fits_masks_and_quotes_nobody(
    mariadb_server: MariadbServer, make: Make, tmp_path: Path
) -> None:
    name = make(SCHEMA)
    source, target = mariadb_server.dsn(make(SCHEMA + ROWS)), mariadb_server.dsn(name)
    text = anonymizer.discover(source).policy("sklep")
    assert text == anonymizer.discover(source).policy("sklep"), "the same every time"
    assert not any(value in text for value in PLANTED)
    (tmp_path / "policy.yaml").write_text(text)
    policy = anonymizer.load_policy(tmp_path / "policy.yaml")
    assert anonymizer.anonymize(source, target, policy, keys.ephemeral()).verified
    written = mariadb_server.rows(name, "SELECT * FROM klienci") + mariadb_server.rows(
        name, "SELECT * FROM zamowienia"
    )
    assert [value for value in PLANTED if value in str(written)] == []
    assert mariadb_server.rows(name, "SELECT DISTINCT stan, zgody, flagi FROM klienci") == [
        ("Nowy", "post,mail", b"\x05")
    ]


def test_copies_are_found_when_every_row_is_read(mariadb_server: MariadbServer, make: Make) -> None:
    found = anonymizer.discover(mariadb_server.dsn(make(SCHEMA + ROWS)), deep=True)
    assert found.findings["zamowienia", "c99"].copy_of == "klienci.email"


def test_rows_of_a_big_table_are_looked_at_all_over_it(mariadb_server: MariadbServer, make: Make) -> None:
    rows = "SELECT seq, if(seq > 20000, concat('jan', seq, '@firma.pl'), NULL) FROM seq_1_to_30000"
    source = make(f"CREATE TABLE t (id int PRIMARY KEY, c1 text);\nINSERT INTO t {rows};\nANALYZE TABLE t")
    assert anonymizer.discover(mariadb_server.dsn(source)).findings["t", "c1"].kind == "email"
