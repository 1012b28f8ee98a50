"""A user's cookies go where they were set to go, for as long, and nowhere else (RFC 6265)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.loadtests.generator.alone import alone

cookies = alone("http.cookies")


def jar(*lines: str, path: str = "/", host: str = "", secure: bool = False, target: str = "127.0.0.1") -> Any:  # noqa: ANN401 - of a module that is imported alone
    found = cookies.Cookies(target, secure=secure)
    found.take([line.encode() for line in lines], path, host)
    return found


@pytest.mark.parametrize(
    ("line", "asked", "sent"),
    [
        ("sid=1", "/account", "sid=1"),
        ("sid=1; Path=/shop", "/shop/cart?x=1", "sid=1"),
        ("sid=1; Path=/shop", "/shop", "sid=1"),
        ("sid=1; Path=/shop", "/shopping", ""),
        ("sid=1; Path=/shop", "/", ""),
        ("sid=1; Secure", "/", ""),
        ("sid=1; HttpOnly; SameSite=Strict", "/", "sid=1"),
        ("sid=1; Max-Age=60", "/", "sid=1"),
        ("sid=1; Max-Age=0", "/", ""),
        ("sid=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "/", ""),
        ("sid=1; Expires=Thu, 01 Jan 2099 00:00:00 GMT", "/", "sid=1"),
        ("sid=1; Domain=shop.example", "/", ""),
        ("sid=1; Domain=127.0.0.1", "/", "sid=1"),
        ("sid=", "/", "sid="),
        ("sid=a=b==", "/", "sid=a=b=="),
        ('sid="a b"', "/", 'sid="a b"'),
    ],
)
def test_a_cookie_goes_where_it_was_set_to(line: str, asked: str, sent: str) -> None:
    assert jar(line).sent(asked) == sent


def test_without_a_path_it_goes_below_the_one_that_set_it() -> None:
    found = jar("sid=1", path="/shop/login?next=/")
    assert [found.sent(path) for path in ("/shop/cart", "/shop", "/")] == ["sid=1", "sid=1", ""]


def test_the_longest_path_comes_first_and_a_newer_value_replaces_the_older() -> None:
    found = jar("a=1; Path=/", "b=2; Path=/shop", "a=3; Path=/")
    assert found.sent("/shop") == "b=2; a=3"


def test_a_secure_cookie_goes_over_tls() -> None:
    assert jar("sid=1; Secure", secure=True).sent("/") == "sid=1"


@pytest.mark.parametrize("target", ["localhost", "api", "::1", "shop.example"])
def test_a_cookie_of_the_target_goes_back_whatever_it_is_called(target: str) -> None:
    assert jar("sid=1", target=target).sent("/") == "sid=1"


@pytest.mark.parametrize(
    ("domain", "asked", "sent"),
    [
        ("", "www.shop.example", "sid=1"),
        ("", "shop.example", ""),
        ("; Domain=shop.example", "api.shop.example", "sid=1"),
        ("; Domain=shop.example", "shop.example:8443", "sid=1"),
        ("; Domain=shop.example", "myshop.example", ""),
        ("; Domain=other.example", "other.example", ""),
    ],
)
def test_virtual_hosts_have_their_own(domain: str, asked: str, sent: str) -> None:
    assert jar(f"sid=1{domain}", host="www.shop.example:8443").sent("/", asked) == sent


def test_they_are_a_mapping_that_can_be_cleared_and_added_to() -> None:
    found = jar("sid=1", "theme=dark; Max-Age=0")
    assert dict(found) == {"sid": "1"}
    assert "1" not in repr(found), "a session is a secret"
    found.set("seen", "yes")
    assert found.sent("/") == "sid=1; seen=yes"
    found.clear()
    assert (found.sent("/"), len(found), found.get("sid")) == ("", 0, None)


def test_one_that_is_none_is_left_out() -> None:
    assert jar("", "=x", "; Path=/", "\x00").sent("/") in ("", "\x00")


def test_what_one_answer_sets_is_read_by_name() -> None:
    lines = ["sid=1; Path=/", 'name="Jan K"; Secure', "flag", "=none"]
    assert cookies.named(lines) == {"sid": "1", "name": "Jan K"}
