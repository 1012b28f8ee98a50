"""What every transform says its results can hold is true of what it makes."""

from __future__ import annotations

import re
from collections import Counter

import pyarrow as pa
import pytest

from anonymizer.pools import Locale, first_names, last_names, pool
from anonymizer.proof.dealing import pool as words_of
from anonymizer.proof.fingerprints import Seed, lowered
from anonymizer.pseudonyms.keys import Key
from anonymizer.transforms import TRANSFORMS, address
from anonymizer.transforms.base import Slot
from anonymizer.transforms.results import Holds, consists_of, most_often, within

KEY = Key(bytes(range(32)))
SUBJECTS = pa.array([f"subject {number}" for number in range(4000)])
DEALT = ["address", "city", "company", "first_name", "full_name", "last_name", "postal_code", "street"]
LOCALES = ["pl_PL", "de_DE", "en_US"]


def holds(name: str, slot: Slot = Slot(), **options: object) -> Holds:  # noqa: B008 - frozen
    chosen = TRANSFORMS[name]
    return chosen.holds(chosen.options.model_validate(options), slot)


def made(name: str, values: pa.Array = SUBJECTS, **options: object) -> pa.Array:
    chosen = TRANSFORMS[name]
    return chosen.bind(chosen.options.model_validate(options), Slot())(KEY, SUBJECTS, values)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", [*DEALT, "email", "login"])
def test_results_are_made_of_the_words_that_the_check_is_told(name: str, locale: str) -> None:
    said = holds(name, locale=locale)
    assert said.words is not None
    pool_ = words_of(said.words(), Seed.new())
    assert pool_.deals(lowered(made(name, locale=locale))).all()
    assert not pool_.deals(lowered(pa.array(["jagna brzęczymir", "", "x"]))).any()


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", DEALT)
def test_no_result_is_dealt_more_often_than_said(name: str, locale: str) -> None:
    counted = Counter(text.lower() for text in made(name, locale=locale).to_pylist())
    chance = holds(name, locale=locale).chance
    assert chance is not None
    most = max(counted.values())
    assert most <= 4 + 4 * chance * len(SUBJECTS), "no more than chance shows"


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", DEALT)
def test_no_name_is_in_results_more_often_than_said(name: str, locale: Locale) -> None:
    """What streets and companies are called by besides a name ("Street", "Stiftung") is nobody's name."""
    listed = [*first_names(locale), *last_names(locale), address.cities(locale)]
    names = {text.lower() for values in listed for text in values.to_pylist()}
    texts = made(name, locale=locale).to_pylist()
    counted = Counter(word for text in texts for word in {*re.findall(r"[^\W\d_]{5,}", text.lower())} & names)
    assert max(counted.values(), default=0) <= 10 + 4 * holds(name, locale=locale).word * len(texts)


def test_sentences_one_after_another_are_known_even_where_the_last_is_cut() -> None:
    for longest in (20, 60, 400):
        lengths = pa.array(["x" * (number % 700) for number in range(len(SUBJECTS))])
        found = holds("regenerate", longest=longest).made
        assert found is not None
        assert found(made("regenerate", lengths, longest=longest)).all()


def test_anything_else_among_sentences_is_not_taken_for_one() -> None:
    one, other = pool("sentences").to_pylist()[:2]
    found = consists_of([one, other], 400)
    kept = [f"{one} {other}", one, f"{other} {one} {one}"]
    odd = [
        "",
        None,
        f"{one} Jan Kowalski.",
        f"{one} {other[:-9]}",
        one.removesuffix("."),
        f"{one}{other}",
        "x. y.",
    ]
    assert found(pa.array([*kept, *odd])).tolist() == [True] * len(kept) + [False] * len(odd)
    assert found(pa.array([], pa.string())).tolist() == []
    assert found(pa.array([f"{one} {other}"], pa.large_string())).tolist() == [True]


@pytest.mark.parametrize(
    ("name", "type_", "options", "stay", "change"),
    [
        ("perturb", "numeric", {}, ["0", "0.00", "NaN", "-Infinity"], ["1", "-0.5", "1e9"]),
        ("shift_date", "date", {}, ["infinity", "-infinity"], ["2020-01-06", "1999-12-31 10:00:00+01"]),
        ("scramble", "text", {}, ["---", "", " / "], ["a", "7", "ż-"]),
        ("scramble", "text", {"unique": True}, ["Ж--"], ["ż", "A"]),
        ("ip", "cidr", {}, ["0.0.0.0/0", "::/0", "2001:db8::/32", "2000::/4", "-"],
         ["192.168.0.0/16", "2001:db8::/33", "2001:db9::/32", "10.0.0.1", "x"]),
        ("suppress", "text", {"value": "A7"}, ["A7"], ["a7", "A", None]),
        ("suppress", "numeric", {}, ["0", "0.00"], ["1", "-1"]),
        ("generalise", "integer", {"band": 10}, ["20", "0", "-30"], ["21", "5"]),
        ("generalise", "numeric", {"band": 10}, ["20.00"], ["20.01"]),
        ("generalise", "date", {"to": "month"}, ["2020-03-01"], ["2020-03-02"]),
        ("generalise", "text", {"prefix": 2}, ["00", "A7", "12-000"], ["12-345"]),
    ],
)  # fmt: skip
def test_what_has_nothing_to_change_is_told_from_what_has(
    name: str, type_: str, options: dict[str, object], stay: list[str], change: list[str | None]
) -> None:
    which = holds(name, Slot(type=type_), **options).stays
    assert which is not None
    assert which(pa.array(stay)).all()
    assert not which(pa.array(change)).any()


def test_what_may_rightly_be_what_was_there_is_not_judged() -> None:
    unjudged = {name for name in TRANSFORMS if not holds(name, Slot(type="text")).judged}
    assert unjudged == {"redact", "total"}
    assert not holds("generalise", Slot(type="integer[]"), band=10).judged


def test_arrays_and_texts_by_key_without_a_value_stay() -> None:
    array = within(holds("scramble"), is_array=True, is_hstore=False).stays
    assert array is not None
    assert array(pa.array(["{}", "{NULL,NULL}", '{"",NULL}', "{a}", "{NULL,7}"])).tolist() == [
        True, True, True, False, False
    ]  # fmt: skip
    by_key = within(holds("email"), is_array=False, is_hstore=True).stays
    assert by_key is not None
    assert by_key(pa.array(['"a"=>NULL', '"a"=>"", "b"=>NULL', '"a"=>"x"', ""])).tolist() == [
        True, True, False, True
    ]  # fmt: skip
    plain = holds("email")
    assert within(plain, is_array=False, is_hstore=False) is plain


def test_the_likeliest_value_of_pools_is_counted_without_case() -> None:
    assert most_often(pa.array(["a", "A", "b", "c"])) == 1 / 2
    assert most_often(pa.array(["a", "b"]), pa.array(["a", "c", "d", "e"])) == 1 / 4 + 1 / 8


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", ["street", "city", "address", "full_name"])
def test_results_are_known_whole_and_nothing_that_resembles_them(name: str, locale: str) -> None:
    found = holds(name, locale=locale).made
    assert found is not None
    texts = made(name, locale=locale)
    assert found(texts).all(), "also Anna Maria Nowak and Hans Jacobi Jäckel"
    odd = [f"Jagna {texts[0]}", f"{texts[1]} x", "Jagna Brzęczymir", "Jan", "", None, "12", ", ", " "]
    assert not found(pa.array(odd)).any()
