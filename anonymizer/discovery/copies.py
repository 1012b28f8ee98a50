"""Which columns repeat the values of another one that is about persons. Pure: sketches and findings in."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Set
from dataclasses import replace

from anonymizer.discovery.facts import Finding, Kind
from anonymizer.discovery.sketches import Sketch, contained
from anonymizer.policies.schema import Schema

Place = tuple[str, str]

# Kinds of which every value tells whose it is: that two columns share first names or cities says nothing.
_TELLING: Set[Kind] = {
    "email", "phone", "pesel", "nip", "regon", "iban", "card", "login", "company", "full_name", "document",
    "address",
}  # fmt: skip
_ENOUGH = 0.9
_FEWEST = 30


def with_copies(
    schema: Schema, findings: Mapping[Place, Finding], sketches: Mapping[Place, Sketch]
) -> dict[Place, Finding]:
    """The findings, in which every copy says what it is a copy of, how sure that is, and why."""
    out = dict(findings)
    for copy in sketches:
        found = max(_originals(schema, findings, sketches, copy), key=lambda one: one[0], default=None)
        if found is not None:
            (confidence, _, _), original, reason = found
            out[copy] = replace(
                findings[copy], kind=findings[original].kind, confidence=confidence, reason=reason,
                copy_of=".".join(original),
            )  # fmt: skip
    return out


def _originals(
    schema: Schema, findings: Mapping[Place, Finding], sketches: Mapping[Place, Sketch], copy: Place
) -> Iterator[tuple[tuple[float, float, Place], Place, str]]:
    """What it may be a copy of, with what ranks it: confidence, then the population it comes from."""
    for original, sketch in sketches.items():
        if findings[original].kind not in _TELLING or copy == original:
            continue
        share, known = contained(sketches[copy], sketch)
        if share < _ENOUGH or known < _FEWEST or not _comes_first(schema, sketches, original, copy):
            continue
        confidence = round(max(0.0, share - 2 * math.sqrt(share * (1 - share) / known) - 3 / known), 2)
        said = f"{share:.0%} of its values stand in {'.'.join(original)} too (by {known} of them)"
        yield (confidence, sketch.distinct, original), original, said


def _comes_first(schema: Schema, sketches: Mapping[Place, Sketch], one: Place, other: Place) -> bool:
    """Of two columns with the same values the original has a key, or more values, or fewer repeats."""
    return _rank(schema, sketches, one) > _rank(schema, sketches, other)


def _rank(schema: Schema, sketches: Mapping[Place, Sketch], place: Place) -> tuple[bool, float, float, Place]:
    unique = (place[1],) in schema.tables[place[0]].unique.values()
    sketch = sketches[place]
    return unique, round(math.log(sketch.distinct + 1), 1), -sketch.values, place
