"""What a column seems to hold, from type, name and values. Pure: the same facts, the same finding."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import get_args

from anonymizer.discovery import content, inside, naming, nested, packed
from anonymizer.discovery.facts import Facts, Finding, Kind
from anonymizer.transforms.base import DATES, JSON, NUMBERS, TEXT

# Of kinds with a strict form: what a name claims and (nearly) no value shows is not there.
_STRICT: frozenset[Kind] = frozenset({"email", "iban", "pesel", "nip", "regon", "ip"})
_REFUTED = 0.2
# More than this share of values is most of them.
_MOST = 0.5
# How sure it is that a column is nobody's of which no value was seen.
_UNSEEN = 0.3
# Kinds that even a single value shows: hardly anything else is formed like that by chance.
_UNMISTAKABLE: frozenset[Kind] = frozenset({"email", "iban", "pesel"})
_NUMBERS = frozenset({"bigint", "integer", "numeric", "smallint"})
# Types that hold numbers, times or places, and no text.
_WITHOUT_TEXT = frozenset({
    *NUMBERS, *DATES, "boolean", "uuid", "money", "interval", "time without time zone",
    "time with time zone", "bit", "bit varying", "set", "point", "line", "lseg", "box", "path", "polygon",
    "circle",
    "int4range", "int8range", "numrange", "daterange", "tsrange", "tstzrange", "int4multirange",
    "int8multirange", "nummultirange", "datemultirange", "tsmultirange", "tstzmultirange",
})  # fmt: skip
_AS_NUMBERS = frozenset({"pesel", "nip", "regon", "iban", "card", "phone", "document"})
_KINDS: Mapping[str, Kind] = {kind: kind for kind in get_args(Kind)}


def judge(facts: Facts) -> Finding:
    """The finding for one column."""
    base = facts.column.base
    # A schema is called after a part of the business, not after what a row is.
    places = (facts.table.relation,)
    if base in JSON:
        return _document(facts, places)
    if base in DATES:
        return _dated(facts.column.name)
    if base in {"inet", "cidr"}:
        return Finding(kind="ip", confidence=0.9, reason=f"type {base}: a network address")
    if base in {"macaddr", "macaddr8"}:
        return Finding(kind="mac", confidence=0.9, reason=f"type {base}: a device's address")
    if base in _NUMBERS:
        return _numbered(facts)
    if base == "oid":
        reason = "may name a large object, and those are never copied"
        return Finding(kind="free", confidence=0.5, reason=reason)
    if base == "bytea":
        return _bytes(facts.column.name)
    if base.removesuffix("[]") in TEXT and base.endswith("[]"):
        return judged(facts.column.name, places, nested.elements(facts.values))
    if facts.column.slot.is_hstore:
        return Finding(kind="free", confidence=0.8, reason="texts by key")
    if base == "tsvector":
        return Finding(kind="free", confidence=0.8, reason="words of other columns")
    if facts.column.labels and naming.said(facts.column.name) == "trait":
        return Finding(kind="trait", confidence=0.8, reason="its name")
    if base.removesuffix("[]") in _WITHOUT_TEXT or facts.column.labels:
        return Finding(kind="none", confidence=0.9, reason=f"type {facts.column.type}")
    if base not in TEXT:
        return Finding(kind="free", confidence=0.5, reason=f"type {facts.column.type}: may hold texts")
    found = judged(facts.column.name, places, facts.values)
    if not found.personal and _is_by_key(facts):
        return Finding(kind="free", confidence=0.5, reason="values by key: any row may hold something else")
    return found


def judged(name: str, places: Sequence[str], values: Sequence[str]) -> Finding:
    """The finding for text of that name; `places` are what it stands in, nearest first."""
    shares = content.shares(values)
    found = _judged(name, places, values, shares)
    inner = inside.share(values)
    if not found.personal and inner > _MOST:
        reason = f"{_percent(inner, values)} contain an address or a number"
        return Finding(kind="free", confidence=0.8, reason=reason)
    if not found.personal and not any(values):
        reason = "not looked at: no sampled row has a value, and its name tells of no person"
        return Finding(kind="none", confidence=_UNSEEN, reason=reason)
    return found if found.personal else _packed(name, places, values) or found


def _packed(name: str, places: Sequence[str], values: Sequence[str]) -> Finding | None:
    """The finding for values that say something once they are decoded, or are digests of something."""
    share = packed.share_of_digests(values)
    if share > _MOST:
        reason = f"{_percent(share, values)} look like hashes: whoever guesses what they are of can tell"
        return Finding(kind="none", confidence=_UNSEEN, reason=reason)
    texts = packed.texts(values)
    inner = judged(name, places, texts) if len(texts) > _MOST * len({*values}) else None
    if inner is None or not inner.personal:
        return None
    return Finding(kind="free", confidence=0.8, reason=f"in base64 or hexadecimal: {inner.reason}")


def _judged(name: str, places: Sequence[str], values: Sequence[str], shares: Mapping[Kind, float]) -> Finding:
    """By its name and by what most values are as a whole."""
    named = _resolved(naming.said(name), naming.about([name, *places]), values)
    seen = next((kind for kind, share in shares.items() if _enough(kind, share, values)), None)
    thing = _is_about_thing(name, places)
    if named is None and seen in {"first_name", "last_name", "city", "street"} and thing:
        seen = None
    if seen is not None and (named is None or named == seen or seen in _STRICT or named == "free"):
        also = f" and the name says {named}" if named == seen else ""
        agreed = 0.99 if named == seen else 0.9
        return Finding(
            kind=seen, confidence=agreed, reason=f"{_percent(shares[seen], values)} look like it{also}"
        )
    if named is not None:
        return _by_name(named, shares, values)
    if naming.about([name]) == "person" and content.are_called(values):
        reason = f"its name says who, and most of {len(set(values))} sampled values are written like names"
        return Finding(kind="full_name", confidence=0.7, reason=reason)
    if content.is_prose(values) and not thing:
        return Finding(kind="free", confidence=0.6, reason="sentences that hardly repeat")
    return Finding(kind="none", confidence=0.8, reason="neither name nor values tell of a person")


def _resolved(said: str | None, about: naming.About, values: Sequence[str]) -> Kind | None:
    if said == "name":
        by_place: Mapping[str, Kind] = {"person": "full_name", "company": "company"}
        return by_place.get(about)
    if said == "maybe_free":
        return (
            "free"
            if about != "thing" and (len(set(values)) < content.FEW or content.is_prose(values))
            else None
        )
    if said == "city" and about == "thing":
        return None
    return _KINDS.get(said) if said else None


def _is_about_thing(name: str, places: Sequence[str]) -> bool:
    return naming.about([name, *places]) == "thing"


def _enough(kind: Kind, share: float, values: Sequence[str]) -> bool:
    return share >= content.ENOUGH[kind] and (kind in _UNMISTAKABLE or len(set(values)) >= content.FEW)


def _by_name(named: Kind, shares: Mapping[Kind, float], values: Sequence[str]) -> Finding:
    if not values:
        return Finding(kind=named, confidence=0.6, reason="its name; there are no values to look at")
    if (
        named in _STRICT
        and shares.get(named, 0) < _REFUTED
        and len(set(values)) >= content.FEW
        and not content.has_shape(named, values)
    ):
        reason = f"its name says {named}, but {_percent(shares.get(named, 0), values)} look like it"
        return Finding(kind="none", confidence=0.6, reason=reason)
    if named == "free" and len(set(values)) < content.FEW and not content.is_prose(values):
        return Finding(kind="free", confidence=0.5, reason="its name; too few values to tell")
    share = shares.get(named)
    seen = "" if share is None else f"; {_percent(share, values)} look like it"
    return Finding(kind=named, confidence=0.8, reason=f"its name{seen}")


def _is_by_key(facts: Facts) -> bool:
    """Whether rows are pairs of a key and a value, as settings and attributes are kept."""
    words = set(naming.words(facts.column.name))
    others = [name for name in facts.table.columns if name != facts.column.name]
    beside = {word for name in others for word in naming.words(name)}
    return words <= naming.listed("values") and not beside.isdisjoint(naming.listed("keys"))


def _dated(name: str) -> Finding:
    if naming.said(name) == "birth_date":
        return Finding(kind="birth_date", confidence=0.95, reason="its name, and it is a date")
    return Finding(kind="none", confidence=0.8, reason="a date that its name does not tie to a person")


def _numbered(facts: Facts) -> Finding:
    """Identifiers that somebody keeps as numbers; leading zeros are lost then."""
    named = naming.said(facts.column.name)
    if named is not None and named in _AS_NUMBERS:
        return Finding(kind=_KINDS[named], confidence=0.8, reason=f"its name, kept as {facts.column.type}")
    padded = [value.zfill(11) for value in facts.values if len(value) in (10, 11)]
    share = content.shares(padded).get("pesel", 0.0) * len(padded) / max(1, len(facts.values))
    if _enough("pesel", share, facts.values):
        return Finding(kind="pesel", confidence=0.9, reason=f"{_percent(share, facts.values)} look like it")
    return Finding(
        kind="none", confidence=0.8, reason=f"{facts.column.type}, and its name tells of no person"
    )


def _bytes(name: str) -> Finding:
    parts = {
        "photo",
        "zdjecie",
        "image",
        "scan",
        "skan",
        "signature",
        "podpis",
        "avatar",
        "fingerprint",
        "attachment",
    }
    if parts & set(naming.words(name)) or naming.said(name):
        return Finding(kind="free", confidence=0.8, reason="its name, and nobody can look inside")
    return Finding(kind="free", confidence=0.5, reason="bytes: nobody can look inside")


def _document(facts: Facts, around: Sequence[str]) -> Finding:
    if not facts.values:
        return Finding(kind="free", confidence=0.5, reason="not looked at: there is no document to look at")
    found = nested.places(facts.values)
    paths = {
        path: judged(keys[-1] if keys else "", (*reversed(keys[:-1]), facts.column.name, *around), texts)
        for path, (keys, texts) in found.texts.items()
    }
    personal = sum(finding.personal for finding in paths.values())
    reason = "; ".join(_said_of(found, personal))
    keyed = Finding(kind="keyed", confidence=0.8, reason="its keys may be somebody's")
    if "$" in found.lists:
        return keyed
    paths |= dict.fromkeys(sorted(found.lists), keyed)
    if not (personal or found.cut or found.unnamed or found.lists):
        return Finding(kind="none", confidence=0.8, reason=reason)
    best = max((finding.confidence for finding in paths.values() if finding.personal), default=0.5)
    return Finding(kind="json", confidence=best, reason=reason, paths=paths)


def _said_of(found: nested.Places, personal: int) -> Iterator[str]:
    named = len(found.texts)
    yield f"{personal} of {named} places about a person" if personal else f"{named} places, no person in any"
    if found.unnamed:
        yield f"{found.unnamed} more that no path can name become null"
    if found.cut:
        yield f"not looked into {found.cut} long documents: what stands in no other becomes null"


def _percent(share: float, values: Sequence[str]) -> str:
    return f"{share:.0%} of {len(set(values))} sampled values"
