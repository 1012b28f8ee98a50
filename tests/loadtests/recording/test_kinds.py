"""The kind of a failure has its words, and nothing that was measured: else each failure would be its own."""

from __future__ import annotations

import pytest

from loadtests.recording.kinds import LONGEST, error_in, of_request, told


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("took 3.271 s", "took … s"),
        ("p99 12.5ms of 100 rows", "p99 …ms of 100 rows"),
        ("version 3 instead of 4", "version 3 instead of 4"),
        ("order 12345678 is not there", "order … is not there"),
        ("no order 550e8400-e29b-41d4-a716-446655440000", "no order …"),
        ("<Reply at 0x7f3197c9>", "<Reply at …>"),
        ("http://127.0.0.1:45123/teas", "http://127.0.0.1:…/teas"),
        ("no route to 10.201.0.5", "no route to 10.201.0.5"),
        ("needs v1.2.3", "needs v1.2.3"),
        ("350 ms is too late", "… ms is too late"),
        ("took 350ms", "took …ms"),
        ("37 bytes of 8 lines, 12 KiB", "… bytes of 8 lines, … KiB"),
        ("the token ended 2026-11-29T08:32:25.123Z", "the token ended …"),
        ("asked at 08:32:25, on 2026-11-29", "asked at …, on …"),
        ("request 9f86d081884c7d65 failed", "request … failed"),
        ("the accessibility of 17 shops", "the accessibility of 17 shops"),
    ],
)
def test_what_differs_each_time_is_left_out_and_the_rest_stays(text: str, kind: str) -> None:
    assert told(text) == kind


def test_a_kind_is_never_long() -> None:
    assert len(told("word " * 1000)) == LONGEST


class Broken(Exception):  # noqa: N818 - any error of a locustfile
    pass


ERROR = Broken("version 3 instead of 4")


@pytest.mark.parametrize("cause", [ERROR, (Broken, ERROR), (Broken, ERROR, None), [Broken, ERROR]])
def test_an_error_keeps_its_type_and_its_words_also_as_a_pair(cause: object) -> None:
    assert of_request(cause, None) == "Broken: version 3 instead of 4"
    assert error_in(cause) is ERROR, "the traceback that is kept is that of the error itself"


def test_a_pair_without_an_error_is_told_as_it_is() -> None:
    assert of_request(("timeout", "reader"), None) == "('timeout', 'reader')"


def test_a_status_stands_for_its_error_whose_text_has_the_url() -> None:
    assert of_request(Broken("500 for url http://127.0.0.1/7"), 500) == "status 500"


@pytest.mark.parametrize(
    ("cause", "kind"),
    [
        ("took 3.21 s", "took … s"),
        (ConnectionRefusedError(111, "refused: 127.0.0.1"), "ConnectionRefusedError"),
        (Broken(), "Broken"),
    ],
)
def test_a_kind_is_the_same_each_time(cause: object, kind: str) -> None:
    assert of_request(cause, None) == kind
