"""Images on their way: the stream arrives as it was sent, and how far it is is told now and then."""

from __future__ import annotations

from environments.images.progress import ImageProgress, State
from environments.images.transport import told

MIB = 1024**2


def test_a_stream_passes_unchanged_and_is_told_of_every_sixteen_mebibytes() -> None:
    news: list[ImageProgress] = []
    chunks = [bytes([number]) * MIB for number in range(40)]
    assert list(told(chunks, "east", 42 * MIB, news.append)) == chunks
    assert [each.state for each in news] == [State.SENDING] * 3
    assert [each.step for each in news] == [1, 17, 34]
    assert {(each.name, each.steps) for each in news} == {("to east", 45)}
    assert news[-1].doing == "33 MB of 44 MB at most"


def test_more_than_was_expected_is_never_more_than_all() -> None:
    news: list[ImageProgress] = []
    list(told([b"x" * MIB] * 40, "east", 2 * MIB, news.append))
    assert all(each.step <= each.steps for each in news)
