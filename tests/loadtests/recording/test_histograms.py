"""Histograms: what HdrHistogram's own package says of the same values, and that merging loses nothing."""

from __future__ import annotations

import base64

import pytest
from hdrh.histogram import HdrHistogram
from hypothesis import given
from hypothesis import strategies as st

from loadtests.recording.histograms import (
    HIGHEST,
    Histogram,
    decode,
    encode,
    highest_of,
    index_of,
    merged,
    of,
    rank,
)

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


@given(st.lists(st.integers(-10, 2 * HIGHEST), max_size=60))
def test_all_at_once_is_one_by_one(found: list[int]) -> None:
    assert of(found) == ours(found)
    assert of(found).total == len(found)


@given(some)
def test_the_mean_and_the_values_above_a_limit_are_known_within_a_thousandth(found: list[int]) -> None:
    histogram, exact = ours(found), sum(found) / len(found)
    assert exact <= histogram.mean <= exact * 1.001 + 1
    limit = max(found) // 2
    sure = sum(value > limit * 1.002 + 1 for value in found)
    assert sure <= histogram.above(limit) <= sum(value > limit for value in found)


@given(some)
def test_nothing_is_above_the_highest_and_all_but_nothing_above_none(found: list[int]) -> None:
    assert ours(found).above(max(found)) == 0
    assert ours(found).above(0) == sum(value > 0 for value in found)


@given(st.integers(0, 2**45))
def test_counters_are_in_the_order_of_their_values(value: int) -> None:
    """Also at the powers of two, where buckets get twice as wide."""
    for near in (value, 1 << value.bit_length(), (1 << value.bit_length()) - 1):
        assert index_of(near + 1) - index_of(near) in (0, 1)
        assert highest_of(index_of(near)) < highest_of(index_of(near) + 1)
        assert index_of(highest_of(index_of(near))) == index_of(near)


@given(some, st.floats(0, 100))
def test_a_percentile_is_never_below_the_value_at_its_rank(found: list[int], quantile: float) -> None:
    at = sorted(found)[rank(quantile, len(found)) - 1]
    assert at <= ours(found).percentile(quantile) <= at * 1.001 + 1


@pytest.mark.parametrize(
    ("quantile", "total", "found"),
    [(0, 10, 1), (50, 1, 1), (50, 2, 1), (50, 3, 2), (99, 100, 99), (99, 1000, 990), (99.9, 1000, 999),
     (99, 149, 148), (100, 7, 7), (99, 0, 1)],
)  # fmt: skip
def test_a_rank_is_rounded_and_is_the_first_at_least(quantile: float, total: int, found: int) -> None:
    assert rank(quantile, total) == found


@given(st.dictionaries(st.integers(0, 40_000), st.integers(1, 2**40), max_size=30))
def test_counts_of_any_size_and_gaps_of_any_length_are_coded(counts: dict[int, int]) -> None:
    assert decode(encode(Histogram(counts))) == Histogram(counts)


def test_a_payload_with_anything_behind_it_is_refused() -> None:
    raw = base64.b64decode(encode(ours([1, 2, 3])))
    for behind in (b"\0", raw):
        with pytest.raises(ValueError, match="not a whole compressed histogram"):
            decode(base64.b64encode(raw + behind).decode())
    with pytest.raises(ValueError, match="not a whole compressed histogram"):
        decode(base64.b64encode(b"\x1c\x84\x93\x03" + raw[4:]).decode())


def test_a_histogram_is_no_key_and_equals_nothing_else() -> None:
    with pytest.raises(TypeError, match="is not hashed"):
        hash(Histogram())
    assert Histogram() != {}
    assert ours([1]) != ours([1, 1])


def test_adding_leaves_what_was_added_as_it_was() -> None:
    first, second = ours([1, 2]), ours([2, 3])
    first.add(second)
    assert first == ours([1, 2, 2, 3])
    assert second == ours([2, 3])
    assert merged([]) == Histogram()
