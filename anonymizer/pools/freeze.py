"""Makes the pools from Faker: `python -m anonymizer.pools.freeze VERSION`. No masking run calls it.

A new version changes every pseudonym that is chosen from a pool, so it is a release note, not a refresh.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import faker
from faker import Faker
from faker.providers.address.de_DE import Provider as GermanAddress
from faker.providers.address.pl_PL import Provider as Address
from faker.providers.company.de_DE import Provider as GermanCompany
from faker.providers.company.en_US import Provider as AmericanCompany
from faker.providers.company.pl_PL import Provider as Company
from faker.providers.lorem.pl_PL import Provider as Lorem
from faker.providers.person.de_DE import Provider as German
from faker.providers.person.en_US import Provider as American
from faker.providers.person.pl_PL import Provider as Person

_POSTCODES_PER_CITY = 12
_SENTENCES = 2000
# Of other countries: about as much as there is of Poland.
_STREETS, _TOWNS, _CODES = 600, 400, 6
_WORDS = re.compile(r"[^\W\d_]+( [^\W\d_]+)*")
_FEMININE = (("ski", "ska"), ("cki", "cka"), ("dzki", "dzka"))


def contents() -> dict[str, tuple[str, ...]]:
    """Every pool by name. The same Faker version always gives the same."""
    fake = Faker("pl_PL")
    fake.seed_instance(20261101)
    families = _unique((*Person.unisex_last_names, *Person.male_last_names))
    cities = _unique(Address.cities)
    named = {
        "first_names_male": _unique(Person.first_names_male),
        "first_names_female": _unique(Person.first_names_female),
        "last_names_male": families,
        "last_names_female": tuple(_feminine(name) for name in families),
        **_names("de_DE", German),
        **_names("en_US", American),
    }
    words = nameless(Lorem.word_list, [name for names in named.values() for name in names])
    return {
        **named,
        "company_prefixes": _unique(Company.company_prefixes),
        "company_suffixes": _unique(Company.company_suffixes),
        "streets": _unique(_streets()),
        "places": tuple(f"{fake.postcode()} {city}" for city in cities for _ in range(_POSTCODES_PER_CITY)),
        "sentences": _sentences(fake, words),
        **_places("de_DE", GermanAddress.cities),
        **_places("en_US", ()),
        "de_DE.company_suffixes": _unique(GermanCompany.company_suffixes),
        "en_US.company_suffixes": _unique(AmericanCompany.company_suffixes),
    }


def _places(locale: str, cities: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Streets, and postal codes with their places; where Faker lists no cities it makes them up."""
    fake = Faker(locale)
    fake.seed_instance(20261123)
    streets = _unique(fake.street_name() for _ in range(_STREETS))
    named = _unique(cities) or _unique(_american_place(fake) for _ in range(_TOWNS))
    codes = (f"{_code(fake, name)} {name}" for name in named for _ in range(_CODES))
    return {f"{locale}.streets": streets, f"{locale}.places": tuple(codes)}


def _american_place(fake: Faker) -> str:
    return f"{fake.city()}, {fake.state_abbr(include_territories=False)}"


def _code(fake: Faker, place: str) -> str:
    """A postal code; in the United States one of the place's own state."""
    _, comma, state = place.rpartition(", ")
    return str(fake.postcode_in_state(state) if comma else fake.postcode())


def _names(locale: str, person: type[German | American]) -> dict[str, tuple[str, ...]]:
    """The names of a country where both sexes have the same surnames."""
    return {
        f"{locale}.first_names_male": _unique(person.first_names_male),
        f"{locale}.first_names_female": _unique(person.first_names_female),
        f"{locale}.last_names": _unique(person.last_names),
    }


def text(values: Sequence[str]) -> bytes:
    """A pool as it stands in its file."""
    return ("\n".join(values) + "\n").encode()


def digests(pools: dict[str, tuple[str, ...]]) -> dict[str, str]:
    """SHA-256 of every pool's file."""
    return {name: hashlib.sha256(text(values)).hexdigest() for name, values in pools.items()}


def write(folder: Path, version: str) -> None:
    """Writes the pools and their manifest into `folder`."""
    pools = contents()
    for name, values in pools.items():
        (folder / f"{name}.txt").write_bytes(text(values))
    manifest = {"version": version, "faker": faker.VERSION, "sha256": digests(pools)}
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def _streets() -> Iterable[str]:
    for name in (*Address.streets_adjective_feminine, *Address.streets_universal):
        yield f"ul. {name}"
    for name in Address.streets_universal:
        yield f"al. {name}"


def nameless(words: Iterable[str], names: Iterable[str]) -> list[str]:
    """The words of which no part is somebody's name, in lower case, without digits, dots and signs.

    What begins with a capital is left out: it may be a name that no list here has.
    """
    parts = {part.casefold() for name in names for part in re.split(r"[\s-]+", name)}
    plain = (word for word in words if word.islower() and _WORDS.fullmatch(word))
    return [word for word in dict.fromkeys(plain) if parts.isdisjoint(word.casefold().split())]


def _sentences(fake: Faker, words: Sequence[str]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    while len(found) < _SENTENCES:
        found.setdefault(fake.sentence(nb_words=8, ext_word_list=words).capitalize())
    return tuple(sorted(found))


def _feminine(name: str) -> str:
    for masculine, feminine in _FEMININE:
        if name.endswith(masculine):
            return name.removesuffix(masculine) + feminine
    return name


def _unique(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({value.strip() for value in values}))


if __name__ == "__main__":
    write(Path(__file__).parent, sys.argv[1])
