"""Frozen values to choose pseudonyms from. Only reads files: upgrading Faker changes nothing here."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources

import pyarrow as pa

NAMES = (
    "first_names_male", "first_names_female", "last_names_male", "last_names_female",
    "company_prefixes", "company_suffixes", "streets", "places", "sentences",
)  # fmt: skip


@cache
def pool(name: str) -> pa.Array:
    """The values of one pool, in their frozen order. Shape: one string a value, none NULL."""
    return pa.array(_file(f"{name}.txt").splitlines(), pa.string())


@cache
def version() -> str:
    """The version of all pools together; it is part of every receipt."""
    return str(json.loads(_file("manifest.json"))["version"])


def _file(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
