"""A user's own transforms: functions that an installed distribution names in the group peakproof.transforms.

Their results are checked and nothing else is trusted: they see every different value once, never a row.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.metadata import EntryPoint, entry_points

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel

from anonymizer.pseudonyms.keys import Key
from anonymizer.transforms.base import Mask, Slot, Transform, among, exact, holding
from anonymizer.transforms.results import UNKNOWN
from foundation.errors import InputError

GROUP = "peakproof.transforms"
# 32 secret bytes of their own, and different texts -> as many texts.
OwnTransform = Callable[[bytes, pa.Array], pa.Array]


@cache
def names() -> tuple[str, ...]:
    """Those that are installed. A name has a dot, so that none is ever taken for one of ours."""
    return tuple(sorted({entry.name for entry in entry_points(group=GROUP) if "." in entry.name}))


def version(name: str) -> str:
    """The distribution that brings it, with its version: another version may mask otherwise."""
    found = _entry(name).dist
    return f"{found.name} {found.version}" if found else "unknown"


@cache
def own(name: str) -> Transform:
    """The installed transform of that name. Raises KeyError: none; InputError: it cannot be loaded."""
    function = _loaded(name)

    def bind(_options: BaseModel, slot: Slot) -> Mask:
        return lambda key, subjects, _values: _masked(name, function, key, subjects, slot)

    return Transform(
        summary=f"what {version(name)} makes of it", bind=bind, family=name, canonical=exact,
        longest=lambda _: None, results=among(1), holds=holding(UNKNOWN),
    )  # fmt: skip


def _entry(name: str) -> EntryPoint:
    found = [entry for entry in entry_points(group=GROUP) if entry.name == name and "." in name]
    if not found:
        raise KeyError(name)
    if len(found) > 1:
        both = " and ".join(sorted(entry.dist.name if entry.dist else "?" for entry in found))
        raise InputError(f"the transform {name} is brought by {both}", hint="uninstall one of them")
    return found[0]


def _loaded(name: str) -> OwnTransform:
    entry = _entry(name)
    try:
        function: OwnTransform = entry.load()
    except Exception as error:  # whatever its module does when it is imported
        what = f"the transform {name} ({entry.value}) cannot be loaded: {type(error).__name__}: {error}"
        raise InputError(what, hint=f"import {entry.module} by hand") from error
    if not callable(function):
        raise InputError(f"the transform {name} ({entry.value}) is no function", hint="name a function")
    return function


def _masked(name: str, function: OwnTransform, key: Key, subjects: pa.Array, slot: Slot) -> pa.Array:
    different = subjects.unique()
    different = different.filter(pc.not_equal(different, ""))
    try:
        results = function(key.digest(), different)
    except Exception as error:  # noqa: BLE001 - somebody else's code may raise anything
        # What it says may quote a value, and so may its traceback: neither is kept.
        what = f"the transform {name} raised {type(error).__name__}"
        raise InputError(what, hint="try it on values of your own") from None
    _check(name, results, len(different), slot)
    found = results.take(pc.index_in(subjects, different))
    return pc.coalesce(found, "")


def _check(name: str, results: object, wanted: int, slot: Slot) -> None:
    if not isinstance(results, pa.Array) or results.type != pa.string():
        raise InputError(f"the transform {name} gave no pyarrow.Array of strings")
    if len(results) != wanted:
        raise InputError(f"the transform {name} gave {len(results)} results for {wanted} values")
    if results.null_count:
        raise InputError(f"the transform {name} gave NULL for {results.null_count} of {wanted} values")
    longest = pc.max(pc.utf8_length(results)).as_py() or 0
    if slot.limit is not None and longest > slot.limit:
        raise InputError(f"the transform {name} gave {longest} characters, {slot.limit} fit")
