"""The transforms by name. One more is one file, one line here, its test and its row in the docs."""

from __future__ import annotations

from collections.abc import Mapping

from anonymizer.transforms import (
    address,
    amounts,
    card,
    company,
    dates,
    generalise,
    identifiers,
    labels,
    network,
    own,
    permuted,
    person_facts,
    persona,
    phone,
    raw,
    redact,
    shape,
    suppress,
    text,
    totals,
)
from anonymizer.transforms.base import Transform

# The transforms whose results are spread evenly; those of the first, no sequence reaches.
INTEGER_KEY = "integer_key"
UUID = "uuid"
TRANSFORMS: Mapping[str, Transform] = {
    "address": address.ADDRESS,
    "birth_date": person_facts.BIRTH_DATE,
    "card": card.CARD,
    "city": address.CITY,
    "company": company.COMPANY,
    "email": persona.EMAIL,
    "first_name": persona.FIRST_NAME,
    "full_name": persona.FULL_NAME,
    "generalise": generalise.GENERALISE,
    "iban": identifiers.IBAN,
    INTEGER_KEY: permuted.INTEGER_KEY,
    "ip": network.IP,
    "last_name": persona.LAST_NAME,
    "login": persona.LOGIN,
    "mac": network.MAC,
    "nip": identifiers.NIP,
    "noise": raw.NOISE,
    "perturb": amounts.PERTURB,
    "pesel": identifiers.PESEL,
    "phone": phone.PHONE,
    "postal_code": address.POSTAL_CODE,
    "redact": redact.REDACT,
    "regenerate": text.REGENERATE,
    "regon": identifiers.REGON,
    "relabel": labels.RELABEL,
    "scramble": shape.SCRAMBLE,
    "sex": person_facts.SEX,
    "shift_date": dates.SHIFT,
    "street": address.STREET,
    "suppress": suppress.SUPPRESS,
    "total": totals.TOTAL,
    UUID: permuted.UUID,
}
# What a name means instead where it is about a person and not about the number itself.
_OF_ENTITIES: Mapping[str, Transform] = {"pesel": persona.PERSONA_PESEL}

KEEP, DROP, JSON, INHERIT, COMPOSITE = "keep", "drop", "json", "inherit", "composite"
WORDS = (KEEP, DROP, JSON, INHERIT, COMPOSITE)
# What has values at paths.
STRUCTURED = (JSON, COMPOSITE)


def transform(name: str, scope: str) -> Transform:
    """The transform of that name under that scope ("value" or "entity").

    Raises KeyError; InputError: a user's own one that cannot be loaded.
    """
    built_in = (_OF_ENTITIES.get(name) if scope == "entity" else None) or TRANSFORMS.get(name)
    return built_in or own.own(name)


def known(*words: str) -> tuple[str, ...]:
    """Every name that may stand as a transform: these words, ours, and those that are installed."""
    return (*words, *TRANSFORMS, *own.names())
