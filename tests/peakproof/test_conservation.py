"""The ledger against the books: every history has one fate, and errors among sound orders are found."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.verdict import Status, Weight, judge
from loadtests.recording.ledger import Entry, Intent, Outcome, Settled, hashed
from peakproof import conservation
from peakproof.conservation import Booked, Fate

CONTENT = "17|BOOKx2"


@dataclass(frozen=True, kw_only=True)
class Story:
    """What the client saw of one order, what the books say of it, and what that must be called.

    `outcome` None with `intended` is an order whose end the client did not live to see.
    """

    fate: Fate
    outcome: Outcome | None = Outcome.ACKNOWLEDGED
    intended: bool = True
    booked: Booked | None = None

    def entries(self, key: str) -> list[Entry]:
        found: list[Entry] = []
        if self.intended:
            found.append(Intent(at=5, key=key, content=hashed(CONTENT)))
        if self.outcome is not None:
            found.append(Settled(at=9, key=key, outcome=self.outcome, attempts=2))
        return found

    def row(self, key: str) -> list[Booked]:
        return [replace(self.booked, key=key)] if self.booked else []


def booked(**changes: object) -> Booked:
    """A sound row of the books, but for what is given."""
    sound: dict[str, object] = {
        "key": "?", "content": CONTENT, "copies": 1, "effects": 1, "terminal": True, "state": "confirmed",
        "oversold": False,
    }  # fmt: skip
    return Booked(**{**sound, **changes})  # type: ignore[arg-type]


SOUND = booked()
STUCK = booked(terminal=False, state="accepted", effects=0)

STORIES = {
    "acknowledged, booked once": Story(fate=Fate.CONSERVED, booked=SOUND),
    "acknowledged, then given up aloud": Story(
        fate=Fate.CONSERVED, booked=booked(state=conservation.FAILED, effects=0)
    ),
    "acknowledged, absent": Story(fate=Fate.LOST),
    "acknowledged, a row that says none": Story(fate=Fate.LOST, booked=booked(copies=0, effects=0)),
    "acknowledged, without effect": Story(fate=Fate.LOST, booked=booked(effects=0)),
    "acknowledged, two orders": Story(fate=Fate.DOUBLED, booked=booked(copies=2)),
    "acknowledged, two effects": Story(fate=Fate.DOUBLED, booked=booked(effects=2)),
    "acknowledged, other content": Story(fate=Fate.ALTERED, booked=booked(content="17|BOOKx3")),
    "acknowledged, no content": Story(fate=Fate.ALTERED, booked=booked(content=None)),
    "acknowledged, beyond the limit": Story(fate=Fate.OVERSOLD, booked=booked(oversold=True)),
    "acknowledged, never ends": Story(fate=Fate.STUCK, booked=STUCK),
    "acknowledged, effect without order": Story(fate=Fate.PHANTOM, booked=booked(copies=0)),
    "refused, absent": Story(fate=Fate.CONSERVED, outcome=Outcome.REFUSED),
    "refused, booked": Story(fate=Fate.PHANTOM, outcome=Outcome.REFUSED, booked=SOUND),
    "refused, an effect alone": Story(fate=Fate.PHANTOM, outcome=Outcome.REFUSED, booked=booked(copies=0)),
    "in doubt, absent": Story(fate=Fate.CONSERVED, outcome=Outcome.IN_DOUBT),
    "in doubt, booked": Story(fate=Fate.CONSERVED, outcome=Outcome.IN_DOUBT, booked=SOUND),
    "in doubt, twice": Story(fate=Fate.DOUBLED, outcome=Outcome.IN_DOUBT, booked=booked(copies=2, effects=2)),
    "in doubt, other content": Story(
        fate=Fate.ALTERED, outcome=Outcome.IN_DOUBT, booked=booked(content="other")
    ),
    "in doubt, beyond the limit": Story(
        fate=Fate.OVERSOLD, outcome=Outcome.IN_DOUBT, booked=booked(oversold=True)
    ),
    "in doubt, never ends": Story(fate=Fate.STUCK, outcome=Outcome.IN_DOUBT, booked=STUCK),
    "client died, absent": Story(fate=Fate.CONSERVED, outcome=None),
    "client died, booked": Story(fate=Fate.CONSERVED, outcome=None, booked=SOUND),
    "client died, twice": Story(fate=Fate.DOUBLED, outcome=None, booked=booked(copies=2)),
    "never intended, booked": Story(fate=Fate.PHANTOM, intended=False, outcome=None, booked=SOUND),
    "never intended, twice": Story(
        fate=Fate.PHANTOM, intended=False, outcome=None, booked=booked(copies=2, effects=2)
    ),
}


def compared(stories: list[Story]) -> conservation.Conservation:
    keys = [f"run-{number}" for number in range(len(stories))]
    pairs = list(zip(keys, stories, strict=True))
    ledger = [entry for key, story in pairs for entry in story.entries(key)]
    return conservation.compare(ledger, [row for key, story in pairs for row in story.row(key)])


@pytest.mark.parametrize("name", STORIES)
def test_an_order_has_the_fate_of_its_history(name: str) -> None:
    story = STORIES[name]
    found = compared([story])
    assert found.fates == {story.fate: 1}
    assert found.holds is (story.fate is Fate.CONSERVED)
    assert [(order.key, order.fate) for order in found.bad] == (
        [] if story.fate is Fate.CONSERVED else [("run-0", story.fate)]
    )


def test_every_fate_has_a_history_here() -> None:
    assert {story.fate for story in STORIES.values()} == set(Fate)


@given(st.lists(st.sampled_from(list(STORIES.values())), max_size=60))
def test_errors_among_sound_orders_are_found_exactly(stories: list[Story]) -> None:
    found = compared(stories)
    wanted = {f"run-{number}": story.fate for number, story in enumerate(stories)}
    assert found.fates == Counter(str(fate) for fate in wanted.values())
    assert {order.key: order.fate for order in found.bad} == {
        key: fate for key, fate in wanted.items() if fate is not Fate.CONSERVED
    }
    assert found.intended == sum(story.intended for story in stories)
    assert sum(found.outcomes.values()) == found.intended


@given(st.permutations(list(STORIES.values())))
def test_the_order_of_lines_and_rows_does_not_matter(stories: list[Story]) -> None:
    pairs = [(f"run-{list(STORIES.values()).index(story)}", story) for story in stories]
    ledger = [entry for key, story in pairs for entry in story.entries(key)]
    books = [row for key, story in reversed(pairs) for row in story.row(key)]
    assert conservation.compare(ledger, books) == compared(list(STORIES.values()))


def test_what_the_client_never_heard_of_is_counted_as_in_doubt() -> None:
    found = compared(
        [STORIES["client died, booked"], STORIES["in doubt, absent"], STORIES["refused, absent"]]
    )
    assert found.outcomes == {"in-doubt": 2, "refused": 1}
    assert found.in_doubt_found == 1


def test_all_that_is_known_of_a_bad_order_is_told() -> None:
    (order,) = compared([STORIES["acknowledged, two effects"]]).bad
    assert (order.intended_at, order.outcome, order.attempts) == (5, "acknowledged", 2)
    assert (order.copies, order.effects, order.state) == (1, 2, "confirmed")
    assert order.why == "1 orders and 2 effects for one key"


def test_an_order_that_nobody_intended_has_no_time_and_says_so() -> None:
    (order,) = compared([STORIES["never intended, booked"]]).bad
    assert (order.intended_at, order.outcome, order.attempts) == (0, "never intended", 0)


def test_doubled_is_told_before_altered_and_altered_before_oversold() -> None:
    everything = booked(copies=2, content="other", oversold=True, terminal=False)
    found = [
        compared([Story(fate=Fate.LOST, booked=row)]).bad[0].fate
        for row in (everything, replace(everything, copies=1), replace(everything, copies=1, content=CONTENT))
    ]
    assert found == [Fate.DOUBLED, Fate.ALTERED, Fate.OVERSOLD]


def test_books_are_complete_when_all_that_was_promised_has_come_to_its_end() -> None:
    assert not conservation.missing({"a"}, [booked(key="a")])
    assert conservation.missing({"a", "b"}, [booked(key="a")])
    assert conservation.missing({"a"}, [booked(key="a", terminal=False)])
    assert conservation.missing(set(), [booked(key="in doubt", terminal=False)])
    assert not conservation.missing(set(), [])


def test_only_what_was_acknowledged_is_a_promise() -> None:
    stories = [STORIES["refused, absent"], STORIES["acknowledged, absent"], STORIES["client died, booked"]]
    ledger = [entry for number, story in enumerate(stories) for entry in story.entries(f"run-{number}")]
    assert conservation.acknowledged(ledger) == {"run-1"}


def test_one_broken_promise_fails_the_run_with_its_reason() -> None:
    found = conservation.finding(
        compared([STORIES["acknowledged, absent"], STORIES["acknowledged, booked once"]])
    )
    assert found.weight is Weight.CONSERVATION
    assert found.observed == "1 lost, of 2 intended"
    assert found.reason == "acknowledged to the client, but the platform does not have it"
    assert judge([found]).status is Status.FAIL


def test_without_a_broken_promise_every_order_is_accounted_for() -> None:
    found = conservation.finding(compared([STORIES["refused, absent"]]))
    assert found.holds
    assert found.observed == "every request accounted for, of 1 intended"
