"""The transforms by name. One more is one file, one line here, its test and its row in the docs."""

from __future__ import annotations

from collections.abc import Mapping

from anonymizer.transforms import address, company, dates, identifiers, permuted, persona, phone, shape, text
from anonymizer.transforms.base import Transform

# The transform whose results a sequence does not reach.
INTEGER_KEY = "integer_key"
TRANSFORMS: Mapping[str, Transform] = {
    "address": address.ADDRESS,
    "city": address.CITY,
    "company": company.COMPANY,
    "email": persona.EMAIL,
    "first_name": persona.FIRST_NAME,
    "full_name": persona.FULL_NAME,
    "iban": identifiers.IBAN,
    INTEGER_KEY: permuted.INTEGER_KEY,
    "last_name": persona.LAST_NAME,
    "login": persona.LOGIN,
    "nip": identifiers.NIP,
    "pesel": identifiers.PESEL,
    "phone": phone.PHONE,
    "postal_code": address.POSTAL_CODE,
    "regenerate": text.REGENERATE,
    "regon": identifiers.REGON,
    "scramble": shape.SCRAMBLE,
    "shift_date": dates.SHIFT,
    "street": address.STREET,
    "uuid": permuted.UUID,
}
# What a name means instead where it is about a person and not about the number itself.
_OF_ENTITIES: Mapping[str, Transform] = {"pesel": persona.PERSONA_PESEL}

KEEP, DROP, JSON, INHERIT = "keep", "drop", "json", "inherit"
WORDS = (KEEP, DROP, JSON, INHERIT)


def transform(name: str, scope: str) -> Transform:
    """The transform of that name under that scope ("value" or "entity"). Raises KeyError."""
    return (_OF_ENTITIES.get(name) if scope == "entity" else None) or TRANSFORMS[name]
