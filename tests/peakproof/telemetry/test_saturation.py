"""What saturates first: named where it is known, and nothing where nothing was used up."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peakproof.telemetry.samples import GENERATOR, Sample, Sessions
from peakproof.telemetry.saturation import FOR, Resource, first, growing, resources, sustained
from tests.peakproof.telemetry.looks import sample, sessions

SERVICES = {"database-1": "database", "api-1": "api", "api-2": "api"}


def found(samples: Sequence[Sample]) -> Resource | None:
    return first(resources(samples, SERVICES, ["api-1"]))


def test_nothing_is_named_where_nothing_was_used_up() -> None:
    assert found([sample(at) for at in range(30)]) is None
    assert found([]) is None


def test_the_cpu_is_told_with_the_service_that_takes_the_most_of_it() -> None:
    busy = {"database-1": 1.4, "api-1": 0.3, "api-2": 0.2}
    named = found(
        [*(sample(at) for at in range(10)), *(sample(at, cpu=0.99, cores=busy) for at in range(10, 20))]
    )
    assert named is not None
    assert (named.name, named.saturated_at) == ("the database's CPU", 10)
    assert "database 1.40, api 0.50" in named.evidence


def test_a_machine_that_others_keep_busy_is_not_laid_to_the_platform() -> None:
    named = found([sample(at, cpu=1.0) for at in range(10)])
    assert named is not None
    assert named.name == "the machine's CPU, by others"
    assert "of 2.00 the platform's 0.50" in named.evidence


def test_what_nodes_on_hosts_elsewhere_use_is_not_known_and_so_it_is_told() -> None:
    named = found([sample(at, cpu=1.0, cores={GENERATOR: 0.1}) for at in range(10)])
    assert named is not None
    assert "the platform's is not known, on hosts elsewhere; the generator's 0.10" in named.evidence


def test_what_the_generator_takes_is_neither_the_platforms_nor_others() -> None:
    with_it = {"database-1": 0.3, "api-1": 0.2, GENERATOR: 1.3}
    named = found([sample(at, cpu=1.0, cores=with_it) for at in range(10)])
    assert named is not None
    assert named.name == "the machine's CPU, by the generator"
    assert "the platform's 0.50: database 0.30, api 0.20; the generator's 1.30" in named.evidence


@pytest.mark.parametrize(
    ("full", "name"),
    [
        ({"memory": 0.97}, "database-1's memory"),
        ({"disk": 0.99}, "disk"),
        ({"cores": {"api-1": 0.99}}, "api-1's one busy thread"),
        ({"seen": sessions(busy=6, locked=4)}, "locks in the database"),
        ({"seen": sessions(open_=95)}, "the database's connections"),
        ({"seen": sessions(busy=8)}, "the connection pool of shop-api"),
    ],
)
def test_what_is_full_for_three_seconds_is_named(full: dict[str, object], name: str) -> None:
    quiet = [sample(at) for at in range(10)]
    whole = [sample(at, **full) for at in range(10, 10 + FOR)]  # type: ignore[arg-type]
    if name == "database-1's memory":
        whole = [sample(at, memory=0.97, cores={"database-1": 0.3}) for at in range(10, 10 + FOR)]
    named = found([*quiet, *whole])
    assert named is not None
    assert (named.name, named.saturated_at) == (name, 10)
    assert found([*quiet, *whole[:-1]]) is None


def test_a_node_with_several_busy_threads_has_no_thread_that_is_full() -> None:
    cores = [0.99, 0.99, 0.99, 1.6]
    assert found([sample(at, cores={"api-1": used}) for at, used in enumerate(cores)]) is None


def test_a_queue_whose_oldest_grows_older_second_by_second_is_named() -> None:
    ages = [0.1, 0.0, 0.2, 0.1, 0.9, 1.8, 2.7]
    named = found([sample(at, gauges={"queue age": age}) for at, age in enumerate(ages)])
    assert named is not None
    assert (named.name, named.saturated_at, named.evidence) == ("queue age", 3, "the oldest waited 2.7 s")


def test_of_what_is_used_up_together_the_cause_is_named_and_of_others_the_first() -> None:
    full = sessions(busy=8)
    together = [
        sample(at, cpu=0.99 if at >= 2 else 0.5, cores={"database-1": 1.9}, seen=full) for at in range(9)
    ]
    later = [
        sample(at, cpu=0.99 if at >= 9 else 0.5, cores={"database-1": 1.9}, seen=full) for at in range(20)
    ]
    names = [each.name for each in (found(together), found(later)) if each is not None]
    assert names == ["the database's CPU", "the connection pool of shop-api"]


@given(st.lists(st.floats(0, 1), max_size=30))
def test_a_share_is_sustained_only_when_it_is_high_for_long_enough(shares: list[float]) -> None:
    at = sustained([(float(second), share) for second, share in enumerate(shares)], 0.9)
    runs = [
        second for second in range(len(shares) - FOR + 1)
        if all(share >= 0.9 for share in shares[second : second + FOR])
    ]  # fmt: skip
    assert at == (runs[0] if runs else None)


def test_a_database_without_a_session_is_not_full() -> None:
    empty = Sessions(limit=0, open={}, busy={}, locked=0, statements={})
    assert found([sample(at, seen=empty) for at in range(9)]) is None


def test_an_unknown_second_breaks_a_run() -> None:
    assert sustained([(0, 1.0), (1, 1.0), (2, None), (3, 1.0), (4, 1.0)], 0.95) is None


def test_a_queue_that_only_stays_long_does_not_grow() -> None:
    assert growing([(at, 8.0) for at in range(20)]) is None
