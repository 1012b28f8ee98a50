"""Applies a rule the way a run does: canonical form, subject, NULL and empty kept in place."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from anonymizer.masks.masking import leaf_mask
from anonymizer.policies.policy import Rule
from anonymizer.pseudonyms.keys import Key
from anonymizer.transforms.base import Slot

KEY = Key(bytes(range(32)))
Texts = Sequence[str | None]


def mask(
    transform: str,
    values: Texts,
    *,
    of: Texts | None = None,
    key: Key = KEY,
    domain: str = "test",
    options: dict[str, str | int | float | bool] | None = None,
    slot: Slot = Slot(),  # noqa: B008 - frozen
) -> list[str | None]:
    """The masked values; `of` are the entities they are about."""
    rule = Rule.model_validate({
        "transform": transform, "class": "identifying", "options": options or {},
        "scope": "value" if of is None else "entity(who)",
    })  # fmt: skip
    entities = None if of is None else pa.array(of, pa.string())
    found: list[str | None] = leaf_mask(rule, key, domain, slot)(
        pa.array(values, pa.string()), entities
    ).to_pylist()
    return found
