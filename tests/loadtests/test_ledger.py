"""The ledger: with the operating system before anything is sent, read back whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from loadtests.ledger import Intent, Ledger, LedgerBroken, Outcome, Settled, hashed, read


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
