"""Addresses: street, postal code and city. Under one entity scope and domain the code belongs to the city."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anonymizer.pools import pool
from anonymizer.pseudonyms import digits, prf
from anonymizer.pseudonyms.keys import Key
from anonymizer.transforms.base import Transform, among, at_most, joined, of_subject, words

_BUILDINGS = 199


def street(key: Key, subjects: pa.Array) -> pa.Array:
    """Street and building, such as "ul. Polna 12"."""
    name, building = prf.words(key, "street", prf.digests(key, subjects))
    number = digits.text(digits.of_numbers(building % np.uint64(_BUILDINGS) + np.uint64(1), 3))
    return joined([_of("streets", name), pc.utf8_ltrim(number, "0")], " ")


def postal_code(key: Key, subjects: pa.Array) -> pa.Array:
    return pc.utf8_slice_codeunits(_place(key, subjects), 0, 6)


def city(key: Key, subjects: pa.Array) -> pa.Array:
    return pc.utf8_slice_codeunits(_place(key, subjects), 7)


def address(key: Key, subjects: pa.Array) -> pa.Array:
    """A whole address on one line, such as "ul. Polna 12, 00-950 Warszawa"."""
    return joined([street(key, subjects), _place(key, subjects)], ", ")


def _place(key: Key, subjects: pa.Array) -> pa.Array:
    choices, _ = prf.words(key, "place", prf.digests(key, subjects))
    return _of("places", choices)


def _of(name: str, choices: prf.Words) -> pa.Array:
    return pool(name).take(pa.array(prf.choose(choices, len(pool(name)))))


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
