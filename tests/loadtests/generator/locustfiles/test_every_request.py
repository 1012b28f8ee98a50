"""Whatever a locustfile asks is in a figure, or the results name it; and it ends as Locust would end it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from foundation.errors import InputError
from loadtests import commands
from loadtests.judging.measurements import Measurements
from loadtests.planning.locustfile import IGNORED
from loadtests.recording import left_out
from loadtests.recording.latency_log import Clock
from loadtests.recording.progress import Event, Note
from tests.loadtests.conftest import Loader
from tests.loadtests.generator.locustfiles.test_locustfiles import Shops, job

MODELS = pytest.mark.parametrize("model", ["open", "closed"])


def counted(measured: Measurements) -> dict[str, int]:
    """How many requests there are of each series, but that of the whole task."""
    found = {name: measured.histogram(name).total for name in measured.series}
    return {name.partition("/")[2]: total for name, total in found.items() if "/" in name}


@MODELS
def test_a_listener_that_ends_the_task_or_breaks_hides_no_failure(
    shop: Shops, loader: Loader, model: str
) -> None:
    measured = loader.run(job(loader, shop().url, model, file="hiding.py", rate=50))  # type: ignore[arg-type]
    total = measured.totals()
    assert counted(measured) == {"get-page": total.attempts}
    assert total.attempt_errors == total.errors > 10
    assert abs(total.attempt_errors - total.attempts / 2) <= 10, "every second, but for what is cut off"
    assert [failure.kind for failure in measured.failures] == ["locustfile/get-page: every second page"]


@MODELS
def test_a_file_that_quits_ends_on_purpose_with_its_own_verdict(
    shop: Shops, loader: Loader, model: str
) -> None:
    asked = job(loader, shop().url, model, file="quitting.py", rate=20, duration=60)  # type: ignore[arg-type]
    measured = loader.run(asked)
    assert 0 < measured.totals().dispatched < 1200
    broken = {found.name for found in commands.judged(measured, ()).broken}
    assert broken - {"arrivals on time"} == {"exit code of the locustfile"}, "a busy machine may be late"
    (ended,) = measured.summaries
    assert (ended.interrupted, ended.clean, ended.exit_code) == (False, True, 7)


def test_what_comes_between_arrivals_stands_under_its_own_name(shop: Shops, loader: Loader) -> None:
    """Of three users in two seconds: some 60 pushes, and 10 answers that came after their arrivals ended."""
    asked = replace(job(loader, shop().url, "open", file="pushing.py", rate=5, duration=2), pool=3)
    measured = loader.run(asked)
    found = counted(measured)
    assert found["get-page"] == 10
    assert found["get-later"] in (9, 10), "the load may be over before the last one is answered"
    assert 30 <= found["push-news"] <= 75
    assert "get-login" not in found, "on_start is in no clock"
    assert measured.totals().done == 10
    assert measured.histogram("locustfile/push-news", Clock.RESPONSE).maximum < 2_000_000, (
        "the lateness of an arrival is none of theirs"
    )
    assert measured.totals().attempts == sum(found.values())
    said = left_out.in_words(measured.summaries)
    assert any(left_out.ON_START in text for text in said), said


def test_the_task_set_in_which_a_user_begins_starts_in_no_clock(shop: Shops, loader: Loader) -> None:
    measured = loader.run(job(loader, shop(slow=0.1).url, "open", file="sets.py", rate=40))
    found = counted(measured)
    assert set(found) == {"get-look", "get-open-basket"}, "a set that an arrival enters is of that arrival"
    assert found["get-look"] + found["get-open-basket"] >= 40
    assert left_out.in_words(measured.summaries) == [f"64 {left_out.ON_START}"], "64 logged in"
    assert measured.totals().done == 40


def test_what_no_event_told_of_is_named(shop: Shops, loader: Loader) -> None:
    for model, folder in (("open", "one"), ("closed", "two")):
        asked = job(loader, shop().url, model, file="silent.py", rate=20)  # type: ignore[arg-type]
        measured = loader.run(replace(asked, output=str(loader.folder / folder)))
        told = measured.totals().attempts
        (said,) = left_out.in_words(measured.summaries)
        number, _, what = said.partition(" ")
        assert what == left_out.UNTOLD
        assert abs(int(number) - 2 * told) <= 20, "two of three; the last ones may be under way"


@MODELS
def test_a_class_that_the_tags_leave_without_a_task_has_no_users(
    shop: Shops, loader: Loader, model: str
) -> None:
    said: list[Event] = []
    asked = job(loader, shop().url, model, "--tags", "read", file="tagged.py", rate=30)  # type: ignore[arg-type]
    measured = loader.run(asked, said.append)
    assert list(counted(measured)) == ["get-read"]
    assert measured.totals().errors == 0
    notes = [event.text for event in said if isinstance(event, Note)]
    assert [text for text in notes if text != IGNORED] == ["no task is left of Clerk: the tags exclude them"]


@MODELS
def test_tags_that_leave_nothing_are_refused_with_those_that_there_are(
    shop: Shops, loader: Loader, model: str
) -> None:
    asked = job(loader, shop().url, model, "--tags", "nosuch", file="tagged.py")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="leave no task") as told:
        loader.run(asked)
    assert told.value.hint == "it has the tags: night, read, work"
