"""The kinds of secrets. One more is one module, its line below and in `SecretRef`, its test and page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from graphlib import TopologicalSorter

from environments.secrets import authority, certificate, given, password
from environments.secrets.authority import AUTHORITY, TRUST
from environments.secrets.kind import Making, SecretKind
from environments.topology import SecretRef
from foundation.secrets import Secret

__all__ = ["AUTHORITY", "KINDS", "TRUST", "Making", "SecretKind", "completed", "kept_apart", "made"]

KINDS: Mapping[str, SecretKind] = {
    "authority": authority.KIND,
    "certificate": certificate.KIND,
    "given": given.KIND,
    "password": password.KIND,
    "trust": authority.TRUST_KIND,
}


def completed(refs: Iterable[SecretRef]) -> tuple[SecretRef, ...]:
    """Each secret once, and with each what it is made from."""
    found: dict[str, SecretRef] = {}
    waiting = list(refs)
    while waiting:
        ref = waiting.pop(0)
        if ref.name not in found:
            found[ref.name] = ref
            waiting += KINDS[ref.kind].needs
    return tuple(found.values())


def made(refs: Iterable[SecretRef], kept: Mapping[str, Secret], making: Making) -> dict[str, Secret]:
    """The value of every secret: what was kept while it holds, else a new one. `refs` are complete."""
    by_name = {ref.name: ref for ref in refs}
    values: dict[str, Secret] = {}
    needs = {ref.name: [need.name for need in KINDS[ref.kind].needs] for ref in by_name.values()}
    for name in TopologicalSorter(needs).static_order():
        values[name] = _value(by_name[name], kept.get(name), replace(making, made=values))
    return {name: values[name] for name in by_name}


def _value(ref: SecretRef, kept: Secret | None, making: Making) -> Secret:
    kind = KINDS[ref.kind]
    return kept if kept is not None and kind.holds(ref, kept, making) else kind.make(ref, making)


def kept_apart(refs: Iterable[SecretRef]) -> tuple[str, ...]:
    """The names of those that no node is given."""
    return tuple(ref.name for ref in refs if KINDS[ref.kind].apart)
