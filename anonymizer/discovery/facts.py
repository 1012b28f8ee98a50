"""What is known of a column before it is judged, and what is proposed for it. Values only; reads nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from anonymizer.policies.schema import Column, Table

Kind = Literal[
    "email",
    "phone",
    "pesel",
    "nip",
    "regon",
    "iban",
    "card",
    "first_name",
    "last_name",
    "full_name",
    "login",
    "company",
    "street",
    "postal_code",
    "city",
    "address",
    "birth_date",
    "ip",
    "mac",
    "document",
    "trait",
    "secret",
    "free",
    "json",
    "keyed",  # a document, or an object in one, whose keys may be somebody's
    "none",
]


@dataclass(frozen=True, kw_only=True)
class Facts:
    """A column of a table and some of its values, as text, none NULL."""

    table: Table
    column: Column
    values: Sequence[str] = field(default=(), repr=False)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a column, or a place in a document, seems to hold. `confidence` is between 0 and 1."""

    kind: Kind
    confidence: float
    reason: str
    paths: Mapping[str, Finding] = field(default_factory=dict)
    # TABLE.COLUMN whose values it repeats.
    copy_of: str = ""

    @property
    def personal(self) -> bool:
        return self.kind != "none"
