"""The tables: broken things first, every number where it belongs, nothing silently missing."""

from __future__ import annotations

from dataclasses import replace

from foundation.verdict import judge
from peakproof import conservation as judging
from peakproof.report.sections import conservation, environment, faults, findings, latency, repeat
from peakproof.results import StageTime
from tests.peakproof.report import reading, samples


def test_what_broke_is_judged_first() -> None:
    rows = reading.rows(findings.section(samples.too_slow()))
    assert [row[:2] for row in rows[:3]] == [
        ["place-order p99 outside faults+10s", "broken"], ["recovery", "broken"], ["errors", "holds"],
    ]  # fmt: skip


def test_what_was_promised_comes_before_the_bookkeeping() -> None:
    checked = [row[0] for row in reading.rows(findings.section(samples.passed()))]
    assert checked.index("errors") < checked.index("arrivals on time")


def test_an_objective_is_told_as_what_was_checked_expected_and_observed() -> None:
    rows = reading.rows(findings.section(samples.passed()))
    assert [
        "place-order p99 outside faults+10s",
        "holds",
        "88.3 ms",
        "< 500ms",
        "of 2,996; within faults+10s: 1.14 s",
    ] in rows


def test_an_objective_that_is_not_written_as_one_is_told_as_it_stands() -> None:
    odd = replace(samples.objectives()[0], name="odd", expected="whatever that is")
    (row,) = reading.rows(findings.section(replace(samples.passed(), verdict=judge([odd]))))
    assert row[0] == "odd"
    assert row[3] == "whatever that is"


def test_every_finding_has_its_row() -> None:
    for sample in samples.ALL:
        assert len(reading.rows(findings.section(sample()))) == len(sample().verdict.findings)


def test_orders_are_counted_by_what_clients_were_told_and_what_became_of_them() -> None:
    rows = reading.rows(conservation.section(samples.lost_orders()))
    assert rows[:4] == [
        ["acknowledged: exactly once", "3,588", "3,516", "58", "11", "", "3", "", ""],
        ["refused: not at all", "4", "4", "", "", "", "", "", ""],
        ["in doubt: once or not at all", "3", "3", "", "", "", "", "", ""],
        ["never intended: not at all", "1", "", "", "", "", "", "1", ""],
    ]
    assert len(reading.bad_rows(conservation.section(samples.lost_orders()))) == 2


def test_orders_in_doubt_are_resolved() -> None:
    told = reading.text(conservation.section(samples.passed()))
    assert "Of 3, the platform had 2 and did not have 1." in told
    none = replace(samples.kept(), outcomes={"acknowledged": 3595})
    assert "every client got an answer" in reading.text(
        conservation.section(replace(samples.passed(), conservation=none))
    )


def test_the_first_bad_orders_are_told_with_all_that_is_known_and_the_rest_counted() -> None:
    section = conservation.section(samples.lost_orders())
    orders = reading.rows(section)[4:]
    assert len(orders) == conservation.ORDERS_SHOWN
    assert orders[0] == [
        "laptop-20261122T194702Z-7f3a-1800", "lost",
        "acknowledged to the client, but the platform does not have it",
        "acknowledged after 1 attempt", "0", "0", "", "19:47:32.104",
    ]  # fmt: skip
    assert "and 23 more, see results.json" in reading.text(section)


def test_many_orders_of_one_fate_do_not_hide_the_others() -> None:
    fates = [row[1] for row in reading.rows(conservation.section(samples.lost_orders()))[4:]]
    assert [fates.count(fate) for fate in ("lost", "doubled", "oversold", "phantom")] == [35, 11, 3, 1]


def test_what_a_platform_says_of_an_order_may_be_of_any_length() -> None:
    long = replace(samples.bad_orders()[0], why="x" * 100_000)
    broken = replace(samples.kept(), fates={"lost": 1}, bad=(long,))
    section = conservation.section(replace(samples.passed(), conservation=broken))
    assert len(section.body) < 10_000
    assert "x…" in section.body


def test_conservation_that_holds_lists_no_orders() -> None:
    assert "What went wrong" not in reading.text(conservation.section(samples.passed()))


def test_the_numbers_of_the_table_add_up_to_the_orders_judged() -> None:
    for sample in (samples.passed(), samples.lost_orders()):
        assert sample.conservation is not None
        rows = reading.rows(conservation.section(sample))[:4]
        counts = [[int(cell.replace(",", "") or 0) for cell in row[1:]] for row in rows]
        assert all(total == sum(fates) for total, *fates in counts)
        assert sum(total for total, *_ in counts) == sum(sample.conservation.fates.values())


def test_a_fault_says_where_when_and_how_long() -> None:
    assert reading.rows(faults.section(samples.passed())) == [
        ["kill", "api.any", "api-2 killed", "30 s", "the drain", "4 s"]
    ]


def test_recovery_that_is_not_claimed_is_neither_good_nor_bad() -> None:
    fault = replace(samples.passed().faults[0], recovery=None, claimed=False)
    section = faults.section(replace(samples.passed(), faults=(fault,)))
    assert [row[-1] for row in reading.rows(section)] == ["not claimed"]
    assert reading.bad_rows(section) == []


def test_a_fault_without_recovery_stands_out() -> None:
    assert [row[-1] for row in reading.bad_rows(faults.section(samples.too_slow()))] == ["not recovered"] * 2


def test_each_series_has_its_percentiles() -> None:
    rows = reading.rows(latency.section(samples.passed()))
    assert [row[0] for row in rows] == [each.series for each in samples.load().percentiles]
    assert rows[1] == ["place-order", "3,595", "21.4 ms", "49.2 ms", "87.7 ms", "663 ms", "1.88 s"]


def test_the_environment_names_every_node_and_its_image() -> None:
    section = environment.section(samples.passed())
    assert dict(reading.rows(section)) == dict(samples.environment().images)
    assert "9c41e7d20b8f" in reading.text(section)


def test_images_without_a_name_are_told_by_their_ids() -> None:
    nameless = replace(samples.environment(), images={})
    section = environment.section(replace(samples.passed(), environment=nameless))
    assert dict(reading.rows(section)) == dict(samples.environment().nodes)


def test_what_could_not_be_taken_down_is_told_where_the_environment_is() -> None:
    left = replace(samples.passed(), left=("laptop is not all gone: a guest is in its network",))
    assert "a guest is in its network" in reading.text(environment.section(left))


def test_data_that_nobody_verified_is_not_called_verified() -> None:
    data = samples.passed().data
    assert data is not None
    unverified = replace(samples.passed(), data=replace(data, verified=False))
    assert "not verified" in reading.text(environment.section(unverified))
    assert "not verified" not in reading.text(environment.section(samples.passed()))


def test_the_run_can_be_repeated_from_what_the_report_says() -> None:
    told = reading.text(repeat.section(samples.passed()))
    for needed in (
        "peakproof rehearse seasons/laptop.yaml",
        "Seed 7",
        "browse 5 times as often",
        "sha256:5d1b6a0f93c2",
        "20.10.24",
        "/srv/shop",
        "22 November 2026, 20:47:02",
        "22 November 2026, 20:48:29",
        "AMD EPYC 7B13",
    ):
        assert needed in told
    assert "not recorded" in reading.text(repeat.section(replace(samples.passed(), command="")))


def test_the_stages_add_up() -> None:
    assert reading.rows(repeat.section(samples.passed()))[-1] == ["altogether", "1 min 27 s"]


def test_a_stage_that_did_not_come_to_its_end_stands_out_and_its_time_counts() -> None:
    stages = (StageTime(stage="seed", seconds=3.0), StageTime(stage="load", seconds=9.0, whole=False))
    section = repeat.section(replace(samples.passed(), stages=stages))
    assert reading.bad_rows(section) == [["load, not to its end", "9 s"]]
    assert reading.rows(section)[-1] == ["altogether", "12 s"]


def test_the_samples_agree_with_themselves() -> None:
    kept, load = samples.kept(), samples.load()
    assert kept.intended == sum(kept.outcomes.values()) == sum(second.wanted for second in load.seconds)
    assert judging.finding(kept).holds


def test_every_secret_in_an_environment_variable_is_named() -> None:
    ran = replace(samples.environment(), secret_variables={"api-1": ("CARRIER_PIN", "TOKEN")})
    shown = str(environment.section(replace(samples.passed(), environment=ran)).body)
    assert "api-1 was given a secret in an environment variable (CARRIER_PIN, TOKEN)" in shown
    assert "environment variable" not in str(environment.section(samples.passed()).body)
