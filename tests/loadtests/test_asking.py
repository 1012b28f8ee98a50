"""`load run`'s two kinds of load: what goes together, and what a refusal says."""

from __future__ import annotations

from pathlib import Path

import pytest

from foundation import slo
from foundation.errors import InputError
from loadtests import asking
from loadtests.planning.locustfile import journey_of, series_of

NOTHING: dict[str, object] = {
    "journeys": None, "journey": None, "locustfile": None, "users": None, "spawn_rate": None, "rate": None,
    "options": "", "profiled": False,
}  # fmt: skip
FILE = Path("locustfile.py")


def asked(**given: object) -> asking.Asked:
    return asking.what(**{**NOTHING, **given})  # type: ignore[arg-type]


def test_a_locustfile_alone_is_closed_with_one_user() -> None:
    found = asked(locustfile=FILE)
    assert found.closed
    assert found.locust is not None
    assert (found.locust.users, found.main) == (1, "locustfile")


def test_a_rate_opens_it() -> None:
    found = asked(locustfile=FILE, rate="50/s", options="--tags 'a b' Shopper")
    assert not found.closed
    assert found.locust is not None
    assert found.locust.arguments == ("--tags", "a b", "Shopper")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "of journeys or of a locustfile"),
        ({"journeys": FILE, "locustfile": FILE}, "of journeys or of a locustfile"),
        ({"journeys": FILE, "journey": "order"}, "--rate: how many arrivals?"),
        ({"journeys": FILE, "rate": "1/s"}, "--journey: which journey"),
        ({"journeys": FILE, "journey": "order", "rate": "1/s", "users": 3}, "are a locustfile's"),
        ({"locustfile": FILE, "profiled": True}, "--rate: how many arrivals?"),
        ({"locustfile": FILE, "rate": "1/s", "users": 3}, "not both"),
    ],
)
def test_what_does_not_go_together_is_refused(given: dict[str, object], says: str) -> None:
    with pytest.raises(InputError) as told:
        asked(**given)
    assert says in str(told.value)


def test_the_base_url_is_given_once() -> None:
    assert asking.target("http://a", None) == asking.target(None, "http://a")
    for url, host in ((None, None), ("http://a", "http://b")):
        with pytest.raises(InputError):
            asking.target(url, host)


@pytest.mark.parametrize(
    ("method", "name", "series"),
    [
        ("GET", "/", "locustfile/get"),
        ("GET", "/v2/products/[id]?page=1", "locustfile/get-v2-products-id-page-1"),
        ("", "", "locustfile/request"),
        ("POST", "Zahlung über 5 €, sofort\n", "locustfile/post-zahlung-ber-5-sofort"),
    ],
)
def test_every_request_has_a_series_that_an_objective_can_name(method: str, name: str, series: str) -> None:
    assert series_of("locustfile", method, name) == series
    assert slo.parse(f"{series} p99 < 1s").series == series


def test_a_load_is_named_after_its_file() -> None:
    assert journey_of(Path("/x/Black Friday.py")) == "black-friday"
    assert journey_of(Path("/x/2026.py")) == "locustfile"


@pytest.mark.parametrize("processes", [0, -1, 100_000])
def test_a_machine_has_as_many_generator_processes_as_it_can_start(processes: int) -> None:
    with pytest.raises(InputError) as told:
        asking.machines(None, None, None, "peakproof", processes)
    assert "--processes: 1 to " in str(told.value)
    assert asking.machines(None, None, None, "peakproof", 4) == (4, ())


@pytest.mark.parametrize("options", ["--tags 'a", 'x "', "a\\"])
def test_options_for_locust_that_end_within_a_quotation_are_refused(options: str) -> None:
    for given in ({"rate": "1/s"}, {"users": 3}):
        with pytest.raises(InputError, match="--locust: "):
            asked(locustfile=FILE, options=options, **given)


@pytest.mark.parametrize("also", ["browse", "browse:", "browse:x", "browse:5:6", ""])
def test_a_journey_beside_the_main_one_needs_a_ratio(also: str) -> None:
    with pytest.raises(InputError, match="--also: expected a journey and a ratio such as browse:5"):
        asking.streams("order", [also])


def test_journeys_beside_the_main_one_keep_their_order_and_ratio() -> None:
    found = asking.streams("order", ["browse:5", "pay:0.25"])
    assert [(stream.journey, stream.ratio) for stream in found] == [
        ("order", 1),
        ("browse", 5),
        ("pay", 0.25),
    ]


def test_what_a_profile_is_made_of(tmp_path: Path) -> None:
    (tmp_path / "times.csv").write_text("1732834800\n1732834805\n1732834810\n")
    assert asking.profile("soak", None, 10) == ("soak", None)
    name, found = asking.profile("constant", tmp_path / "times.csv", 10)
    assert found is not None
    assert (name, found.arrivals) == ("replay", 3)
    for profile, duration, says in (("soak", 10.0, "its own profile"), ("constant", 0.0, "above 0")):
        with pytest.raises(InputError, match=says):
            asking.profile(profile, tmp_path / "times.csv", duration)


def test_an_objective_that_is_none_is_shown_with_its_option() -> None:
    assert [str(each) for each in asking.objectives(["order p99 < 1s"])] == ["order p99 < 1s"]
    with pytest.raises(InputError, match="--slo: "):
        asking.objectives(["order p99 < 1s", "order p99 < soon"])


def test_a_quantity_names_its_option() -> None:
    assert asking.quantity("--duration", lambda _: 60.0, "1m") == 60

    def never(text: object) -> float:
        raise ValueError(f"no time: {text}")

    with pytest.raises(InputError, match="--duration: no time: soon"):
        asking.quantity("--duration", never, "soon")
