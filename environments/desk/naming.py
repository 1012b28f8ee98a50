"""Names that people give of an environment's parts, and what is said of one that is not there. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

from foundation.errors import InputError


def unknown(what: str, name: str, known: Iterable[str], *, within: str) -> InputError:
    """The error for a name that nothing has: what is near, and what there is."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    there = ", ".join(names) or "none"
    return InputError(f"{within} has no {what} {name!r}", hint=f"{hint}it has {there}")


def chosen(names: Sequence[str], known: Iterable[str], *, within: str) -> list[str]:
    """The nodes that were named, each once, or all. Raises InputError for one that there is not."""
    there = list(known)
    for name in names:
        if name not in there:
            raise unknown("node", name, there, within=within)
    return list(dict.fromkeys(names)) or there
