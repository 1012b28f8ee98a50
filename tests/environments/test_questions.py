"""How a platform is asked otherwise than by SQL: what may be said of it, and what is told of what may not."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from environments import platform
from environments.lookup import PACKAGE
from environments.questions import QuestionInput, with_secrets
from foundation.errors import InputError

STALL = PACKAGE / "tests" / "platforms" / "market" / "stall"
URL = "http://{stall.host}:{stall.port}/audit?run={run}"


def told(folder: Path, question: object) -> str:
    """What is said of a platform that is asked so."""
    (folder / "stall").mkdir()
    for each in STALL.iterdir():
        (folder / "stall" / each.name).symlink_to(each)
    (folder / "stall" / "platform.yaml").unlink()
    written = yaml.safe_load((STALL / "platform.yaml").read_text())
    text = yaml.safe_dump({**written, "conservation": question}, sort_keys=False)
    (folder / "stall" / "platform.yaml").write_text(text)
    with pytest.raises(InputError) as raised:
        platform.load(folder / "stall" / "platform.yaml")
    return " ".join(map(str, raised.value.problems))


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ({}, "say one of `sql`, `url` and `command`"),
        ({"url": URL, "command": ["orders", "{run}"]}, "say one of `sql`, `url` and `command`"),
        ({"url": "stall/audit?run={run}"}, "must be a URL that begins with http:// or https://"),
        ({"url": URL.replace("{run}", "")}, "{run} must stand in it"),
        ({"url": URL, "in": "stall"}, "`in` is a command's"),
        ({"command": ["orders", "{run}"], "headers": {"A": "b"}}, "`headers` are a URL's"),
        ({"url": URL, "headers": {"A b": "c"}}, "is no header of a request"),
        ({"url": URL, "headers": {"A": "{audit-tokn}"}}, "did you mean 'audit-token'?"),
        ({"url": URL, "timeout": "1h"}, "timeout"),
        ({"uri": URL}, "did you mean 'url'?"),
        ("nowhere.sql", "no such file"),
        ({"sql": "nowhere.sql"}, "no such file"),
        ({"sql": "conservation.sql", "in": "stall"}, "`in` is a command's"),
        (["conservation.sql"], "expected keys with values"),
    ],
)
def test_what_cannot_be_asked_is_told_with_its_line(tmp_path: Path, question: object, expected: str) -> None:
    said = told(tmp_path, question)
    assert expected in said
    assert "platform.yaml:" in said


def test_a_name_alone_is_a_file_of_sql() -> None:
    assert platform.load(STALL / "platform.yaml").written.conservation == QuestionInput(
        sql="conservation.sql"
    )


def test_what_services_and_pages_fill_is_filled_and_the_rest_is_told() -> None:
    asked = QuestionInput(url=f"{URL}&after={{after}}&x={{stall.colour}}")
    assert asked.unfilled(str(asked.url).replace("{stall.host}", "h").replace("{stall.port}", "1")) == (
        "stall.colour"
    )
    assert QuestionInput(url="http://h:1/?run={run}&after={after}").unfilled("http://h:1/?run={run}") is None


def test_secrets_stand_in_headers_alone() -> None:
    asked = QuestionInput(url=URL, headers={"Authorization": "Bearer {audit-token}", "Accept": "text/csv"})
    assert list(asked.secrets) == ["audit-token"]
    assert with_secrets("Bearer {audit-token}", {"audit-token": "a{b}"}) == "Bearer a{b}"
