"""Problems: RFC 9457, one shape for every error."""

from __future__ import annotations

import json
import re

import pytest
from orderhub.problems import CODES, Problem

from tests.platforms.orderhub.processes import APP


@pytest.mark.parametrize("code", CODES)
def test_every_code_makes_a_complete_problem(code: str) -> None:
    reply = Problem(code=code, detail="this one").response()
    body = json.loads(bytes(reply.body))
    assert reply.media_type == "application/problem+json"
    assert body["status"] == reply.status_code >= 400
    assert (body["type"], body["detail"]) == (f"urn:orderhub:problem:{code}", "this one")
    assert body["title"]


@pytest.mark.parametrize("code", CODES)
def test_only_what_may_work_later_says_when_to_try_again(code: str) -> None:
    reply = Problem(code=code).response()
    assert ("Retry-After" in reply.headers) == (reply.status_code == 503)


def test_every_refusal_of_an_accepting_function_has_its_problem() -> None:
    written = "\n".join(path.read_text() for path in sorted((APP / "migrations").glob("*.sql")))
    refusals = set(re.findall(r"(?:SELECT|MESSAGE =|ELSE) '([a-z]+-[a-z-]+|overpaid)'", written))
    assert {"credit-limit", "key-reused", "overpaid", "more-than-ordered"} <= refusals <= set(CODES)
    assert {Problem(code=code).status for code in refusals} == {409, 422}
