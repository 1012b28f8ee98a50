"""Invented people and companies, with identifiers whose check digits are right."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from faker.providers.company.pl_PL import Provider as Companies
from faker.providers.person.pl_PL import Provider as People
from numpy.typing import NDArray

from .columns import as_digits, join, padded, pick, plain, written

_BANKS = (10_201_026, 10_500_099, 11_402_004, 10_901_014, 12_406_292, 19_401_076)
_TRADES = (
    "Budmax",
    "Stalex",
    "Hydro",
    "Elektro",
    "Agro",
    "Meblo",
    "Termo",
    "Auto",
    "Drew",
    "Plast",
    "Tech",
    "Logis",
)


def people(random: np.random.Generator, size: int) -> dict[str, pa.Array]:
    """Names with the PESEL of the same sex, and the local part of their e-mail (distinct by its number)."""
    woman = random.random(size) < 0.45
    first = pc.if_else(
        pa.array(woman),
        pick(random, People.first_names_female, size),
        pick(random, People.first_names_male, size),
    )
    last = pick(random, People.unisex_last_names, size)
    number = pa.array(random.integers(1, 100, size)).cast(pa.string())
    login = join([plain(first), ".", plain(last), number])
    return {"first": first, "last": last, "login": login, "pesel": _pesels(random, woman)}


def companies(random: np.random.Generator, size: int) -> tuple[pa.Array, pa.Array]:
    """Names, and the host names that go with them."""
    family, town = pick(random, People.unisex_last_names, size), pick(random, _TRADES, size)
    name = join([pick(random, Companies.company_prefixes, size), " ", town, " ", family, " ",
                  pick(random, Companies.company_suffixes, size)])  # fmt: skip
    return name, join([plain(town), "-", plain(family)])


def _pesels(random: np.random.Generator, woman: NDArray[np.bool_]) -> pa.Array:
    size = len(woman)
    born = np.datetime64("1950-01-01") + random.integers(0, 19_000, size)
    year = born.astype("datetime64[Y]").astype(np.int64) + 1970
    month = born.astype("datetime64[M]").astype(np.int64) % 12 + 1 + np.where(year >= 2000, 20, 0)
    day = (born - born.astype("datetime64[M]")).astype(np.int64) + 1
    serial = random.integers(0, 5000, size) * 2 + np.where(woman, 0, 1)
    digits = as_digits(((year % 100 * 100 + month) * 100 + day) * 10_000 + serial, 10)
    check = (10 - digits @ np.array([1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10) % 10
    return written(np.column_stack([digits, check]))


def nips(random: np.random.Generator, size: int) -> pa.Array:
    digits = as_digits(random.choice(880_000_000, size, replace=False) + 110_000_000, 9)
    check = digits @ np.array([6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11
    # A remainder of ten has no check digit: the last digit's weight is 7, so one more of it leaves 6 (or 3
    # less).
    odd = check == 10
    digits[odd, 8] = (digits[odd, 8] + 1) % 10
    check = digits @ np.array([6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11
    return written(np.column_stack([digits, check]))


def regons(random: np.random.Generator, size: int) -> pa.Array:
    digits = as_digits(random.integers(10_000_000, 99_000_000, size), 8)
    check = digits @ np.array([8, 9, 2, 3, 4, 5, 6, 7]) % 11 % 10
    return written(np.column_stack([digits, check]))


def ibans(random: np.random.Generator, size: int) -> pa.Array:
    bank = np.array(_BANKS)[random.integers(0, len(_BANKS), size)]
    account = random.integers(0, 10**16, size)
    rest = (bank * pow(10, 22, 97) + account % 97 * pow(10, 6, 97) + 252_100) % 97
    return join(["PL", padded(98 - rest, 2), padded(bank, 8), padded(account, 16)])


def phones(random: np.random.Generator, size: int) -> pa.Array:
    """As people write them: three ways."""
    parts = [padded(random.integers(low, high, size), 3) for low, high in ((500, 899), (0, 1000), (0, 1000))]
    spaced, dashed, solid = join(["+48 ", _spaced(parts, " ")]), _spaced(parts, "-"), _spaced(parts, "")
    way = random.integers(0, 4, size)
    return pc.if_else(pa.array(way < 2), spaced, pc.if_else(pa.array(way == 2), dashed, solid))


def _spaced(parts: Sequence[pa.Array], separator: str) -> pa.Array:
    return pc.binary_join_element_wise(*parts, separator)
