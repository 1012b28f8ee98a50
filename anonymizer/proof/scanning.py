"""Texts as fingerprints: what a cell says as a whole, and what originals may stand in it. Pure.

Knows neither database nor transforms. A record's tag holds the row's fingerprint and, in its last six bits,
the kind of what was found: so many digits, so many words, or a whole cell that is too short or too long to be
looked for within others. The bit before them says of an original that a draw could deal it out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anonymizer.proof import windows
from anonymizer.proof.characters import Bytes, Flags, Places, Words
from anonymizer.proof.encodings import other_readings
from anonymizer.proof.fingerprints import Seed, layout, longest, lowered
from anonymizer.proof.kernels import MOST_DIGITS, WHOLE, WORDS
from anonymizer.proof.membership import NOBODY, Membership
from anonymizer.proof.partitions import Records, together
from anonymizer.proof.windows import LEADS, WAITING

# A text beyond ASCII takes up to four bytes a character, and what is looked for is shorter than the overlap.
_LONGEST_CELL = 1 << 20
_SLICE, _OVERLAP = 1 << 14, 1024

_KIND, DEALT = np.uint64(63), np.uint64(64)
_LOCAL = 9  # digits
_ROOM = 1 << 14  # records


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is looked for: the kinds of originals there are, and what tells most of the others from them.

    `leads` says with which digits originals begin; empty: nobody noted it.
    """

    kinds: frozenset[int]
    members: Membership
    seed: Seed
    leads: Bytes = field(default_factory=lambda: np.zeros(0, np.uint8))

    @property
    def widths(self) -> list[int]:
        return sorted(kind for kind in self.kinds if kind < WORDS)

    @property
    def sizes(self) -> list[int]:
        return sorted(kind - WORDS for kind in self.kinds if WORDS < kind < WHOLE)


def _nothing(seed: Seed, leads: Bytes | None) -> Wanted:
    """For a look at cells as wholes."""
    none = np.zeros(0, np.uint8) if leads is None else leads
    return Wanted(kinds=frozenset(), members=NOBODY, seed=seed, leads=none)


@dataclass(frozen=True, kw_only=True)
class Scan:
    """Records of what may be originals, and how many windows of each width of digits were looked at."""

    records: Records
    trials: Mapping[int, int]


def kinds(tags: Words) -> Words:
    """The kind in each tag."""
    return tags & _KIND


def row(tags: Words) -> Words:
    """The row in each tag; 0 where nobody can know it."""
    return tags & ~(_KIND | DEALT)


def dealt(tags: Words) -> Flags:
    """Which originals a draw could deal out."""
    found: Flags = (tags & DEALT) != 0
    return found


def is_number(tags: Words) -> Flags:
    """Which records are so many digits."""
    found: Flags = kinds(tags) < np.uint64(WORDS)
    return found


def one_word(tags: Words) -> Flags:
    """Which records are a single word."""
    found: Flags = kinds(tags) == np.uint64(WORDS + 1)
    return found


def no_leads() -> Bytes:
    """For `described` to note in how numbers begin."""
    return np.zeros((MOST_DIGITS + 1) * LEADS, np.uint8)


def described(
    cells: pa.Array, rows: Words, seed: Seed, leads: Bytes | None = None, possible: Flags | None = None
) -> Records:
    """Every lowered cell that says anything as one record; a Polish number without its prefix, too.

    How numbers begin is noted in `leads`; `possible` says which cells a draw could deal out.
    """
    cells, trials = _digested(cells, seed), np.zeros(MOST_DIGITS + 1, np.int64)
    return _looked(_nothing(seed, leads), cells, rows, trials, json=False, possible=possible)[0]


def examined(wanted: Wanted, texts: pa.Array, cells: pa.Array, rows: Words) -> tuple[Records, Scan]:
    """What `described` and `scan` say, of short texts from one look at them."""
    if longest(cells) > _SLICE:
        return described(cells, rows, wanted.seed), scan(wanted, texts, cells, rows)
    trials = np.zeros(MOST_DIGITS + 1, np.int64)
    said, found = _looked(wanted, cells, rows, trials, json=False)
    return said, _with_other_readings(wanted, texts, rows, [found], trials, json=False)


def _digested(texts: pa.Array, seed: Seed) -> pa.Array:
    """The texts, a digest in place of each that is too long for a fingerprint."""
    if longest(texts) <= _LONGEST_CELL:
        return texts
    long_ = pc.greater(pc.binary_length(texts), _LONGEST_CELL)
    secret = seed.exact[:8].tobytes()
    digests = [
        hashlib.blake2b(text.encode(), key=secret, digest_size=32).hexdigest()
        for text in texts.filter(long_).to_pylist()
    ]
    return pc.replace_with_mask(texts, long_.fill_null(False), pa.array(digests, texts.type))


def _sliced(texts: pa.Array, rows: Words) -> tuple[pa.Array, Words]:
    """The texts and their rows, those that are too long for a fingerprint in slices that overlap."""
    if longest(texts) <= _SLICE:
        return texts, rows
    cells = [
        (text[at : at + _SLICE], row_)
        for text, row_ in zip(texts.to_pylist(), rows.tolist(), strict=True)
        for at in range(0, len(text or "") or 1, _SLICE - _OVERLAP)
        if text is not None
    ]
    return pa.array([text for text, _ in cells], pa.large_string()), np.array(
        [r for _, r in cells], np.uint64
    )


def scan(wanted: Wanted, texts: pa.Array, cells: pa.Array, rows: Words, *, json: bool = False) -> Scan:
    """What may be originals in the texts, in any of their readings; `rows` names each text's row.

    `cells` are the texts lowered. Documents (`json`) write a line's end as two characters, which would look
    like a letter of the next word.
    """
    trials = np.zeros(MOST_DIGITS + 1, np.int64)
    found = _looked(wanted, *_sliced(cells, rows), trials, json=json)[1]
    return _with_other_readings(wanted, texts, rows, [found], trials, json=json)


def _with_other_readings(
    wanted: Wanted, texts: pa.Array, rows: Words, found: list[Records], trials: Places, *, json: bool
) -> Scan:
    more, owners, rough = other_readings(texts)
    for among_bytes in (False, True):
        which = rough == among_bytes
        if which.any():
            cells = lowered(more.filter(pa.array(which)))
            seen = _looked(wanted, *_sliced(cells, rows[owners[which]]), trials, json=json)[1]
            # Of other bytes chance makes a word of five letters, but not two in their order.
            found.append(seen.only(~one_word(seen.tags)) if among_bytes else seen)
    return Scan(records=together(found), trials={width: int(trials[width]) for width in wanted.widths})


def _looked(
    wanted: Wanted, cells: pa.Array, rows: Words, trials: Places, *, json: bool, possible: Flags | None = None
) -> tuple[Records, Records]:
    """The cells as wholes, and what may be originals in them."""
    sizes, widths = np.array(wanted.sizes, np.int64), np.array(wanted.widths, np.int64)
    data, bounds = layout(cells)
    longest_ = int(np.diff(bounds).max()) if len(cells) else 0
    room = max(_ROOM, 2 * WAITING + (longest_ + 1) * (len(sizes) + len(widths)))
    prints, places, kind = np.empty(room, np.uint64), np.empty(room, np.int64), np.empty(room, np.uint8)
    whole, local = np.empty((2, len(cells)), np.uint64)
    what = np.empty(len(cells), np.uint8)
    records: list[Records] = []
    first = 0
    while first < len(cells):
        first, found = windows.looked(
            data, bounds, first, wanted.seed.letters, wanted.seed.base, sizes, widths, wanted.seed.powers,
            wanted.members.bits, wanted.members.starts, wanted.members.shifts, json,
            prints, places, kind, trials, whole, what, local, wanted.leads,
        )  # fmt: skip
        tags = row(rows[places[:found]]) | kind[:found]
        records.append(Records(prints=prints[:found].copy(), tags=tags))
    mine = row(rows) if possible is None else row(rows) | np.where(possible, DEALT, np.uint64(0))
    return _wholes(mine, whole, what, local), together(records)


def _wholes(mine: Words, whole: Words, what: Bytes, local: Words) -> Records:
    """The cells that say anything; `mine` are their tags, but for the kind."""
    if what.all() and not local.any():  # most columns: nothing has to be picked out
        return Records(prints=whole, tags=mine | what)
    says, short = np.flatnonzero(what), np.flatnonzero(local)
    return Records(
        prints=np.concatenate([whole[says], local[short]]),
        tags=np.concatenate([mine[says] | what[says], mine[short] | np.uint64(_LOCAL)]),
    )
