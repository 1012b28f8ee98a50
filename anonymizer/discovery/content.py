"""What values say: the share of them that is well formed as one kind or another. Quotes no value."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache

from anonymizer.discovery import checksums
from anonymizer.discovery.facts import Kind
from anonymizer.discovery.naming import listed
from anonymizer.pools import pool

# What is believed without any name: at least that share of at least FEW different values.
ENOUGH: Mapping[Kind, float] = {
    "email": 0.6,
    "iban": 0.6,
    "pesel": 0.6,
    "nip": 0.7,
    "regon": 0.7,
    "card": 0.8,
    "document": 0.7,
    "ip": 0.8,
    "phone": 0.8,
    "full_name": 0.5,
    "first_name": 0.6,
    "last_name": 0.6,
    "company": 0.5,
    "address": 0.6,
    "street": 0.6,
    "postal_code": 0.9,
    "city": 0.6,
}
FEW = 3

_SHAPES: Mapping[Kind, re.Pattern[str]] = {
    "pesel": re.compile(r"[0-9]{11}"),
    "nip": re.compile(r"[A-Z]{0,3}[0-9]{8,12}[A-Z]?"),
    "regon": re.compile(r"[0-9]{9}([0-9]{5})?"),
    "iban": re.compile(r"([A-Z]{2})?[0-9]{8,30}"),
}
_EMAIL = re.compile(r"[^@\s/:;,<>()]+@[^@\s/:;,<>()]+\.[^@\s/:;,<>().]+")
_PHONE = re.compile(r"(\+|00)[0-9][0-9 ()./-]{7,18}|\(?[0-9]{2,3}\)?([ -][0-9]{2,4}){2,4}(x[0-9]+)?")
_STREET = re.compile(
    r"(ul|al|pl|os|ulica|aleja|plac)\.? .+|[0-9]+ .+ (Street|St|Road|Rd|Avenue|Ave|Lane)\.?", re.I
)
_POSTAL = re.compile(r"[0-9]{2}-[0-9]{3}")
_POSTAL_INSIDE = re.compile(r"\b[0-9]{2}-[0-9]{3} \w|, [A-Z]{2} [0-9]{5}\b")
_COMPANY = re.compile(
    r"\b(sp\. ?z ?o\. ?o\.?|s\.a\.|sp\. ?[jk]\.|gmbh|ltd\.?|inc\.?|llc|plc|s\.c\.)(?=\s|,|$)", re.I
)
# Two to four words with a capital, of which one may be a letter: Nora Quist, J. R. Hill.
_CALLED = re.compile(r"[^\W\d_a-z][\w'.-]*(?:,? (?:[a-z]{2,3} )?[^\W\d_a-z][\w'.-]*){1,3}")


def shares(values: Sequence[str]) -> Mapping[Kind, float]:
    """The share of the different values that each kind accepts, in the order in which kinds are believed."""
    different = sorted({value.strip() for value in values if value.strip()})
    if not different:
        return {}
    return {kind: sum(map(test, different)) / len(different) for kind, test in _tests().items()}


def has_shape(kind: Kind, values: Sequence[str]) -> bool:
    """Whether most values look like it but for the check digits: mistyped, foreign, invented."""
    shape = _SHAPES.get(kind)
    different = {re.sub(r"[\s./-]", "", value) for value in values}
    return shape is not None and sum(bool(shape.fullmatch(value)) for value in different) > 0.5 * len(
        different
    )


def is_prose(values: Sequence[str]) -> bool:
    """Sentences that hardly repeat."""
    different = set(values)
    long = sum(len(value.split()) >= 4 for value in different)
    return len(different) >= FEW and len(different) > 0.6 * len(values) and long >= 0.5 * len(different)


def are_called(values: Sequence[str]) -> bool:
    """Whether most are written like names of persons, whatever language those are of."""
    different = {value.strip() for value in values} - {""}
    called = sum(bool(_CALLED.fullmatch(value)) for value in different)
    return len(different) >= FEW and called > 0.5 * len(different)


def _tests() -> Mapping[Kind, Callable[[str], bool]]:
    return {
        "email": lambda value: bool(_EMAIL.fullmatch(value)),
        "iban": checksums.is_iban,
        "pesel": checksums.is_pesel,
        "card": checksums.is_card,
        "nip": checksums.is_nip,
        "regon": checksums.is_regon,
        "document": checksums.is_document,
        "ip": _is_ip,
        "postal_code": lambda value: bool(_POSTAL.fullmatch(value)),
        "phone": lambda value: bool(_PHONE.fullmatch(value)),
        "company": lambda value: bool(_COMPANY.search(value)),
        "address": lambda value: bool(_POSTAL_INSIDE.search(value)),
        "street": lambda value: bool(_STREET.fullmatch(value)),
        "full_name": _is_full_name,
        "first_name": lambda value: value.casefold() in _first_names(),
        "last_name": lambda value: value.casefold() in _last_names(),
        "city": lambda value: value.casefold() in _cities(),
    }


def _is_ip(value: str) -> bool:
    try:
        ipaddress.ip_interface(value)
    except ValueError:
        return False
    return "." in value or ":" in value


def _is_full_name(value: str) -> bool:
    parts = value.replace(",", " ").casefold().split()
    if not 2 <= len(parts) <= 4 or any(char.isdigit() for char in value):
        return False
    return any(part in _first_names() for part in parts) and any(
        part in _last_names() or part not in _first_names() for part in parts
    )


@cache
def _first_names() -> frozenset[str]:
    more = listed("english_first_names") | listed("polish_first_names")
    return _all("first_names_male", "first_names_female") | more


@cache
def _last_names() -> frozenset[str]:
    return _all("last_names_male", "last_names_female")


@cache
def _cities() -> frozenset[str]:
    return frozenset(str(place).partition(" ")[2].casefold() for place in pool("places").to_pylist())


def _all(*names: str) -> frozenset[str]:
    return frozenset(str(value).casefold() for name in names for value in pool(name).to_pylist())
