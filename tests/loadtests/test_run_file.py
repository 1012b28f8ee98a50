"""A run file is the options of `load run`, written down: each of them, and each mistake with its line."""

from __future__ import annotations

import inspect
import re
from dataclasses import fields
from pathlib import Path

import pytest

from foundation.errors import InputError
from loadtests import cli, run_file, wanted
from loadtests.planning.arrivals import Scenario, Stream
from loadtests.planning.job import Job
from loadtests.profiles import REPLAY
from loadtests.run_file import RunInput
from loadtests.wanted import Wanted

SHOP = """
target: http://127.0.0.1:1
journeys: journeys.py
journey: order
rate: 90/min
duration: 2m
also: [{journey: look, ratio: 5}]
slo: [order p99 < 1s, all errors < 1%]
self_test: false
"""


def written(folder: Path, text: str) -> Path:
    for name in ("journeys.py", "ramp.csv"):
        (folder / name).write_text("0,0/s\n10,20/s\n")
    (folder / "feeds").mkdir(exist_ok=True)
    file = folder / "shop.yaml"
    file.write_text(text.lstrip("\n"))
    return file


def options(**typed: object) -> Wanted:
    """What the command has where these are typed, and nothing else."""
    defaults = {name: each.default for name, each in inspect.signature(cli.run).parameters.items()}
    own = {name: value for name, value in defaults.items() if name not in ("context", "as_json")}
    return Wanted(**{**own, **typed})


def asked(folder: Path, text: str = SHOP, **typed: object) -> Wanted:
    return run_file.under(options(**typed), written(folder, text), [*typed])


def job(folder: Path, text: str = SHOP, **typed: object) -> Job:
    return wanted.load(asked(folder, text, **typed), "run").job


def test_the_file_says_what_the_options_would(tmp_path: Path) -> None:
    found = job(tmp_path)
    assert (found.target, found.rate, found.duration) == ("http://127.0.0.1:1", 1.5, 120)
    assert found.streams == (Stream(journey="order"), Stream(journey="look", ratio=5))
    assert found.journeys == str(tmp_path / "journeys.py"), "from where the file is"
    assert found.self_test is None


def test_an_option_that_is_typed_replaces_the_files_value(tmp_path: Path) -> None:
    found = job(tmp_path, rate="5/s", host="http://127.0.0.1:2", also=["browse:1"])
    assert (found.rate, found.target) == (5, "http://127.0.0.1:2")
    assert found.streams[1:] == (Stream(journey="browse"),)


def test_every_option_can_be_written_and_every_key_is_an_option() -> None:
    known = set(inspect.signature(cli.run).parameters) - {"context", "as_json"}
    assert known == {each.name for each in fields(Wanted)} - {"scenarios", "points"}
    of_command = {"url", "host", "once", "no_self_test"}
    assert set(RunInput.model_fields) - {"load", "target", "scenarios", "self_test"} == known - of_command


SCENARIOS = """
target: http://127.0.0.1:1
journeys: journeys.py
scenarios:
  order: {rate: 60/s, duration: 20s, profile: staircase, start: 5s}
  look: {ratio: 2}
  pay: {ramp: ramp.csv, start: 30s}
"""


def test_each_scenario_has_its_own_arrivals(tmp_path: Path) -> None:
    found = job(tmp_path, SCENARIOS)
    own = {stream.journey: stream.scenario for stream in found.streams}
    assert own["order"] == Scenario(rate=60, start=5, duration=20, profile="staircase")
    assert own["look"] == Scenario(rate=120, start=5, duration=20, profile="staircase")
    assert own["pay"] == Scenario(rate=20, start=30, duration=10, profile=REPLAY, points=((0, 0), (10, 1)))
    assert (found.main, found.rate, found.duration) == ("order", 60, 40)


def test_arrivals_come_in_their_scenarios_time_and_as_many(tmp_path: Path) -> None:
    found = job(tmp_path, SCENARIOS, evenly=True)
    at: dict[str, list[float]] = {}
    for arrival in found.schedule:
        at.setdefault(arrival.journey, []).append(arrival.offset / 1e9)
    assert min(at["order"]) >= 5
    assert max(at["order"]) < 25
    assert (min(at["pay"]) >= 30, max(at["pay"]) < 40) == (True, True)
    assert len(at["look"]) == pytest.approx(2 * len(at["order"]), rel=0.01)
    assert len(at["pay"]) == pytest.approx(100, rel=0.02), "a ramp to 20/s in 10 s"


def test_a_job_with_scenarios_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    from loadtests.planning import job as jobs

    found = job(tmp_path, SCENARIOS)
    found.write(tmp_path / "job.json")
    assert jobs.read(tmp_path / "job.json") == found


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("jurneys: x\n", "shop.yaml:1: unknown key 'jurneys' (did you mean 'journeys'?"),
        ("rate: fast\n", "shop.yaml:1: 'rate': expected a rate"),
        ("profile: steep\n", "shop.yaml:1: 'profile': unknown profile 'steep'"),
        ("slo:\n  - order p99 < fast\n", "shop.yaml:2: 'slo.0': expected a duration"),
        ("abort_on: [p99]\n", "shop.yaml:1: 'abort_on.0': not a rule that ends a load"),
        ("duration: 8d\n", "shop.yaml:1: 'duration': a week (7d) is the longest"),
        ("also: [{journey: look, ratio: .inf}]\n", "shop.yaml:1: 'also.0.ratio'"),
        ("scenarios: {order: {rate: 1/s}, look: {ratio: .inf}}\n", "shop.yaml:1: 'scenarios.look.ratio'"),
        ("journeys: nowhere.py\n", "shop.yaml:1: 'journeys': no such file: nowhere.py"),
        (
            "journey: order\nslo: [look p99 < 1s]\n",
            "shop.yaml:2: 'slo.0': look p99 < 1s: the load has no such",
        ),
        ("scenarios: {order: {ratio: 2}}\n", "shop.yaml:1: 'order' is the main journey: it needs a rate"),
        ("scenarios: {order: {}}\n", "a scenario has a ratio, a rate or a ramp, not nothing"),
        ("scenarios: {order: {rate: 1/s, ramp: ramp.csv}}\n", "not rate and ramp"),
        ("scenarios: {order: {ramp: ramp.csv, duration: 1s}}\n", "duration goes with a rate"),
        ("scenarios: {order: {ramp: no.csv}}\n", "shop.yaml:1: no such file: no.csv"),
        ("rate: 1/s\nscenarios: {order: {rate: 1/s}}\n", "shop.yaml:1: 'rate': the scenarios say it"),
        ("scenarios: {}\n", "shop.yaml:1: 'scenarios'"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(InputError) as refused:
        asked(tmp_path, text)
    told = "\n".join(str(problem) for problem in refused.value.problems)
    assert says in told.replace(f"{tmp_path}/", "")


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="3 problems") as refused:
        asked(tmp_path, "rate: fast\nduration: 5\npool: 0\n")
    assert [problem.where.rpartition(":")[2] for problem in refused.value.problems] == ["1", "2", "3"]


def test_what_scenarios_say_no_option_says(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--rate is said by the scenarios of the file"):
        asked(tmp_path, SCENARIOS, rate="5/s")


def test_a_ramp_has_its_own_rates(tmp_path: Path) -> None:
    found = job(
        tmp_path, "target: http://127.0.0.1:1\njourneys: journeys.py\njourney: order\nramp: ramp.csv\n"
    )
    assert (found.rate, found.duration, found.profile) == (20, 10, REPLAY)
    with pytest.raises(InputError, match="a ramp has its own rates"):
        job(tmp_path, "journeys: journeys.py\njourney: order\nramp: ramp.csv\nrate: 1/s\n")


@pytest.mark.parametrize(
    ("argument", "is_file"),
    [
        ("shop.yaml", True),
        ("./a/shop.yml", True),
        ("http://127.0.0.1/shop.yaml", False),
        ("127.0.0.1", False),
        (None, False),
    ],
)
def test_a_run_file_is_told_from_a_url(argument: str | None, is_file: bool) -> None:
    assert (run_file.named(argument) is not None) is is_file


def test_the_file_that_the_page_shows_is_one(tmp_path: Path, root: Path) -> None:
    page = (root / "docs" / "loadtests" / "run-files.md").read_text()
    (shown,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    (ramp,) = re.findall(r"```csv\n(.*?)```", page, re.DOTALL)
    file = written(tmp_path, shown)
    (tmp_path / "returns.csv").write_text(ramp)
    found = wanted.load(run_file.under(options(), file, []), "run")
    assert [str(each) for each in found.objectives][1:] == [
        "place-order/order errors < 1%",
        "all errors < 0.5%",
    ]
    assert (found.job.duration, found.job.schedule.span(found.job.streams[3]).peak) == (130, 60)
