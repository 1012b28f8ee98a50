"""Histograms: what HdrHistogram's own package says of the same values, and that merging loses nothing."""

from __future__ import annotations

import base64

import pytest
from hdrh.histogram import HdrHistogram
from hypothesis import given
from hypothesis import strategies as st

from loadtests.histograms import HIGHEST, Histogram, decode, encode, highest_of, index_of, merged, rank

values = st.integers(0, HIGHEST)
some = st.lists(values, min_size=1, max_size=60)
QUANTILES = (1, 50, 90, 95, 99, 99.9, 100)


def ours(found: list[int]) -> Histogram:
    histogram = Histogram()
    for value in found:
        histogram.record(value)
    return histogram


def theirs(found: list[int]) -> HdrHistogram:
    histogram = HdrHistogram(1, HIGHEST, 3)
    for value in found:
        histogram.record_value(value)
    return histogram


@given(some)
def test_percentiles_are_those_of_hdrhistogram(found: list[int]) -> None:
    mine, reference = ours(found), theirs(found)
    assert [mine.percentile(q) for q in QUANTILES] == [
        reference.get_value_at_percentile(q) for q in QUANTILES
    ]
    assert mine.total == reference.get_total_count()


@given(some)
def test_payloads_are_exchanged_with_hdrhistogram_both_ways(found: list[int]) -> None:
    mine, reference = ours(found), theirs(found)
    assert decode(reference.encode().decode()) == mine
    theirs_of_mine = HdrHistogram.decode(encode(mine))
    assert theirs_of_mine.get_total_count() == len(found)
    assert theirs_of_mine.get_value_at_percentile(50) == reference.get_value_at_percentile(50)


@given(some, some)
def test_merging_is_recording_everything_in_one(first: list[int], second: list[int]) -> None:
    assert merged([ours(first), ours(second)]) == ours(first + second)
    assert decode(encode(merged([ours(first), ours(second)]))) == ours(first + second)


@given(values)
def test_every_value_is_known_within_a_thousandth(value: int) -> None:
    reported = highest_of(index_of(value))
    assert value <= reported <= value + max(value // 1000, 0) + 1


def test_early_and_endless_values_are_kept_at_the_ends() -> None:
    histogram = ours([-5, HIGHEST * 3])
    assert histogram.percentile(0) == 0
    assert histogram.maximum >= HIGHEST


def test_above_counts_what_exceeds_a_limit() -> None:
    assert ours([1_000_000, 2_000_000, 3_000_000]).above(1_500_000) == 2


def test_an_empty_histogram_has_no_percentiles() -> None:
    empty = Histogram()
    assert (empty.percentile(99), empty.maximum, empty.mean, empty.total) == (0, 0, 0, 0)
    assert decode(encode(empty)) == empty


@pytest.mark.parametrize("damage", ["cut", "letters", "nothing", "other kind"])
def test_a_damaged_payload_is_refused(damage: str) -> None:
    whole = encode(ours([1, 2, 3]))
    damaged = {
        "cut": whole[:-8],
        "letters": "?" + whole[1:],
        "nothing": "",
        "other kind": HdrHistogram(1, HIGHEST, 2).encode().decode(),
    }[damage]
    with pytest.raises(ValueError, match=r"histogram|base64|Only|padding"):
        decode(damaged)


def test_a_payload_is_the_v2_compressed_format() -> None:
    assert base64.b64decode(encode(ours([1])))[:4] == bytes.fromhex("1c849314")


@given(some)
def test_a_rank_is_the_value_that_so_many_do_not_exceed(found: list[int]) -> None:
    histogram = ours(found)
    assert histogram.ranked(len(found)) == histogram.maximum
    assert histogram.ranked(len(found) + 1) is None, "there are not so many"
    assert [histogram.percentile(q) for q in QUANTILES] == [
        histogram.ranked(rank(q, len(found))) for q in QUANTILES
    ]
