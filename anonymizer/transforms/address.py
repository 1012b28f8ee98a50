"""Addresses: street, postal code and city. Under one entity scope and domain the code belongs to the city."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc

from anonymizer.pools import pool
from anonymizer.pseudonyms import prf
from anonymizer.pseudonyms.assembling import Chosen, assembled, ending
from anonymizer.pseudonyms.keys import Key
from anonymizer.transforms.base import Transform, among, at_most, of_subject, words

_BUILDINGS = 199


def street(key: Key, subjects: pa.Array) -> pa.Array:
    """Street and building, such as "ul. Polna 12"."""
    return assembled(_street(key, subjects, end=""))


def _street(key: Key, subjects: pa.Array, *, end: str) -> list[Chosen]:
    name, building = prf.words(key, "street", prf.digests(key, subjects))
    return [_of(_with_space(), name), _of(_buildings(end), building)]


def postal_code(key: Key, subjects: pa.Array) -> pa.Array:
    return assembled([_place(key, subjects, _postal_codes())])


def city(key: Key, subjects: pa.Array) -> pa.Array:
    return assembled([_place(key, subjects, _cities())])


def address(key: Key, subjects: pa.Array) -> pa.Array:
    """A whole address on one line, such as "ul. Polna 12, 00-950 Warszawa"."""
    return assembled([*_street(key, subjects, end=", "), _place(key, subjects, pool("places"))])


def _place(key: Key, subjects: pa.Array, values: pa.Array) -> Chosen:
    choices, _ = prf.words(key, "place", prf.digests(key, subjects))
    return _of(values, choices)


def _of(values: pa.Array, choices: prf.Words) -> Chosen:
    return Chosen(values=values, places=prf.choose(choices, len(values)))


@cache
def _with_space() -> pa.Array:
    return ending(pool("streets"), " ")


@cache
def _buildings(end: str) -> pa.Array:
    return pa.array([f"{number}{end}" for number in range(1, _BUILDINGS + 1)], pa.string())


@cache
def _postal_codes() -> pa.Array:
    return pc.utf8_slice_codeunits(pool("places"), 0, 6)


@cache
def _cities() -> pa.Array:
    return pc.utf8_slice_codeunits(pool("places"), 7)


def _longest(name: str) -> int:
    return int(pc.max(pc.utf8_length(pool(name))).as_py())


def _transform(
    summary: str, mask: Callable[[Key, pa.Array], pa.Array], longest: int, results: int
) -> Transform:
    return Transform(
        summary=summary, bind=of_subject(mask),
        family="address", digested=True, canonical=words, longest=at_most(longest),
        results=among(results),
    )  # fmt: skip


STREET = _transform("a street and a building number", street, 40, 512 * _BUILDINGS)
POSTAL_CODE = _transform("a postal code, of the masked city under the same scope", postal_code, 6, 2400)
CITY = _transform("a Polish city", city, 30, 200)
ADDRESS = _transform("street, postal code and city on one line", address, 80, 512 * _BUILDINGS * 2400)
