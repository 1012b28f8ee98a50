"""What a run may do in a target, and what it writes of itself there. Pure; every engine asks the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from anonymizer.policies.plan import Plan
from anonymizer.policies.policy import Policy
from anonymizer.pseudonyms.keys import Key
from foundation.errors import InputError, Refused
from foundation.receipts import Receipt, now

if TYPE_CHECKING:
    from anonymizer.proof.verification import Verification

_SAME = ("policy_hash", "schema", "key", "subset")


def begun(policy: Policy, plan: Plan, key: Key) -> Receipt:
    """The receipt of a run that begins now."""
    return Receipt(
        policy=f"{policy.name} {policy.version}", policy_hash=policy.hash, schema=plan.source.fingerprint,
        key=key.fingerprint(), started=now(),
    )  # fmt: skip


def ended(receipt: Receipt, rows: Mapping[str, int], seen: Verification) -> Receipt:
    """The receipt once all rows are there and were checked."""
    return judged(replace(receipt, tables=rows, finished=now(), complete=True), seen)


def judged(receipt: Receipt, seen: Verification) -> Receipt:
    """The receipt with what a check has found."""
    return replace(receipt, verified=seen.passes, searched=True, findings=seen.faults, noted=seen.noted)


def finished(found: Receipt | None, key: Key | None) -> Receipt:
    """The receipt of a finished copy. Raises Refused: there is none; InputError: it has another key."""
    if found is None or not found.complete:
        raise Refused("the target holds no finished copy", hint="run `peakproof anonymize run` first")
    if key is not None and key.fingerprint() != found.key:
        raise InputError("the target was not masked with this key", hint="name that key, or none")
    return found


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
