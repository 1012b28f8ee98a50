"""Frozen values to choose pseudonyms from. Only reads files: upgrading Faker changes nothing here."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Literal

import pyarrow as pa

NAMES = (
    "first_names_male", "first_names_female", "last_names_male", "last_names_female",
    "company_prefixes", "company_suffixes", "streets", "places", "sentences",
    "de_DE.first_names_male", "de_DE.first_names_female", "de_DE.last_names",
    "en_US.first_names_male", "en_US.first_names_female", "en_US.last_names",
    "de_DE.streets", "de_DE.places", "de_DE.company_suffixes",
    "en_US.streets", "en_US.places", "en_US.company_suffixes",
)  # fmt: skip
Locale = Literal["pl_PL", "de_DE", "en_US"]


@cache
def pool(name: str) -> pa.Array:
    """The values of one pool, in their frozen order. Shape: one string a value, none NULL."""
    return pa.array(_file(f"{name}.txt").splitlines(), pa.string())


def of_country(name: str, locale: Locale) -> pa.Array:
    """The pool of that name and country: "streets", "places", "company_suffixes"."""
    return pool(name if locale == "pl_PL" else f"{locale}.{name}")


def first_names(locale: Locale) -> tuple[pa.Array, pa.Array]:
    """Women's first names, and men's."""
    prefix = "" if locale == "pl_PL" else f"{locale}."
    return pool(f"{prefix}first_names_female"), pool(f"{prefix}first_names_male")


def last_names(locale: Locale) -> tuple[pa.Array, pa.Array]:
    """Women's surnames, and men's; those of one family stand in the same place."""
    if locale == "pl_PL":
        return pool("last_names_female"), pool("last_names_male")
    both = pool(f"{locale}.last_names")
    return both, both


@cache
def version() -> str:
    """The version of all pools together; it is part of every receipt."""
    return str(json.loads(_file("manifest.json"))["version"])


def _file(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
