"""Which originals a draw could deal out anew: those that consist of a pool's words. Judges nothing.

What holds any other word was never dealt: where it stands, somebody put it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from anonymizer.policies.plan import TablePlan
from anonymizer.policies.policy import Rule, chosen
from anonymizer.proof.characters import CLASSES, DIGIT, INSIDE, Bytes, Flags, Places, Words
from anonymizer.proof.fingerprints import Seed, layout, lowered
from anonymizer.proof.kernels import compiled, mixed
from anonymizer.proof.places import Place
from anonymizer.transforms.base import Slot
from anonymizer.transforms.results import NOTHING, Holds, within


def holds(place: Place, table: TablePlan) -> Holds:
    """What can rightly stand in a place of what stood there; a kept value is judged like one that leaked."""
    return of_rule(place.rule, Slot() if place.path is not None else table.table.columns[place.column].slot)


def of_rule(rule: Rule, slot: Slot) -> Holds:
    """What the transform of a rule leaves in that slot."""
    if not rule.masks:
        return NOTHING
    named, options = chosen(rule)
    return within(named.holds(options, slot), is_array=slot.is_array, is_hstore=slot.is_hstore)


@dataclass(frozen=True, kw_only=True)
class Pool:
    """A pool's words as fingerprints under the secret of one check.

    `tokens`: shape (words,), sorted, different; `rough`: by its last bits, whether any of them is so.
    """

    tokens: Words
    rough: Flags
    seed: Seed

    def deals(self, cells: pa.Array) -> Flags:
        """Which lowered texts consist of these words alone, but for digits at their ends. Shape: (cells,)."""
        found = np.zeros(len(cells), bool)
        if len(cells):
            secret = self.seed.letters, self.seed.base
            _made_of(*layout(cells), *secret, self.tokens, self.rough, found)
        return found


def pool(texts: pa.Array, seed: Seed) -> Pool:
    """The words of these texts."""
    cells = lowered(texts)
    data, bounds = layout(cells)
    tokens = np.empty(len(data) + 1, np.uint64)
    count = _tokens(data, bounds, seed.letters, seed.base, tokens)
    words = np.unique(tokens[:count])
    return Pool(tokens=words, rough=_rough(words), seed=seed)


def _rough(tokens: Words) -> Flags:
    """By its last bits, whether any of the words has such a fingerprint: most others do not."""
    found = np.zeros(_ROUGH, np.bool_)
    found[(tokens & np.uint64(_ROUGH - 1)).astype(np.int64)] = True
    return found


_ROUGH = 1 << 18


@compiled
def _tokens(data: Bytes, bounds: Places, letters: Words, base: np.uint64, tokens: Words) -> int:
    """Writes the fingerprint of every word."""
    count = 0
    for cell in range(len(bounds) - 1):
        token, inside = np.uint64(1), False
        for at in range(bounds[cell], bounds[cell + 1] + 1):
            if at < bounds[cell + 1] and CLASSES[data[at]] & INSIDE:
                inside = True
                token = token * base + letters[data[at]]
            elif inside:
                tokens[count] = mixed(token)
                count += 1
                token, inside = np.uint64(1), False
    return count


@compiled
def _made_of(
    data: Bytes, bounds: Places, letters: Words, base: np.uint64, tokens: Words, rough: Flags, found: Flags
) -> None:
    """Marks the cells all of whose words are known, be it without the digits at their end."""
    for cell in range(len(bounds) - 1):
        token, name, inside, good, any_ = np.uint64(1), np.uint64(1), False, True, False
        for at in range(bounds[cell], bounds[cell + 1] + 1):
            class_ = CLASSES[data[at]] if at < bounds[cell + 1] else np.uint8(0)
            if class_ & INSIDE:
                inside = True
                token = token * base + letters[data[at]]
                if not class_ & DIGIT:
                    name = token
            elif inside:
                any_ = True
                if not _known(mixed(token), tokens, rough) and not _known(mixed(name), tokens, rough):
                    good = False
                    break
                token, name, inside = np.uint64(1), np.uint64(1), False
        found[cell] = good and any_


@compiled
def _known(print_: np.uint64, tokens: Words, rough: Flags) -> bool:
    if not rough[np.int64(print_ & np.uint64(len(rough) - 1))]:
        return False
    at = np.searchsorted(tokens, print_)
    return bool(at < len(tokens) and tokens[at] == print_)
