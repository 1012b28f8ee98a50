"""The program that holds packets back: what it says to the kernel's queue, and what it reads from there."""

from __future__ import annotations

import importlib
import struct
from types import ModuleType

import pytest

from environments.lookup import PACKAGE


@pytest.fixture(scope="module")
def delay() -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(PACKAGE / "environments" / "agent")
        return importlib.import_module("delay")


def packet(delay: ModuleType, number: int) -> bytes:
    """A message about one packet, as the kernel writes it: a mark before its header."""
    header = delay.attribute(delay.PACKET_HDR, struct.pack("!IHB", number, 0x0800, 1))
    return bytes(delay.message(delay.PACKET, 61, delay.attribute(3, b"mark"), header))


def test_the_numbers_of_all_packets_are_read(delay: ModuleType) -> None:
    data = packet(delay, 7) + packet(delay, 8)
    assert list(delay.numbers(data)) == [7, 8]


def test_what_is_no_packet_is_passed_over(delay: ModuleType) -> None:
    noise = delay.message(delay.CONFIG, 61, delay.attribute(delay.CFG_CMD, b"\0\0\0\0"))
    assert list(delay.numbers(noise + packet(delay, 9))) == [9]
    assert list(delay.numbers(b"")) == []


def test_packets_are_let_go_up_to_a_number(delay: ModuleType) -> None:
    said = delay.released(61, 9)
    length, kind = struct.unpack_from("=IH", said)
    assert (length, kind) == (len(said), delay.VERDICT_BATCH)
    assert struct.unpack_from("!H", said, 18) == (61,), "the queue"
    assert struct.unpack_from("!II", said, 24) == (delay.ACCEPT, 9)


def test_everything_that_is_said_first_is_to_be_answered(delay: ModuleType) -> None:
    for words in delay.configured(61, 100):
        length, kind, flags = struct.unpack_from("=IHH", words)
        assert (length, kind, flags) == (len(words), delay.CONFIG, delay.REQUEST | delay.ACK)
        assert len(words) % 4 == 0
