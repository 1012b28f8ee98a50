"""Whether a run goes on in a target or begins, and whether it may. Pure; every engine asks the same."""

from __future__ import annotations

from collections.abc import Sequence

from foundation.errors import Refused
from foundation.receipts import Receipt

_SAME = ("policy_hash", "schema", "key", "subset")


def goes_on(found: Receipt | None, wanted: Receipt, *, under_way: bool) -> bool:
    """Whether the target holds a part of the very same run: policy, schema, key and part are equal."""
    if found is None or found.complete or not under_way:
        return False
    return all(getattr(found, name) == getattr(wanted, name) for name in _SAME)


def refuse_full(full: Sequence[str], *, under_way: bool, replace_rows: bool) -> None:
    """Raises Refused where tables hold rows that nobody said could go."""
    if full and not replace_rows:
        part = " (a part of a run with another policy, schema or key)" if under_way else ""
        hint = "give an empty target, or --replace to remove what is there"
        raise Refused(f"the target is not empty: {', '.join(full)}{part}", hint=hint)


def another_run() -> Refused:
    """Somebody else writes into the target."""
    hint = "wait for it, or end it: the same command goes on where it stopped"
    return Refused("another run is writing into the target", hint=hint)
