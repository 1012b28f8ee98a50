"""Which columns must be masked alike: those that foreign keys tie together, of one column or of several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from anonymizer.policies.schema import Schema

Place = tuple[str, str]


def families(schema: Schema) -> Mapping[Place, Sequence[Place]]:
    """Of every column its family, itself in it; the one that refers to no other comes first."""
    found: dict[Place, list[Place]] = {
        (table.name, column): [(table.name, column)]
        for table in schema.tables.values()
        for column in table.columns
    }
    referring: set[Place] = set()
    for table in schema.tables.values():
        for key in table.foreign_keys:
            pairs = zip(key.columns, key.parent_columns, strict=True)
            for mine, other in (((table.name, one), (key.parent, two)) for one, two in pairs):
                if mine in found and other in found and mine != other:
                    referring.add(mine)
                    _join(found, mine, other)
    return {place: sorted(family, key=referring.__contains__) for place, family in found.items()}


def _join(found: dict[Place, list[Place]], one: Place, other: Place) -> None:
    if found[one] is not found[other]:
        joined = found[other] + found[one]
        found.update(dict.fromkeys(joined, joined))
