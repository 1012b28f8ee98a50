"""What is wrong with a season plan: every problem at once, with its line and what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from environments.faults.capabilities import NFTABLES
from foundation.errors import InputError, Problem, Unavailable
from peakproof import season
from peakproof.season import Season
from tests.peakproof.kiosks import TINY

GOOD = (TINY / "season.yaml").read_text().replace("definition: kiosk", f"definition: {TINY / 'kiosk.yaml'}")


def problems(folder: Path, text: str) -> list[Problem]:
    """What is wrong with a plan; its lines count from 1."""
    (folder / "plan.yaml").write_text(text)
    with pytest.raises(InputError) as raised:
        season.load("./plan.yaml", beside=folder)
    return list(raised.value.problems)


def told(folder: Path, text: str) -> str:
    found = problems(folder, text)
    return "\n".join(f"{each.where}: {each.what}; {each.hint or ''}" for each in found)


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def test_a_rule_that_ends_the_load_is_told_with_its_line_when_it_is_none(tmp_path: Path) -> None:
    text = f"{GOOD}\nabort_on: [errors > 20% for 30s, p99 > slow for 3s]\n"
    assert f"plan.yaml:{line_of(text, 'abort_on')}" in told(tmp_path, text)
    assert "p99 > slow for 3s" in told(tmp_path, text)
    (tmp_path / "plan.yaml").write_text(text.replace("slow", "5s"))
    assert season.load("./plan.yaml", beside=tmp_path).written.abort_on[1] == "p99 > 5s for 3s"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("  replay: nothing.csv", ["plan.yaml:11", "nothing.csv: cannot be read"]),
        ("  replay: plan.yaml", ["plan.yaml:11", "no time in this line"]),
        ("  replay: a.csv\n  profile: soak", ["load", "write one of them"]),
    ],
)
def test_a_replay_that_cannot_be_read_is_told_with_its_line(
    tmp_path: Path, line: str, expected: list[str]
) -> None:
    found = told(tmp_path, GOOD.replace("  seed: 7", line))
    assert [part for part in expected if part not in found] == [], found


@pytest.mark.parametrize(
    ("capacity", "expected"),
    [
        ("{budget: 15m}", "platform 'kiosk' has no `reset`"),
        ("{budget: 1m, measure: 60s}", "1 min 0 s has no room for 3 trials"),
        ("{budget: 15m, measure: 2s}", "capacity.measure"),
    ],
)
def test_a_search_that_cannot_be_is_told(tmp_path: Path, capacity: str, expected: str) -> None:
    assert expected in told(tmp_path, GOOD + f"\ncapacity: {capacity}\n")


@pytest.mark.parametrize(
    ("objective", "expected"),
    [
        ("accepted->erp p50 < 9s", "platform 'kiosk' tells no delay 'accepted->erp'"),
        ("queue age < 5s", "platform 'kiosk' has no gauge 'queue age'"),
    ],
)
def test_an_objective_about_what_the_platform_does_not_tell_is_refused(
    tmp_path: Path, objective: str, expected: str
) -> None:
    text = GOOD.replace("  - errors < 1%", f'  - errors < 1%\n  - "{objective}"')
    assert expected in told(tmp_path, text)


@pytest.mark.parametrize(
    ("was", "wrong", "expected"),
    [
        ("  seed: 7", "  sed: 7", ["unknown key 'load.sed'", "did you mean 'seed'?"]),
        ("peak: 12/s", "peak: 12", ["load.peak"]),
        ("duration: 6s", "duration: 6 parsecs", ["load.duration"]),
        ("duration: 6s", "duration: 0s", ["load.duration"]),
        ("50 customers", "50", ["data.size", "10k customers"]),
        ("seed: 7", "profile: constnt", ["unknown profile 'constnt'", "did you mean 'constant'?"]),
        ("errors < 1%", "errors < 1", ["slo.1", 'expected a percentage such as "0.1%"', "^"]),
        ("errors < 1%", "look p50 < 1s", None),
        ("platform: kiosk", f"platform: {TINY / 'kiosk'}", None),
        ("platform: kiosk", f"platform: {TINY}", ["the definition's platform is 'kiosk'"]),
        ("errors < 1%", "look p99 < 1s", ["36 journeys are expected", "shortest load that works: 167 s"]),
        ("errors < 1%", "bok p99 < 1s", ["no journey 'bok' in the load", "did you mean 'book'?"]),
        ("journey: book", "journey: bok", ["no journey 'bok'", "did you mean 'book'?"]),
        ("journey: look", "journey: lok", ["no journey 'lok'", "did you mean 'look'?"]),
        ("platform: kiosk", "platform: orderhub", ["the definition's platform is 'kiosk'"]),
        ("definition: ", "definiton: ", ["unknown key 'environment.definiton'"]),
    ],
)
def test_a_wrong_word_is_told_with_its_line_and_what_is_allowed(
    tmp_path: Path, was: str, wrong: str, expected: list[str] | None
) -> None:
    assert was in GOOD
    text = GOOD.replace(was, wrong)
    if expected is None:
        (tmp_path / "plan.yaml").write_text(text)
        assert season.load("./plan.yaml", beside=tmp_path)
        return
    said = told(tmp_path, text)
    assert f"plan.yaml:{line_of(text, wrong.strip())}: " in said
    assert all(part in said for part in expected), said


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("{at: 2s, kil: till.any}", ["unknown fault 'kil'", "did you mean 'kill'?"]),
        ("{at: 2s}", ["exactly one fault per line"]),
        ("{at: 2s, kill: till.any, pause: till.any}", ["exactly one fault per line"]),
        ("{at: soon, kill: till.any}", ["timeline.0.at"]),
        ("{at: 2s, kill: til.any}", ["no role or node 'til.any'", "did you mean 'till.any'?"]),
        ("{at: 6s, kill: till.any}", ["kill at 6.0 s comes after the load has ended, at 6.0 s"]),
        ("{kill: till.any}", ["'timeline.0.at' is missing"]),
        ("{at: 1s, kill: till.any, for: 0s}", ["timeline.0.for"]),
        ("{at: 1s, kill: [till.any]}", ["timeline.0"]),
        ("{at: 1s, kill: tables.any}", ["tables.any: its nodes run once and are done before the load"]),
        ("{at: 1s, kill: door-1}", ["the door is no target"]),
        ("{at: 1s, latency: till-1}", ["'timeline.0.by' is missing"]),
        ("{at: 1s, latency: till-1, by: 5m}", ["'timeline.0.by'", "between 1ms and a minute"]),
        ("{at: 1s, pause: till-1, grace: 5s}", ["unknown key 'timeline.0.grace'"]),
        ("{at: 1s, partition: till-1, from: stor}", ["no service or node 'stor'", "did you mean 'store'?"]),
    ],
)
def test_a_wrong_fault_is_told_with_its_line(tmp_path: Path, line: str, expected: list[str]) -> None:
    text = f"{GOOD}timeline:\n  - {line}\n"
    said = told(tmp_path, text)
    assert f"plan.yaml:{line_of(text, line)}: " in said
    assert all(part in said for part in expected), said


@pytest.mark.parametrize(
    ("first", "second", "until"),
    [
        ("{at: 1s, kill: till.any, for: 2s}", "{at: 2s, kill: till.any, for: 1s}", "3.0 s"),
        ("{at: 1s, kill: till.any, for: 2s}", "{at: 3s, kill: till.any}", "3.0 s"),
        ("{at: 1s, kill: till.any}", "{at: 5s, kill: till.any}", "the drain"),
    ],
    ids=["within", "at its very end", "of one without an end"],
)
def test_a_fault_of_a_node_that_another_one_still_holds_is_refused(
    tmp_path: Path, first: str, second: str, until: str
) -> None:
    text = f"{GOOD}timeline:\n  - {second}\n  - {first}\n"
    said = told(tmp_path, text)
    assert f"plan.yaml:{line_of(text, second)}: kill at" in said
    assert f"hits till-1 again, which kill at 1.0 s holds until {until}" in said


@pytest.mark.parametrize(
    ("second", "collide"),
    [("pause: till-1", True), ("stop: till-1", True), ("partition: till-1", True), ("pause: store-1", False)],
)
def test_faults_of_one_node_that_hold_the_same_are_refused_and_others_are_not(
    tmp_path: Path, second: str, collide: bool
) -> None:
    text = f"{GOOD}timeline:\n  - {{at: 1s, kill: till-1, for: 2s}}\n  - {{at: 2s, {second}, for: 1s}}\n"
    if collide:
        assert "hits till-1 again, which kill at 1.0 s holds until 3.0 s" in told(tmp_path, text)
    else:
        (tmp_path / "plan.yaml").write_text(text)
        assert len(season.load("./plan.yaml", beside=tmp_path).faults) == 2


CUT = "{at: 2s, partition: till-1, for: 1s}"


def no_nftables(_season: Season) -> dict[str, str]:
    return {NFTABLES: "no"}


def test_a_fault_that_the_machine_cannot_do_is_told_with_its_line_before_anything_is_made(
    tmp_path: Path,
) -> None:
    text = f"{GOOD}timeline:\n  - {CUT}\n"
    (tmp_path / "plan.yaml").write_text(text)
    with pytest.raises(Unavailable) as raised:
        season.load("./plan.yaml", beside=tmp_path, lacking=no_nftables)
    (line,) = raised.value.detail
    assert f"plan.yaml:{line_of(text, CUT)}: this machine cannot do partition: the kernel has no" in line
    assert season.load("./plan.yaml", beside=tmp_path).faults, "where nothing is known nothing is refused"


def test_what_the_machine_cannot_do_is_told_together_with_what_else_is_wrong(tmp_path: Path) -> None:
    text = f"{GOOD}timeline:\n  - {CUT}\n  - {{at: 1s, kill: til.any}}\n"
    (tmp_path / "plan.yaml").write_text(text)
    with pytest.raises(InputError) as raised:
        season.load("./plan.yaml", beside=tmp_path, lacking=no_nftables)
    assert [each.what.partition(":")[0] for each in raised.value.problems] == [
        "no role or node 'til.any' in the environment",
        "this machine cannot do partition",
    ]


def test_recovery_is_not_asked_for_where_no_latency_limit_says_when_all_is_well(tmp_path: Path) -> None:
    text = GOOD.replace("book p50 < 10s", "recovery < 10s")
    said = told(tmp_path, text)
    assert f"plan.yaml:{line_of(text, 'recovery')}: recovery < 10s: no latency limit of book says" in said


def test_all_problems_are_told_at_once_whatever_they_are_about(tmp_path: Path) -> None:
    """Words that nobody knows, and words that are known but stand for nothing here."""
    text = (
        GOOD.replace("seed: 7", "profile: constnt")
        .replace("errors < 1%", "erors < 1%")
        .replace("book p50", "bok p50")
        .replace("journey: look", "journey: lok")
        .replace("platform: kiosk", "platform: orderhub")
        + "timeline:\n  - {at: 1s, kil: till.any}\n  - {at: 9s, kill: till.any}\n"
        + "  - {at: 1s, kill: til.any}\nhm: 1\n"
    )
    said = told(tmp_path, text)
    for wrong in (
        "constnt",
        "erors",
        "'bok'",
        "'lok'",
        "'kil'",
        "after the load",
        "'til.any'",
        "'hm'",
        "platform is",
    ):
        assert wrong in said, f"{wrong} is not told in:\n{said}"


def test_problems_of_the_plan_are_told_together_with_those_of_its_definition(tmp_path: Path) -> None:
    (tmp_path / "kiosk.yaml").write_text(
        (TINY / "kiosk.yaml").read_text().replace("entry: till", "entry: til")
    )
    (tmp_path / "kiosk").symlink_to(TINY / "kiosk")
    said = told(tmp_path, GOOD.replace(str(TINY / "kiosk.yaml"), "./kiosk.yaml").replace("seed: 7", "sed: 7"))
    assert "plan.yaml" in said
    assert "unknown key 'load.sed'" in said
    assert "kiosk.yaml:4: no service 'til' in the definition" in said


@pytest.mark.parametrize(
    ("was", "wrong", "hint"),
    [
        (f"definition: {TINY / 'kiosk.yaml'}", "definition: labtop", "did you mean 'laptop'?"),
        ("environment: {", "environment: {site: labtop, ", "did you mean 'laptop'?"),
    ],
)
def test_a_definition_or_a_site_that_nobody_wrote_is_told_with_its_line(
    tmp_path: Path, was: str, wrong: str, hint: str
) -> None:
    text = GOOD.replace(was, wrong).replace("seed: 7", "sed: 7")
    said = told(tmp_path, text)
    assert f"plan.yaml:{line_of(text, 'environment:')}: no" in said
    assert hint in said
    assert "unknown key 'load.sed'" in said


def test_a_definition_that_nobody_wrote_is_told_beside_whatever_else_is_wrong(tmp_path: Path) -> None:
    text = (
        GOOD.replace(f"definition: {TINY / 'kiosk.yaml'}", "definition: labtop").replace(
            "book p50", "bok p50"
        )
        + "timeline:\n  - {at: 9s, kill: till.any}\n"
    )
    said = told(tmp_path, text)
    assert all(wrong in said for wrong in ("'labtop'", "'bok'", "after the load has ended")), said
    without_load = text.replace("  peak: 12/s\n", "")
    said = told(tmp_path, without_load)
    assert all(wrong in said for wrong in ("'labtop'", "'load.peak' is missing")), said


@pytest.mark.parametrize(
    ("was", "wrong", "expected"),
    [
        ("peak: 12/s", f"peak: {'9' * 320}/s", "it is too large"),
        ("peak: 12/s", f"peak: {'9' * 30}/s", "no generator comes to the end of them; at most 1,000,000/s"),
        ("ratio: 0.5", "ratio: .inf", "finite"),
        ("ratio: 0.5", "ratio: .nan", "finite"),
        ("duration: 6s", f"duration: {'9' * 30}s", "a week (7d) is the longest"),
        ("drain: 5s", f"drain: {'9' * 30}d", "a week (7d) is the longest"),
        ("size: 50 customers", f"size: {'9' * 30} customers", "at most 1,000,000,000 can be made"),
    ],
)
def test_a_plan_that_would_never_end_is_refused(tmp_path: Path, was: str, wrong: str, expected: str) -> None:
    assert was in GOOD
    text = GOOD.replace(was, wrong)
    said = told(tmp_path, text)
    assert f"plan.yaml:{line_of(text, wrong)}: " in said
    assert expected in said


def test_arrivals_of_all_journeys_together_have_an_end(tmp_path: Path) -> None:
    text = GOOD.replace("ratio: 0.5", "ratio: 1.0e+9")
    said = told(tmp_path, text)
    assert f"plan.yaml:{line_of(text, 'peak:')}: 1.2e+10 arrivals/s of all journeys" in said
    searching = f"{GOOD}capacity: {{budget: 15m, start: {'9' * 30}/s}}\n"
    said = told(tmp_path, searching)
    assert f"plan.yaml:{line_of(searching, 'capacity:')}: 1.5e+30 arrivals/s of all journeys" in said


def test_a_plan_of_nothing_at_all_is_told_what_it_lacks(tmp_path: Path) -> None:
    said = told(tmp_path, "season: nothing\n")
    for key in ("environment", "data", "load"):
        assert f"{key!r} is missing" in said


@pytest.mark.parametrize("entry", ["store", "tables"])
def test_an_entry_that_customers_cannot_talk_to_is_told(tmp_path: Path, entry: str) -> None:
    definition = (TINY / "kiosk.yaml").read_text().replace("entry: till", f"entry: {entry}")
    (tmp_path / "kiosk.yaml").write_text(definition)
    (tmp_path / "kiosk").symlink_to(TINY / "kiosk")
    said = told(tmp_path, (TINY / "season.yaml").read_text())
    assert f"customers cannot talk to its entry {entry!r}" in said


def test_a_definition_without_a_database_cannot_be_rehearsed(tmp_path: Path) -> None:
    (tmp_path / "kiosk").mkdir()
    (tmp_path / "kiosk" / "app").symlink_to(TINY / "kiosk" / "app")
    (tmp_path / "kiosk" / "platform.yaml").write_text(
        "platform: kiosk\nprocesses:\n  till: {image: app, port: 8080}\n"
    )
    (tmp_path / "kiosk.yaml").write_text(
        "definition: kiosk\nplatform: kiosk\nentry: till\n"
        "services: {till: {kind: application, process: till}}\n"
    )
    said = told(tmp_path, (TINY / "season.yaml").read_text())
    assert "the definition has no database" in said
    assert "cannot talk" not in said


def test_a_platform_that_cannot_be_asked_cannot_be_rehearsed(tmp_path: Path) -> None:
    platform = (TINY / "kiosk" / "platform.yaml").read_text()
    (tmp_path / "kiosk").mkdir()
    (tmp_path / "kiosk" / "app").symlink_to(TINY / "kiosk" / "app")
    bare = "\n".join(
        line
        for line in platform.splitlines()
        if not line.startswith(("conservation", "journeys", "policy", "sample"))
    )
    (tmp_path / "kiosk" / "platform.yaml").write_text(bare)
    (tmp_path / "kiosk.yaml").write_text((TINY / "kiosk.yaml").read_text())
    said = told(tmp_path, (TINY / "season.yaml").read_text())
    for needed in ("journeys", "conservation", "policy", "sample"):
        assert f"has no `{needed}`: a rehearsal needs it" in said
