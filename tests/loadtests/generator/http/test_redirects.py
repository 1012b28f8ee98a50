"""Where a redirect leads: on the target, by the method that RFC 9110 has, or nowhere."""

from __future__ import annotations

import pytest

from tests.loadtests.generator.alone import alone

redirects = alone("http.redirects")
HERE = redirects.origin("http", "127.0.0.1:8080", "shop.example")


@pytest.mark.parametrize(
    ("location", "path"),
    [
        ("/home", "/home"),
        ("http://127.0.0.1:8080/home?a=1&b=%20", "/home?a=1&b=%20"),
        ("//127.0.0.1:8080/home", "/home"),
        ("http://SHOP.example:80/home", "/home"),
        ("next", "/shop/next"),
        ("?page=2", "/shop/login?page=2"),
        ("../", "/"),
        ("http://127.0.0.1:8080", "/"),
        ("/zażółć gęślą", "/za%C5%BC%C3%B3%C5%82%C4%87%20g%C4%99%C5%9Bl%C4%85"),
        (" /home#top ", "/home"),
    ],
)
def test_it_leads_on_from_where_it_was_asked(location: str, path: str) -> None:
    assert redirects.following(302, location, "GET", "/shop/login", HERE).path == path


@pytest.mark.parametrize(
    ("status", "method", "then", "body"),
    [
        (303, "POST", "GET", False), (303, "PUT", "GET", False), (303, "HEAD", "HEAD", True),
        (302, "POST", "GET", False), (301, "POST", "GET", False), (302, "PUT", "PUT", True),
        (307, "POST", "POST", True), (308, "POST", "POST", True), (301, "GET", "GET", True),
    ],
)  # fmt: skip
def test_the_method_changes_as_the_standard_says(status: int, method: str, then: str, body: bool) -> None:
    found = redirects.following(status, "/x", method, "/", HERE)
    assert (found.method, found.body) == (then, body)


@pytest.mark.parametrize(
    ("location", "told"),
    [
        ("", "status 302 without a Location"),
        ("http://192.0.2.1/", "a redirect to http://192.0.2.1, which is not the target"),
        ("https://127.0.0.1:8080/", "a redirect to https://127.0.0.1:8080, which is not the target"),
        ("http://127.0.0.1:8081/", "a redirect to http://127.0.0.1:8081, which is not the target"),
        ("javascript:alert(1)", "which is not the target"),
        ("http://[::1/", "no place"),
    ],
)
def test_away_from_the_target_it_leads_nowhere(location: str, told: str) -> None:
    with pytest.raises(redirects.Astray, match=told.replace("[", "\\[")):
        redirects.following(302, location, "GET", "/", HERE)
