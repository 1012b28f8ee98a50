"""What is wrong with a season plan: every problem at once, with its line and what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from peakproof import season
from tests.peakproof.kiosks import TINY
from tests.peakproof.telling import GOOD, line_of, told


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


def test_a_journey_that_is_named_twice_is_told_with_its_line(tmp_path: Path) -> None:
    text = GOOD.replace("{journey: look, ratio: 0.5}", "{journey: look, ratio: 1}, {journey: look, ratio: 2}")
    assert "the journey 'look' is named twice" in told(tmp_path, text)
    assert f"plan.yaml:{line_of(text, 'also:')}" in told(tmp_path, text)


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
        ("50 members", "50", ["data.size", "10k customers"]),
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
        ("size: 50 members", f"size: {'9' * 30} customers", "at most 1,000,000,000 can be made"),
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
    text = GOOD.replace("duration: 6s", "duration: 7d").replace("peak: 12/s", "peak: 2000/s")
    said = told(tmp_path, text)
    assert f"plan.yaml:{line_of(text, 'duration: 7d')}: 1.814e+09 arrivals of all journeys" in said
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


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ("", "the definition has several databases: store, ledger; say which in"),
        ("database: ledgre", "no database 'ledgre', which its platform names; did you mean 'ledger'?"),
    ],
)
def test_which_of_several_databases_is_asked_has_to_be_said(
    tmp_path: Path, named: str, expected: str
) -> None:
    (tmp_path / "kiosk").mkdir()
    for each in (TINY / "kiosk").iterdir():
        (tmp_path / "kiosk" / each.name).symlink_to(each)
    (tmp_path / "kiosk" / "platform.yaml").unlink()
    platform = (TINY / "kiosk" / "platform.yaml").read_text()
    (tmp_path / "kiosk" / "platform.yaml").write_text(f"{platform}\n{named}\n")
    definition = (TINY / "kiosk.yaml").read_text()
    more = "  store:  {kind: postgres, memory: 256MiB}\n  ledger: {kind: mariadb}\n"
    (tmp_path / "kiosk.yaml").write_text(
        definition.replace("  store:  {kind: postgres, memory: 256MiB}\n", more)
    )
    assert expected in told(tmp_path, (TINY / "season.yaml").read_text())


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


def test_a_size_in_another_word_than_the_sample_s_is_told_with_the_right_one(tmp_path: Path) -> None:
    text = GOOD.replace("50 members", "10k unicorns")
    said = told(tmp_path, text)
    assert f"plan.yaml:{line_of(text, 'unicorns')}: the sample of platform 'kiosk'" in said
    assert "has a size in members, not in unicorns; write `10k members`" in said


def test_a_plan_without_a_rate_or_a_time_is_looked_at_in_everything_else(tmp_path: Path) -> None:
    text = GOOD.replace("duration: 6s", "duration: 99999999h").replace("peak: 12/s", "peak: -1/s")
    text = text.replace("season: kiosk", "season: Not A Name").replace("journey: look", "journey: lok")
    text += (
        "timeline:\n  - {at: 1s, kill: nobody.any}\n  - {at: 2s, kill: till-1}\n  - {at: 3s, stop: till-1}\n"
    )
    said = told(tmp_path, text)
    for wrong in (
        "'season'",
        "'load.duration'",
        "'load.peak'",
        "no journey 'lok'",
        "'nobody.any'",
        "hits till-1",
    ):
        assert wrong in said, said
    assert "journeys are expected" not in said, "of a rate that was not written"


def test_files_of_a_dataset_that_are_not_there_are_told_beside_all_else(tmp_path: Path) -> None:
    dataset = "{source: dataset, file: nofile, identity: noid, signer: plan.yaml}"
    text = GOOD.replace("{source: sample, size: 50 members}", dataset).replace("duration: 6s", "duration: 9")
    said = told(tmp_path, text)
    for wrong in ("'load.duration'", f"there is no file {tmp_path / 'nofile'}", f"{tmp_path / 'noid'}"):
        assert wrong in said, said
    assert "there is no file" in said
    assert f"{tmp_path / 'plan.yaml'}; " not in said, "that one is there"
