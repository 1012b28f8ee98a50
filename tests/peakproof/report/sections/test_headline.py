"""The first screen says the right sentence, and the figures in it are the run's."""

from __future__ import annotations

from dataclasses import replace

from foundation.verdict import judge
from peakproof import conservation
from peakproof.report import words
from peakproof.report.sections import headline
from peakproof.results import Results
from tests.peakproof.report import reading, samples


def sentence(results: Results) -> str:
    return headline.sentence(results).replace(words.NBSP, " ")


def tiles(results: Results) -> dict[str, tuple[str, str, bool]]:
    return {
        tile.name: (tile.value.replace(words.NBSP, " "), tile.beside.replace(words.NBSP, " "), tile.bad)
        for tile in headline.tiles(results)
    }


def test_a_pass_is_one_sentence_of_what_was_done_and_kept() -> None:
    assert sentence(samples.passed()) == (
        "60 orders/s for 60 s with api-2 killed at 30 s: 3,595 requests intended, 3,588 acknowledged, "
        "not one lost, doubled, altered, oversold, phantom or stuck."
    )


def test_lost_orders_are_counted_by_what_became_of_them() -> None:
    assert sentence(samples.lost_orders()).endswith("but 58 lost, 11 doubled, 3 oversold and 1 phantom.")


def test_missed_objectives_stand_beside_what_was_kept() -> None:
    told = sentence(samples.too_slow())
    assert "with api-2 killed at 30 s and worker-1 paused at 33 s" in told
    assert told.endswith("phantom or stuck; 2 objectives were missed.")


def test_an_invalid_run_says_first_that_it_proves_nothing_and_why() -> None:
    assert sentence(samples.interrupted()) == (
        "This run proves nothing: interrupted while the environment came up. No load was measured."
    )
    assert sentence(samples.late_generator()).startswith("This run proves nothing: the generator could not")


def test_the_reason_of_an_invalid_run_is_what_made_it_invalid() -> None:
    late = samples.late_generator().verdict.findings
    missed = replace(samples.objectives()[0], holds=False)
    both = replace(samples.late_generator(), verdict=judge([missed, *late]))
    assert sentence(both).startswith("This run proves nothing: the generator could not keep up")
    assert sentence(both).endswith("phantom or stuck.")


def test_a_load_whose_orders_were_not_compared_claims_nothing_of_them() -> None:
    told = sentence(replace(samples.passed(), conservation=None))
    assert told.endswith("whether orders were kept was not compared.")
    assert "lost" not in told


def test_a_run_without_a_fault_says_so() -> None:
    calm = replace(samples.passed(), faults=())
    assert "60 s without a fault" in sentence(calm)
    assert tiles(calm)["Recovery"][0] == "no fault"


def test_a_bound_is_claimed_only_where_all_was_kept_and_the_run_counts() -> None:
    assert "at most 0.083 %" in headline.bound(samples.passed()).replace(words.NBSP, " ")
    others = (samples.lost_orders, samples.late_generator, samples.interrupted)
    assert {headline.bound(sample()) for sample in others} == {""}


def test_the_figures_are_those_of_the_run() -> None:
    assert tiles(samples.passed()) == {
        "Requests acknowledged": ("3,588", "of 3,595 intended", False),
        "Lost or wrong": ("0", "every request accounted for", False),
        "Order latency, p99": ("88.3 ms", "outside the fault's 10 s, limit 500 ms", False),
        "Recovery": ("4 s", "limit 30 s", False),
        "Orders not accepted": ("0.083 %", "3 of 3,595, limit 0.1 %", False),
    }


def test_figures_that_broke_a_promise_stand_out() -> None:
    assert {name for name, tile in tiles(samples.too_slow()).items() if tile[2]} == {
        "Order latency, p99",
        "Recovery",
    }
    assert {name for name, tile in tiles(samples.lost_orders()).items() if tile[2]} == {"Lost or wrong"}


def test_one_fault_of_two_without_recovery_is_not_hidden_by_the_other() -> None:
    first = samples.passed().faults[0]
    two = replace(samples.passed(), faults=(first, replace(first, recovery=None)))
    assert tiles(two)["Recovery"] == ("not recovered", "limit 30 s", True)


def test_latency_without_an_objective_is_that_of_the_whole_load() -> None:
    plain = replace(samples.passed(), verdict=judge([conservation.finding(samples.kept())]))
    assert tiles(plain)["Order latency, p99"] == (
        "87.7 ms",
        "over the whole load; no objective asks for it",
        False,
    )


def test_the_first_findings_that_broke_are_named_and_the_rest_counted() -> None:
    many = [replace(finding, holds=False) for finding in (*samples.validity(), *samples.objectives())]
    told = reading.text(headline.section(replace(samples.passed(), verdict=judge(many))))
    assert "What broke" in told
    assert "and 3 more" in told
    assert "What broke" not in reading.text(headline.section(samples.passed()))


def test_the_scope_is_told_by_its_labels() -> None:
    section = reading.tree(f"<div>{headline.section(samples.passed()).body}</div>")
    labels = [label.text for label in section.findall(".//dl[@class='scope']//dt")]
    assert labels == ["Shown", "This machine only (2 cores)", "Not shown"]
