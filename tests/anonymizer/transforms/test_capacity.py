"""As many different results as a transform claims: what the proof before a run counts on."""

from __future__ import annotations

from collections import Counter
from ipaddress import ip_address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anonymizer.transforms import TRANSFORMS, transform
from anonymizer.transforms.base import INJECTIVE, Slot
from tests.anonymizer.transforms import identifiers as made
from tests.anonymizer.transforms.applied import mask

MANY = 20_000
ENTITIES = sorted(name for name in TRANSFORMS if "entity" in transform(name, "entity").scopes)


def claimed(name: str) -> int:
    chosen = transform(name, "entity")
    return chosen.results(chosen.options(), Slot())


@pytest.mark.parametrize("name", [name for name in ENTITIES if claimed(name) > 1000])
def test_pseudonyms_of_entities_meet_no_more_often_than_their_number_says(name: str) -> None:
    who = [str(number) for number in range(MANY)]
    slot = Slot(type="date") if name == "birth_date" else Slot()
    found = mask(name, ["2024-02-03"] * MANY, of=who, slot=slot)
    pairs = sum(count * (count - 1) // 2 for count in Counter(found).values())
    # A pair meets with one in `claimed`: twice as many are no accident of so many pairs.
    assert pairs <= 2 * (MANY**2 / 2 / claimed(name)) + 10


@settings(max_examples=30)
@given(st.lists(st.ip_addresses(v=4), min_size=2, max_size=50, unique=True), st.integers(0, 32))
def test_ipv4_hosts_of_one_prefix_stay_distinct(addresses: list[object], prefix: int) -> None:
    values = [f"{address}/{prefix}" for address in addresses]
    hosts = [value for value in values if int(ip_address(value.partition("/")[0])) % 2 ** (32 - prefix)]
    assert len(set(mask("ip", hosts, slot=Slot(type="inet")))) == len(hosts)


@pytest.mark.parametrize("prefix", [1, 4, 8, 12])
def test_all_ipv4_networks_of_a_prefix_become_all_of_them(prefix: int) -> None:
    networks = {f"{ip_address(number << 32 - prefix)}/{prefix}" for number in range(1 << prefix)}
    assert set(mask("ip", sorted(networks), slot=Slot(type="cidr"))) == networks


@settings(max_examples=30)
@given(st.lists(st.integers(0, 2**48 - 1), min_size=2, max_size=50, unique=True))
def test_hardware_addresses_stay_distinct_wherever_they_lie(numbers: list[int]) -> None:
    found = mask("mac", [f"{number:012x}" for number in numbers], slot=Slot(type="macaddr"))
    assert len(set(found)) == len(numbers)


def test_networks_of_ipv6_and_devices_of_eight_bytes_claim_no_more_than_they_have() -> None:
    ip, mac = TRANSFORMS["ip"], TRANSFORMS["mac"]
    assert ip.results(ip.options(), Slot(type="cidr")) == 1 << 32
    assert mac.results(mac.options(), Slot(type="macaddr8")) == 1 << 64
    assert mac.results(mac.options(), Slot(type="macaddr")) == INJECTIVE


def test_everybody_of_one_sex_who_was_born_on_one_day_stays_distinct_within_the_year() -> None:
    ten = [f"680229{serial:04d}" for serial in range(1, 10_000, 2)]
    born = [f"{digits}{-made.weighted(digits, '1379137913') % 10}" for digits in ten]
    assert all(map(made.is_pesel, born))
    found = [text or "" for text in mask("pesel", born)]
    assert len(set(found)) == len(born)
    assert {(text[:2], int(text[9]) % 2) for text in found} == {("68", 1)}
