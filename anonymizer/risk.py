"""How well people hide among each other: k-anonymity, l-diversity, and who is singled out. Pure.

Counts persons, not rows: somebody with a hundred orders is one person in every group they are in.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Risk:
    """What somebody who knows the quasi-identifiers of a person can do.

    `k`: persons in the smallest group that shares them. `l`: different sensitive values in the group that has
    the fewest, None where no sensitive column was named. `singled_out`: persons whom some row gives away, as
    they are alone in its group; `below`: persons in a group of fewer than `wanted`.
    """

    persons: int
    groups: int
    k: int
    l: int | None  # noqa: E741 - the field's own name
    singled_out: int
    below: int
    wanted: int

    @property
    def singled_out_rate(self) -> float:
        """The success of an attacker who links by the quasi-identifiers: 0 to 1."""
        return self.singled_out / self.persons if self.persons else 0.0

    @property
    def passes(self) -> bool:
        return not self.below


def assess(quasi: Codes, persons: Codes, sensitive: Codes | None, *, wanted: int) -> Risk:
    """The risk of rows, given by codes that are equal where the values are. Shapes: (rows,) each."""
    number, sizes = _groups(quasi, persons)
    who, mine = np.unique(np.stack([persons, number]), axis=1)
    _, first = np.unique(who, return_index=True)
    least = np.minimum.reduceat(sizes[mine], first) if len(who) else np.zeros(0, np.int64)
    return Risk(
        persons=len(least),
        groups=len(sizes),
        k=int(sizes.min()) if len(sizes) else 0,
        l=_diversity(number, sensitive) if sensitive is not None else None,
        singled_out=int((least == 1).sum()),
        below=int((least < wanted).sum()),
        wanted=wanted,
    )


def _groups(quasi: Codes, persons: Codes) -> tuple[Codes, Codes]:
    """Each row's group, and how many persons each group has."""
    values, number = np.unique(quasi, return_inverse=True)
    pairs = np.unique(np.stack([number, persons]), axis=1)
    return number.astype(np.int64), np.bincount(pairs[0], minlength=len(values)).astype(np.int64)


def _diversity(number: Codes, sensitive: Codes) -> int:
    pairs = np.unique(np.stack([number, sensitive]), axis=1)
    return int(np.bincount(pairs[0]).min()) if pairs.size else 0
