"""Which rule is proposed for a column: the first of its kind's to which `check` has nothing to say. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from anonymizer.discovery.facts import Finding, Kind
from anonymizer.policies.fitting import objections
from anonymizer.policies.policy import Class, Rule
from anonymizer.policies.schema import Column, Table
from anonymizer.transforms import DROP, KEEP
from anonymizer.transforms import JSON as JSON_RULE
from anonymizer.transforms.base import JSON

# kind -> (transform, class)
_RULES: Mapping[Kind, tuple[str, Class]] = {
    "email": ("email", "identifying"),
    "phone": ("phone", "identifying"),
    "pesel": ("pesel", "identifying"),
    "nip": ("nip", "identifying"),
    "regon": ("regon", "identifying"),
    "iban": ("iban", "identifying"),
    "card": ("scramble", "identifying"),
    "first_name": ("first_name", "common"),
    "last_name": ("last_name", "common"),
    "full_name": ("full_name", "identifying"),
    "login": ("login", "identifying"),
    "company": ("company", "identifying"),
    "street": ("street", "common"),
    "postal_code": ("postal_code", "common"),
    "city": ("city", "common"),
    "address": ("address", "identifying"),
    "birth_date": ("shift_date", "sensitive"),
    "ip": ("ip", "identifying"),
    "mac": ("mac", "identifying"),
    "document": ("scramble", "identifying"),
    "trait": ("suppress", "sensitive"),
    "secret": ("scramble", "sensitive"),
    "free": ("regenerate", "free"),
    "keyed": ("drop", "free"),
}
_OF_A_PERSON = frozenset({"first_name", "last_name", "full_name", "login", "pesel"})
_OF_A_PLACE = frozenset({"street", "postal_code", "city", "address"})
# A copy of such a value is the same pseudonym only under the same options: one unique column decides for all.
ALIKE: frozenset[Kind] = frozenset({"email", "login"})
# A proposal is to fit when the tables have grown, and the server only guesses how many rows they have; of a
# table that it never counted, it guesses none.
_GROWN = 1.5
_UNKNOWN = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a rule is to stand: columns that foreign keys tie together, what they hold, and beside what."""

    columns: Sequence[tuple[Table, Column]]
    finding: Finding
    person: str | None = None  # the column that says who a row is about
    row: str | None = None  # the column that tells rows apart
    unique: bool = False  # results must differ: by an index, or as this kind's do elsewhere
    numbered: bool = False  # beside it stands the PESEL of the person whom the row is given

    @property
    def can_be_null(self) -> bool:
        return len(self.columns) == 1 and self.columns[0][1].nullable


def chosen(place: Place) -> tuple[Rule, str]:
    """The rule, and what somebody must decide who reads it; "": nothing."""
    if not place.finding.personal:
        return Rule(transform=KEEP), ""
    for rule in _candidates(place):
        if not any(_misfits(place, rule)):
            stays = rule.transform == JSON_RULE and place.finding.kind == "keyed"
            return rule, "DECIDE: the keys of its documents stay as they are" if stays else ""
    told = "DECIDE: it cannot be null and no transform fits, so it is kept as it is"
    is_oid = any(column.base == "oid" for _, column in place.columns)
    return _rule(KEEP, "common") if is_oid else Rule(transform=KEEP), told


def inside(kind: Kind, *, unique: bool) -> Rule:
    """The rule of a place in a document. Raises KeyError: of what is nobody's."""
    name, class_ = _RULES[kind]
    if name == DROP:
        return Rule(transform=DROP)
    options = {"unique": True} if unique and kind in ALIKE else {}
    return _rule(name, class_, domain="person" if kind == "email" else None, options=options)


def written(rule: Rule) -> str:
    """A rule as a line of YAML."""
    if rule.class_ is None:
        return rule.transform
    said = {
        "transform": rule.transform,
        "class": rule.class_,
        **({"scope": rule.scope} if rule.entity else {}),
        **({"domain": rule.domain} if rule.domain else {}),
        **({"options": _flow(rule.options)} if rule.options else {}),
        **(
            {"paths": _flow({path: inner.transform for path, inner in rule.paths.items()})}
            if rule.paths
            else {}
        ),
    }
    return _flow(said)


def _flow(said: Mapping[str, object]) -> str:
    values = {key: str(value).lower() if isinstance(value, bool) else value for key, value in said.items()}
    return "{" + ", ".join(f"{key}: {value}" for key, value in values.items()) + "}"


def _candidates(place: Place) -> Iterator[Rule]:
    kind = place.finding.kind
    _, class_ = _RULES[kind]
    if kind == "trait":
        yield _rule("relabel", class_)
        if any(column.checked for _, column in place.columns):
            return  # nobody can see here what the CHECK lets through
    elif kind != "keyed":
        yield from _of_kind(place)
        yield _rule("scramble", class_)
        yield _rule("scramble", class_, options={"unique": True})
    if place.can_be_null and kind != "trait":
        yield Rule(transform=DROP)
    if all(column.base in JSON for _, column in place.columns):
        # No document was seen: whatever stands there becomes null.
        yield _rule("json", class_, paths={"$.unseen": Rule(transform=DROP)})
    yield _rule("noise", class_)
    yield _rule("suppress", class_)


def _of_kind(place: Place) -> Iterator[Rule]:
    """The kind's own transform, belonging to whom the row is about if it can."""
    kind = place.finding.kind
    if kind == "birth_date" and place.numbered:  # forms compare it with the PESEL
        yield _rule("birth_date", "sensitive", scope=f"entity({place.person})", domain="person")
    name, class_ = _RULES[kind]
    options = _kind_options(place)
    if kind == "email":
        yield _rule(name, class_, domain="person", options=options)
        return
    entity = None if place.unique else _entity(place)
    if entity is not None:
        domain = "person" if kind in _OF_A_PERSON else None
        yield _rule(name, class_, scope=f"entity({entity})", domain=domain, options=options)
    yield _rule(name, class_, options=options)


def _kind_options(place: Place) -> dict[str, int | bool]:
    limits = [column.limit for _, column in place.columns if column.limit is not None]
    if place.finding.kind in ALIKE and place.unique:
        return {"unique": True}
    if place.finding.kind == "free" and limits:
        return {"longest": min(limits)} if min(limits) >= 20 else {}
    return {}


def _entity(place: Place) -> str | None:
    kind = place.finding.kind
    if place.columns[0][1].slot.is_array:
        return None
    column = place.person if kind in _OF_A_PERSON else place.row if kind in _OF_A_PLACE else None
    plain = column is not None and re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", column)
    return column if plain else None


def _rule(
    name: str,
    class_: Class,
    *,
    scope: str = "value",
    domain: str | None = None,
    options: Mapping[str, int | bool] | None = None,
    paths: Mapping[str, Rule] | None = None,
) -> Rule:
    said: dict[str, object] = {"transform": name, "class": class_, "scope": scope, "domain": domain}
    return Rule.model_validate({**said, "options": dict(options or {}), "paths": dict(paths or {})})


def _misfits(place: Place, rule: Rule) -> Iterator[str]:
    for table, column in place.columns:
        if not column.generated:
            grown = replace(table, rows=int(table.rows * _GROWN) or _UNKNOWN)
            yield from (what for what, _ in objections(grown, column, rule))
