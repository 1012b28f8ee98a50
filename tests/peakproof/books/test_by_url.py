"""Books at a URL: page by page to the end, and no answer that is wrong is taken for one without orders."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from foundation.errors import InputError, Unavailable
from peakproof.books import by_url
from peakproof.books.by_url import ByUrl, Reply

URL = "http://till:8080/audit?run={run}"
PAGED = f"{URL}&after={{after}}"


def row(key: str) -> str:
    told = {"content": "1", "copies": 1, "effects": 1, "terminal": True, "state": "sold", "oversold": False}
    return json.dumps({"key": key, **told})


def reply(*keys: str, status: int = 200, link: str = "") -> Reply:
    return Reply(status=status, body="\n".join(map(row, keys)).encode(), link=link)


def books(ask: Callable[[str], Reply], url: str = URL) -> ByUrl:
    return ByUrl(url=url, run="r 1-", where="platform.yaml:7", ask=ask)


def keys(found: ByUrl) -> list[str]:
    return [each.key for each in found.read()]


def test_one_answer_without_pages_is_all() -> None:
    asked: list[str] = []

    def ask(url: str) -> Reply:
        asked.append(url)
        return reply("r 1-1", "r 1-2")

    assert keys(books(ask)) == ["r 1-1", "r 1-2"]
    assert asked == ["http://till:8080/audit?run=r%201-"]


def test_pages_follow_each_other_by_the_last_key_until_one_is_empty() -> None:
    pages = {"": ["r 1-1", "r 1-2"], "r%201-2": ["r 1-3"], "r%201-3": []}
    asked: list[str] = []

    def ask(url: str) -> Reply:
        asked.append(url.partition("after=")[2])
        return reply(*pages[asked[-1]])

    assert keys(books(ask, PAGED)) == ["r 1-1", "r 1-2", "r 1-3"]
    assert asked == ["", "r%201-2", "r%201-3"]


def test_pages_follow_each_other_by_links() -> None:
    def ask(url: str) -> Reply:
        if "page=2" in url:
            return reply("r 1-2", link='</audit?page=1>; rel="prev"')
        return reply("r 1-1", link='</audit?page=0>; rel="first", </audit?page=2>; rel="next"')

    assert keys(books(ask)) == ["r 1-1", "r 1-2"]


def test_a_link_that_leads_elsewhere_is_not_followed() -> None:
    link = '<http://elsewhere.example/audit>; rel="next"'
    with pytest.raises(InputError, match=r"goes on at http://elsewhere\.example/audit, which is elsewhere"):
        keys(books(lambda _: reply("r 1-1", link=link)))


def test_pages_without_an_end_are_told() -> None:
    with pytest.raises(InputError, match="its pages have no end") as raised:
        keys(books(lambda _: reply("r 1-1"), PAGED))
    assert "{after} is the last key of the page before" in str(raised.value.hint)


@pytest.mark.parametrize("status", [201, 302, 401, 404, 500])
def test_another_status_shows_the_first_kilobyte(status: int) -> None:
    body = b"who are you?\n" + b"x" * 5000
    with pytest.raises(InputError, match=rf"is answered with {status} at http://till:8080/audit") as raised:
        keys(books(lambda _: Reply(status=status, body=body)))
    assert raised.value.detail[0] == "who are you?"
    assert len("\n".join(raised.value.detail)) == 1024


def test_no_content_is_no_orders() -> None:
    assert keys(books(lambda _: Reply(status=204))) == []


def test_nobody_who_answers_is_unavailable_with_the_reason() -> None:
    with pytest.raises(Unavailable, match="TimeoutError: timed out") as raised:
        keys(books(lambda _: Reply(error="TimeoutError: timed out")))
    assert raised.value.where == "platform.yaml:7"


def test_an_answer_that_is_too_large_says_how_to_give_it_in_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(by_url, "MOST", 1 << 20)
    with pytest.raises(InputError, match="has more than 1 MiB") as raised:
        keys(books(lambda _: Reply(status=200, body=b" " * ((1 << 20) + 1))))
    assert "{after}" in str(raised.value.hint)


def test_a_row_that_lacks_a_column_is_told_with_its_number_over_all_pages() -> None:
    pages = {"": row("r 1-1"), "r%201-1": '{"key": "r 1-2"}'}
    with pytest.raises(InputError, match=r"lacks the columns content, .*\(row 2, key r 1-2\)"):
        keys(books(lambda url: Reply(status=200, body=pages[url.partition("after=")[2]].encode()), PAGED))
