"""What holds for every transform: a function of key and subject alone, that fits and says how far."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anonymizer.pseudonyms.keys import Key
from anonymizer.transforms import TRANSFORMS, transform
from anonymizer.transforms.base import Slot
from tests.anonymizer.transforms import identifiers as made
from tests.anonymizer.transforms.applied import KEY, Texts, mask

OTHER = Key(bytes(range(1, 33)))
DATES = st.dates().map(str)
TEXTS = st.text(max_size=80) | st.from_regex(r"(PL)?[0-9]{9,28}", fullmatch=True) | st.emails()
# A total stands beside its parts: its tests are its own.
NAMES = sorted(TRANSFORMS.keys() - {"total"})
KEYED = sorted(name for name in TRANSFORMS if TRANSFORMS[name].keyed)
OF_ENTITIES = sorted(name for name in KEYED if "entity" in transform(name, "entity").scopes)
LABELS = tuple(f"label {number:03d}" for number in range(200))
AMOUNTS = st.decimals(allow_nan=False, allow_infinity=False, places=2).map(lambda amount: f"{amount:f}")
ADDRESSES = st.ip_addresses().map(str) | st.from_regex(r"10\.[0-9]\.[0-9]\.0/24", fullmatch=True)


def values_of(name: str) -> st.SearchStrategy[str]:
    if name == "integer_key":
        return st.integers(-(10**15) + 1, 10**15 - 1).map(str) | st.text("abc", max_size=9)
    special: dict[str, st.SearchStrategy[str]] = {
        "perturb": AMOUNTS,
        "noise": st.binary(max_size=40).map(lambda raw: f"\\x{raw.hex()}"),
        "relabel": st.sampled_from(LABELS),
        "ip": ADDRESSES | TEXTS,
        "mac": st.binary(min_size=6, max_size=6).map(lambda raw: raw.hex(":")) | TEXTS,
    }
    return DATES if name in DATED else special.get(name, TEXTS)


DATED = ("shift_date", "birth_date")


# What moves every value that has something to move.
MOVING = ("card", "iban", "ip", "mac", "nip", "noise", "pesel", "phone", "regon", "relabel", "scramble")


@pytest.mark.parametrize("name", MOVING)
@given(st.data())
def test_no_identifier_stays_in_its_place(name: str, data: st.DataObject) -> None:
    value = data.draw(values_of(name))
    [found] = masked(name, [value])
    assert found != value or not any(one.isascii() and one.isalnum() for one in value.removeprefix("\\x"))


def masked(name: str, values: Texts, *, key: Key = KEY, domain: str = "test") -> list[str | None]:
    """Masked under the scope that the transform has, in a column that it can mask."""
    of = None if "value" in TRANSFORMS[name].scopes else values
    labels = LABELS if name == "relabel" else ()
    type_ = {"perturb": "numeric", "noise": "bytea", "relabel": "mood"}.get(name, "text")
    return mask(name, values, of=of, key=key, domain=domain, slot=Slot(type=type_, labels=labels))


def distinct(name: str) -> list[str]:
    """Two hundred different and typical values."""
    dates = [f"2024-{month:02d}-{day:02d}" for month in range(1, 11) for day in range(1, 21)]
    if name == "integer_key":
        return [str(number) for number in range(7, 10**9, 10**9 // 200)]
    numbers = range(7, 10**9, 10**9 // 200)
    special = {
        "perturb": [f"{number}.{number % 100:02d}" for number in numbers],
        "noise": [f"\\x{number:016x}" for number in numbers],
        "relabel": list(LABELS),
        "ip": [f"10.1.{number % 250}.{number // 10**7}" for number in numbers],
        "mac": [f"{number:012x}" for number in numbers],
    }
    return dates if name in DATED else special.get(name, [f"{number:026d}"[-26:] for number in numbers])


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=30)
@given(data=st.data())
def test_a_pseudonym_does_not_depend_on_its_neighbours(name: str, data: st.DataObject) -> None:
    values = data.draw(st.lists(values_of(name) | st.none(), min_size=1, max_size=12))
    # Parted anywhere: what holds for every place holds for every value alone.
    place = data.draw(st.integers(0, len(values)))
    assert masked(name, values) == masked(name, values[:place]) + masked(name, values[place:])


@pytest.mark.parametrize("name", NAMES)
def test_nor_on_the_order_of_rows(name: str) -> None:
    values = distinct(name)
    before = dict(zip(values, masked(name, values), strict=True))
    random.Random(1).shuffle(values)
    assert dict(zip(values, masked(name, values), strict=True)) == before


@pytest.mark.parametrize("name", OF_ENTITIES)
def test_the_same_entity_gives_the_same_whatever_the_value(name: str) -> None:
    value = "2024-02-03" if name in DATED else distinct(name)[3]
    first = mask(name, [value] * 3, of=["1", "2", "1"])
    assert first[0] == first[2]
    assert first == mask(name, [value] * 3, of=[" 1", "2", "1 "]), "an entity is known by its canonical form"


@pytest.mark.parametrize("name", NAMES)
def test_null_and_empty_keep_their_place(name: str) -> None:
    value = distinct(name)[0]
    found = masked(name, [None, "", value, None])
    assert (found[0], found[1], found[3]) == (None, "", None)
    assert found[2]


@pytest.mark.parametrize("name", sorted(set(KEYED) - {"sex"}))
def test_another_key_gives_something_else(name: str) -> None:
    values = distinct(name)
    same = sum(a == b for a, b in zip(masked(name, values), masked(name, values, key=OTHER), strict=True))
    assert same < len(values) // 5


@pytest.mark.parametrize("name", sorted(set(KEYED) - {"sex"}))
def test_another_domain_gives_something_else(name: str) -> None:
    values = distinct(name)
    same = sum(a == b for a, b in zip(masked(name, values), masked(name, values, domain="x"), strict=True))
    assert same < len(values) // 5


@pytest.mark.parametrize("name", KEYED)
def test_almost_no_value_stays_what_it_was(name: str) -> None:
    values = distinct(name)
    assert sum(a == b for a, b in zip(values, masked(name, values), strict=True)) <= 2


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("scope", ["value", "entity"])
def test_no_result_is_longer_than_announced(name: str, scope: str) -> None:
    chosen = transform(name, scope)
    if scope not in chosen.scopes:
        return
    longest = chosen.longest(chosen.options())
    values = distinct(name)
    found = mask(name, values, of=values) if scope == "entity" else masked(name, values)
    # What is not well-formed keeps its length: it fitted before.
    assert longest is None or all(
        len(now or "") <= max(longest, len(was)) for was, now in zip(values, found, strict=True)
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_one_to_one_transform_is_one(name: str) -> None:
    chosen = transform(name, "value")
    if chosen.results(chosen.options(), Slot()) == 0:
        numbers = [f"{number:09d}" for number in range(200_000_000, 200_002_000)]
        values = [well_formed(name, number) for number in numbers]
        assert len(set(masked(name, values))) == len(set(values))


def well_formed(name: str, number: str) -> str:
    """A well-formed identifier whose free digits are `number`."""
    return {
        "nip": lambda: made.nip(number),
        "regon": lambda: made.regon(number[1:]),
        "pesel": lambda: made.pesel(int(number)),
        "iban": lambda: made.iban(number.zfill(24)),
        "phone": lambda: number,
        "integer_key": lambda: number,
        "card": lambda: made.card(f"4{number.zfill(14)}"),
        "mac": lambda: f"{int(number):012x}",
        "relabel": lambda: LABELS[int(number) % len(LABELS)],
    }[name]()


@pytest.mark.parametrize("name", TRANSFORMS)
def test_it_is_documented(name: str, root: Path) -> None:
    assert f"| `{name}` | {TRANSFORMS[name].summary}" in (root / "docs/anonymizer/transforms.md").read_text()


def test_the_key_of_these_tests_is_not_the_other() -> None:
    assert KEY.fingerprint() != OTHER.fingerprint()
