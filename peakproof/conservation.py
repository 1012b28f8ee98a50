"""Order conservation: the client's ledger against the platform's books. Pure: asks nobody.

acknowledged = exactly once, same content, one effect; refused = not at all; in doubt = once or not at all;
a key of this run that was never intended = phantom; no terminal state by the deadline = stuck.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from foundation.verdict import Finding, Weight
from loadtests.recording.ledger import Entry, Intent, Outcome, Settled, hashed

FAILED = "failed"
"""The one state with a meaning for us: the platform gave the order up and says so; no effect is due."""


class Fate(StrEnum):
    """What became of an order. Everything but `conserved` is a broken promise."""

    CONSERVED = "conserved"
    LOST = "lost"
    DOUBLED = "doubled"
    ALTERED = "altered"
    OVERSOLD = "oversold"
    PHANTOM = "phantom"
    STUCK = "stuck"


@dataclass(frozen=True, kw_only=True)
class Booked:
    """A row of the platform's conservation query: one key of the run.

    `copies` committed orders, `effects` times it took effect downstream, `content` its canonical text.
    """

    key: str
    content: str | None
    copies: int
    effects: int
    terminal: bool
    state: str
    oversold: bool


@dataclass(frozen=True, kw_only=True)
class BadOrder:
    """All that is known of an order that was not conserved. `intended_at`: ns since the epoch, 0 if never."""

    key: str
    fate: Fate
    why: str
    intended_at: int
    outcome: str
    attempts: int
    copies: int
    effects: int
    state: str


@dataclass(frozen=True, kw_only=True)
class Conservation:
    """What the comparison gave. `outcomes` as the client saw them; `fates` and `states` as the books say."""

    intended: int
    outcomes: Mapping[str, int]
    fates: Mapping[str, int]
    states: Mapping[str, int]
    in_doubt_found: int
    bad: tuple[BadOrder, ...]

    @property
    def holds(self) -> bool:
        return not self.bad


@dataclass(frozen=True, kw_only=True)
class _Known:
    intent: Intent | None
    settled: Settled | None
    booked: Booked | None

    @property
    def outcome(self) -> str:
        if self.settled is not None:
            return self.settled.outcome
        return Outcome.IN_DOUBT if self.intent is not None else "never intended"


def compare(ledger: Iterable[Entry], books: Iterable[Booked]) -> Conservation:
    """Every order of the run, judged. An intent without an outcome is in doubt."""
    known = _known(ledger, books)
    fates = {key: _fate(each) for key, each in known.items()}
    in_doubt = [each for each in known.values() if each.intent and each.outcome == Outcome.IN_DOUBT]
    return Conservation(
        intended=sum(each.intent is not None for each in known.values()),
        outcomes=_counts(each.outcome for each in known.values() if each.intent is not None),
        fates=_counts(fate for fate, _ in fates.values()),
        states=_counts(each.booked.state for each in known.values() if each.booked is not None),
        in_doubt_found=sum(each.booked is not None and each.booked.copies > 0 for each in in_doubt),
        bad=tuple(
            _bad(key, known[key], fate, why)
            for key, (fate, why) in sorted(fates.items())
            if fate is not Fate.CONSERVED
        ),
    )


def missing(ledger_keys: Iterable[str], books: Iterable[Booked]) -> bool:
    """Whether there is still something to wait for: an acknowledged key not booked, or one not terminal."""
    by_key = {row.key: row for row in books}
    return not all(row.terminal for row in by_key.values()) or any(key not in by_key for key in ledger_keys)


def acknowledged(ledger: Iterable[Entry]) -> frozenset[str]:
    """Keys that the platform has promised."""
    return frozenset(
        entry.key for entry in ledger if isinstance(entry, Settled) and entry.outcome is Outcome.ACKNOWLEDGED
    )


def finding(conservation: Conservation) -> Finding:
    """The verdict's finding: no order lost, doubled, altered, oversold, phantom or stuck."""
    broken = {fate: count for fate, count in conservation.fates.items() if fate != Fate.CONSERVED}
    observed = ", ".join(f"{count} {fate}" for fate, count in broken.items()) or "every request accounted for"
    return Finding(
        name="order conservation",
        weight=Weight.CONSERVATION,
        holds=conservation.holds,
        expected="lost orders = 0",
        observed=f"{observed}, of {conservation.intended:,} intended",
        reason=conservation.bad[0].why if conservation.bad else "",
    )


def _known(ledger: Iterable[Entry], books: Iterable[Booked]) -> dict[str, _Known]:
    entries = list(ledger)
    intents = {entry.key: entry for entry in entries if isinstance(entry, Intent)}
    settled = {entry.key: entry for entry in entries if isinstance(entry, Settled)}
    booked = {row.key: row for row in books}
    return {
        key: _Known(intent=intents.get(key), settled=settled.get(key), booked=booked.get(key))
        for key in {**intents, **booked}
    }


def _fate(known: _Known) -> tuple[Fate, str]:
    row = known.booked
    if row is None or row.copies + row.effects == 0:
        return _absent(known)
    if known.intent is None:
        return Fate.PHANTOM, "the platform has an order that this run never sent"
    if known.outcome == Outcome.REFUSED:
        return Fate.PHANTOM, "the client was refused, yet the platform has the order"
    if row.copies > 1 or row.effects > 1:
        return Fate.DOUBLED, f"{row.copies} orders and {row.effects} effects for one key"
    if row.content is None or hashed(row.content) != known.intent.content:
        return Fate.ALTERED, f"the platform's books say {row.content!r}, which is not what was sent"
    if row.oversold:
        return Fate.OVERSOLD, "accepted beyond the customer's credit limit or beyond the stock"
    return _present(row)


def _absent(known: _Known) -> tuple[Fate, str]:
    if known.outcome == Outcome.ACKNOWLEDGED:
        return Fate.LOST, "acknowledged to the client, but the platform does not have it"
    return Fate.CONSERVED, ""


def _present(row: Booked) -> tuple[Fate, str]:
    """One copy at most, with the right content: it must have come to its end, and once."""
    if not row.terminal:
        return Fate.STUCK, f"still {row.state!r} when the time to drain was over"
    if row.copies == 0:
        return Fate.PHANTOM, "it took effect downstream, but the platform has no such order"
    if row.effects == 0 and row.state != FAILED:
        return Fate.LOST, f"it is {row.state!r}, but never took effect downstream"
    return Fate.CONSERVED, ""


def _bad(key: str, known: _Known, fate: Fate, why: str) -> BadOrder:
    row = known.booked
    return BadOrder(
        key=key,
        fate=fate,
        why=why,
        intended_at=known.intent.at if known.intent else 0,
        outcome=known.outcome,
        attempts=known.settled.attempts if known.settled else 0,
        copies=row.copies if row else 0,
        effects=row.effects if row else 0,
        state=row.state if row else "",
    )


def _counts(values: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(str(value) for value in values).items()))
