"""Commands take turns on a name."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from environments.images import locking
from foundation.errors import Interrupted, Unavailable


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path


def test_a_name_is_held_by_one_at_a_time_and_the_next_follows() -> None:
    order: list[str] = []
    waiting = threading.Event()

    def second() -> None:
        waiting.set()
        with locking.locked("a/b", threading.Event()):
            order.append("second")

    with locking.locked("a/b", threading.Event()):
        other = threading.Thread(target=second)
        other.start()
        assert waiting.wait(10)
        order.append("first")
    other.join(10)
    assert order == ["first", "second"]


def test_other_names_do_not_wait() -> None:
    with locking.locked("a", threading.Event()), locking.locked("b", threading.Event()):
        pass


def test_whoever_waits_can_be_told_to_stop() -> None:
    stop = threading.Event()
    stop.set()
    with locking.locked("a", threading.Event()), pytest.raises(Interrupted), locking.locked("a", stop):
        pytest.fail("held twice")


def test_a_failure_lets_go() -> None:
    with pytest.raises(ValueError, match="x"), locking.locked("a", threading.Event()):
        raise ValueError("x")
    with locking.locked("a", threading.Event()):
        pass


def test_a_folder_that_cannot_be_written_is_told(home: Path) -> None:
    (home / "peakproof").write_text("a file")
    with (
        pytest.raises(Unavailable, match="cannot be written") as caught,
        locking.locked("a", threading.Event()),
    ):
        pytest.fail("held")
    assert "XDG_CACHE_HOME" in (caught.value.hint or "")
