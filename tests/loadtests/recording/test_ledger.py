"""The ledger: with the operating system before anything is sent, read back whole or not at all."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtests.recording.ledger import Intent, Ledger, LedgerBroken, Outcome, Settled, hashed, read


def ticking() -> int:
    return 1_700_000_000_000_000_000


def test_an_intent_is_in_the_file_when_intend_returns(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.jsonl", ticking)
    ledger.intend("run-1", "7|PUMP-1x2")
    assert json.loads((tmp_path / "ledger.jsonl").read_text()) == {
        "at": ticking(),
        "key": "run-1",
        "intent": hashed("7|PUMP-1x2"),
    }


def test_outcomes_wait_for_a_flush_or_the_next_intent(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    ledger = Ledger(path, ticking)
    ledger.intend("run-1", "a")
    ledger.settle("run-1", Outcome.ACKNOWLEDGED, attempts=1)
    assert len(path.read_text().splitlines()) == 1
    ledger.intend("run-2", "b")
    assert len(path.read_text().splitlines()) == 3
    ledger.settle("run-2", Outcome.IN_DOUBT, attempts=3, reason='said "no"\n')
    ledger.close()
    assert list(read(path)) == [
        Intent(at=ticking(), key="run-1", content=hashed("a")),
        Settled(at=ticking(), key="run-1", outcome=Outcome.ACKNOWLEDGED, attempts=1),
        Intent(at=ticking(), key="run-2", content=hashed("b")),
        Settled(at=ticking(), key="run-2", outcome=Outcome.IN_DOUBT, attempts=3, reason='said "no"\n'),
    ]
    assert (ledger.intents, ledger.outcomes[Outcome.IN_DOUBT]) == (2, 1)


def test_a_full_disk_stops_what_would_be_sent() -> None:
    ledger = Ledger(Path("/dev/full"), ticking)
    with pytest.raises(LedgerBroken, match="No space left"):
        ledger.intend("run-1", "a")
    assert ledger.failure is not None
    assert ledger.intents == 0


@pytest.mark.parametrize("cut", [1, 20])
def test_a_line_that_is_cut_off_is_an_error_with_its_number(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "ledger.jsonl"
    ledger = Ledger(path, ticking)
    ledger.intend("run-1", "a")
    ledger.intend("run-2", "b")
    ledger.close()
    path.write_bytes(path.read_bytes()[:-cut])
    with pytest.raises(ValueError, match=":2: not a whole ledger line"):
        list(read(path))


def test_an_unknown_outcome_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    path.write_text('{"at": 1, "key": "k", "outcome": "maybe", "attempts": 1}\n')
    with pytest.raises(ValueError, match=":1:"):
        list(read(path))


orders = st.lists(
    st.tuples(st.sampled_from(Outcome) | st.none(), st.integers(1, 9), st.text(max_size=20)), max_size=20
)


@given(orders)
def test_what_is_written_is_read_back_whatever_the_reasons_are(
    tmp_path_factory: pytest.TempPathFactory, orders: list[tuple[Outcome | None, int, str]]
) -> None:
    path = tmp_path_factory.mktemp("ledger") / "ledger.jsonl"
    ledger, written, now = Ledger(path, ticking), list[Intent | Settled](), ticking()
    for number, (outcome, attempts, reason) in enumerate(orders):
        key = f"run-{number}"
        ledger.intend(key, reason)
        written.append(Intent(at=now, key=key, content=hashed(reason)))
        if outcome is not None:
            ledger.settle(key, outcome, attempts=attempts, reason=reason)
            written.append(Settled(at=now, key=key, outcome=outcome, attempts=attempts, reason=reason))
    ledger.close()
    assert list(read(path)) == written
    assert sum(ledger.outcomes.values()) == sum(outcome is not None for outcome, _, _ in orders)


def test_a_ledger_cut_at_any_byte_gives_every_whole_entry_before_it(tmp_path: Path) -> None:
    """A process that is killed leaves any part of its last line, or just its end."""
    path = tmp_path / "ledger.jsonl"
    ledger = Ledger(path, ticking)
    ledger.intend("run-1", "a")
    ledger.settle("run-1", Outcome.IN_DOUBT, attempts=2, reason="no answer \u2026")
    ledger.intend("run-2", "b")
    ledger.close()
    whole, entries = path.read_bytes(), list(read(path))
    for cut in range(len(whole)):
        path.write_bytes(whole[:cut])
        lines, rest = divmod_lines(whole[:cut])
        found = read(path)
        assert list(itertools.islice(found, lines)) == entries[:lines]
        if rest:
            with pytest.raises(ValueError, match=f":{lines + 1}: not a whole ledger line"):
                next(found)


def divmod_lines(content: bytes) -> tuple[int, bool]:
    """How many whole lines there are, and whether something is left."""
    *whole, rest = content.split(b"\n")
    return len(whole), bool(rest)


@pytest.mark.parametrize(
    "line",
    ["", "7", "[]", "null", '"intent"', "{}", '{"intent": "x"}', '{"at": 1, "intent": "x"}',
     '{"at": 1, "key": "k", "outcome": "refused"}', "{'at': 1}", "\0"],
)  # fmt: skip
def test_a_line_that_is_no_entry_is_an_error(tmp_path: Path, line: str) -> None:
    path = tmp_path / "ledger.jsonl"
    path.write_text(line + "\n")
    with pytest.raises(ValueError, match=":1: not a whole ledger line"):
        list(read(path))


def test_a_ledger_that_stands_is_added_to_and_never_written_anew(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    for key in ("run-1", "run-2"):
        ledger = Ledger(path, ticking)
        ledger.intend(key, "a")
        ledger.close()
    assert [entry.key for entry in read(path)] == ["run-1", "run-2"]


def test_nothing_waits_to_be_written_again_after_a_failure() -> None:
    """What could not be written is gone, and said: it would come late and out of order."""
    ledger = Ledger(Path("/dev/full"), ticking)
    ledger.settle("run-1", Outcome.REFUSED, attempts=1)
    assert ledger.failure is None, "it waits"
    ledger.close()
    assert ledger.failure == "the ledger cannot be written: No space left on device"
