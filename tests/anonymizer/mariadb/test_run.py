"""Runs on a real MariaDB: what arrives, what never does, and what every failure leaves."""

from __future__ import annotations

import pytest

import anonymizer
from anonymizer.mariadb import receipts
from anonymizer.mariadb.connections import session
from foundation.errors import InputError, Refused, Unavailable
from tests.anonymizer.mariadb.conftest import KEY, Shop

pytestmark = pytest.mark.integration

KEPT = (
    "SELECT id, boss, json_value(settings, '$.size'), photo, balance, ratio, weight, active, flags, mood, "
    "seen FROM people ORDER BY id"
)


def test_masked_values_are_others_and_kept_ones_arrive_exactly(finished: Shop) -> None:
    assert finished.rows(KEPT) == finished.server.rows(finished.source, KEPT)
    text = str(finished.rows("SELECT * FROM people")) + str(finished.rows("SELECT * FROM notes"))
    assert [one for one in ("qwosoba", "firma.pl", "Zdzis", "440514013", "601 000") if one in text] == []
    assert finished.rows("SELECT count(*) FROM people WHERE email = json_value(settings, '$.mail')") == [
        (300,)
    ]
    assert finished.rows("SELECT count(*) FROM people WHERE shouted = upper(first_name)") == [(300,)]


def test_null_and_empty_keep_their_place(finished: Shop) -> None:
    assert finished.rows("SELECT count(*) FROM people WHERE pesel IS NULL") == [(60,)]
    assert finished.rows("SELECT id FROM people WHERE `Odd \"Name\"` = ''") == [(7,)]
    odd = 'SELECT `Odd "Name"` FROM people WHERE id = 9'
    [(before,)], [(after,)] = finished.server.rows(finished.source, odd), finished.rows(odd)
    marks = [(one, other) for one, other in zip(str(before), str(after), strict=True) if not one.isalnum()]
    assert marks
    assert all(one == other for one, other in marks)


def test_a_new_row_would_get_a_number_of_its_own(finished: Shop) -> None:
    query = "SELECT auto_increment > 300 FROM information_schema.tables WHERE table_schema = DATABASE() AND "
    assert finished.rows(query + "table_name IN ('people', 'notes')") == [(1,), (1,)]


def test_the_receipt_stands_in_the_target_and_verify_renews_it(finished: Shop) -> None:
    places = finished.server.dsn(finished.source), finished.server.dsn(finished.target)
    assert anonymizer.verify(*places, anonymizer.load_policy(finished.policy)).passes
    with session(places[1], "target") as opened:
        receipt = receipts.require(opened)
    assert (receipt.tables, receipt.searched) == ({"people": 300, "notes": 300}, True)


def test_a_value_that_somebody_put_back_fails_the_check(shop: Shop) -> None:
    shop.run()
    shop.server.run(shop.target, "UPDATE people SET email = 'qwosoba5@firma.pl' WHERE id = 5")
    places = shop.server.dsn(shop.source), shop.server.dsn(shop.target)
    seen = anonymizer.verify(*places, anonymizer.load_policy(shop.policy))
    assert seen.faults == ("people.email: 1 of 300 values stand where they stood (0 expected by chance)",)
    with session(places[1], "target") as opened, pytest.raises(Refused, match="did not pass"):
        receipts.require(opened)


PLANTED = {
    "backup.mail": "CREATE TABLE backup AS SELECT 'qwosoba5@firma.pl' AS mail",
    "notes.body": "UPDATE notes SET body = 'PESEL: 440514-01357.' WHERE id = 9",
    "people.photo": "UPDATE people SET photo = 'mail: qwosoba7@firma.pl' WHERE id = 9",
    "people.settings $.mail": (
        "UPDATE people SET settings = json_set(settings, '$.mail', 'qwosoba9@firma.pl') WHERE id = 9"
    ),
    "the catalogue's comments": "ALTER TABLE outgoing COMMENT 'first QWOSOBA8@firma.pl'",
}


def test_originals_that_somebody_planted_anywhere_are_found(shop: Shop) -> None:
    assert shop.run().verified
    for statement in PLANTED.values():
        shop.server.run(shop.target, statement)
    places = shop.server.dsn(shop.source), shop.server.dsn(shop.target)
    faults = anonymizer.verify(*places, anonymizer.load_policy(shop.policy)).faults
    assert sorted(fault.split(":")[0] for fault in faults) == sorted(PLANTED)
    assert not any(word in str(faults).lower() for word in ("qwosoba", "440514"))


def test_the_copy_is_of_one_moment_and_a_second_run_must_be_allowed_to_replace(shop: Shop) -> None:
    shop.run()
    before = shop.rows("SELECT * FROM people ORDER BY id")
    assert "not empty" in str(shop.refusal())
    shop.run(replace=True)
    assert shop.rows("SELECT * FROM people ORDER BY id") == before


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [
        ("      id: keep\n      email", "      email", "does not say what to do with 1 column"),
        ("bookkeeping: skip", "bookkeeping: {columns: {name: keep}}", "have no transactions"),
        ("      mood: keep", "      mood: {transform: email, class: free}", "1 problem"),
        ("  notes:\n", "  notes:\n    filter: no such thing\n", "the filter of notes is no condition"),
        (
            "  people:\n",
            "  people:\n    filter: id <= 10\n",
            "290 rows of notes_person would refer to nothing",
        ),
    ],
)
def test_what_cannot_work_stops_the_run_and_the_target_stays_empty(
    shop: Shop, before: str, after: str, what: str
) -> None:
    shop.change(before, after)
    error = shop.refusal()
    assert what in str(error)
    assert shop.rows("SELECT count(*) FROM people") == [(0,)]
    assert "qwosoba" not in f"{error} {error.detail} {error.hint}"


def test_triggers_of_the_target_are_refused(shop: Shop) -> None:
    trigger = "CREATE TRIGGER t BEFORE INSERT ON notes FOR EACH ROW SET NEW.body = 'x'"
    shop.server.run(shop.target, trigger)
    assert "triggers of the target" in str(shop.refusal())


def test_a_run_that_breaks_leaves_a_target_that_everybody_refuses(shop: Shop) -> None:
    shop.server.run(shop.target, "ALTER TABLE notes ADD CONSTRAINT short CHECK (length(body) < 3)")
    error = shop.refusal()
    assert "target, notes: a masked row breaks a constraint" in str(error)
    assert shop.rows("SELECT count(*) FROM people") == [(0,)]
    with (
        session(shop.server.dsn(shop.target), "target") as opened,
        pytest.raises(Refused, match="not finished"),
    ):
        receipts.require(opened)


def test_the_source_is_never_the_target_however_it_is_reached(shop: Shop) -> None:
    there = shop.server.dsn(shop.source)
    with pytest.raises(Refused, match="the target is the source"):
        anonymizer.anonymize(there, there + "?", anonymizer.load_policy(shop.policy), KEY)


def test_wrong_logins_are_told_without_the_password(shop: Shop) -> None:
    wrong = shop.server.dsn(shop.source).replace(shop.server.password, "tajne-haslo")
    with pytest.raises(InputError, match="the login was refused") as refused:
        anonymizer.check(wrong, anonymizer.load_policy(shop.policy))
    assert "tajne-haslo" not in str(refused.value)
    with pytest.raises(Unavailable, match="nobody answers"):
        anonymizer.check("mysql://x@127.0.0.1:1/x", anonymizer.load_policy(shop.policy))
