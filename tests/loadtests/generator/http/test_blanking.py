"""What is shown of requests and answers has no secret in it, and all else as it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.loadtests.generator.alone import alone

blanking = alone("http.blanking")
SECRET = "s3cr3t-Value"
QUIET = st.text("abc xyz 0123456789.,", max_size=40)


@pytest.mark.parametrize(
    "name",
    ["password", "Password", "user_password", "new-password", "token", "accessToken", "access_token",
     "api_key",
     "apiKey", "X-Api-Key", "X-CSRF-Token", "client_secret", "Authorization",
     "sid", "sessionId", "PIN", "cvv"],
)  # fmt: skip
def test_what_is_a_secret_is_known_by_its_name(name: str) -> None:
    assert blanking.secret(name)


@pytest.mark.parametrize(
    "name", ["sku", "author", "spinning", "quantity", "passenger", "obsession", "residence"]
)
def test_what_only_looks_like_one_is_none(name: str) -> None:
    assert not blanking.secret(name)


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ('{"user": "anna", "password": "s3cr3t-Value"}', '{"user": "anna", "password": "***"}'),
        ('{"token":"s3cr3t-Value","n":1}', '{"token":"***","n":1}'),
        (r'{"token": "a\"s3cr3t-Value"}', '{"token": "***"}'),
        ('{"pin": 1234, "quantity": 1234}', '{"pin": "***", "quantity": 1234}'),
        ("user=anna&password=s3cr3t-Value&a=1", "user=anna&password=***&a=1"),
        (
            '<input type="hidden" name="csrf" value="s3cr3t-Value">',
            '<input type="hidden" name="csrf" value="***">',
        ),
        ("<input value=s3cr3t-Value name=csrf>", '<input value="***" name=csrf>'),
        ('<input name="user" value="anna">', '<input name="user" value="anna">'),
        ("sent Bearer s3cr3t-Value, refused", "sent ***, refused"),
        ("eyJhbGciOiJI.eyJzdWIiOiIx.s3cr3t-Value", "***"),
        ("<p>no JSON</p>", "<p>no JSON</p>"),
    ],
)
def test_a_body_is_shown_without_them(body: str, shown: str) -> None:
    assert blanking.body(body.encode()) == shown


@given(before=QUIET, after=QUIET)
def test_a_value_that_is_known_stands_nowhere(before: str, after: str) -> None:
    text = f"{before}{SECRET}{after}"
    assert SECRET not in blanking.body(text.encode(), blanking.words([SECRET]))


def test_the_first_kilobyte_is_kept_also_where_it_ends_in_a_secret() -> None:
    body = '{"note": "' + "n" * 990 + '", "password": "' + "s" * 3000 + '"}'
    shown = blanking.body(body.encode())
    assert "sss" not in shown
    assert len(blanking.body(b"x" * 5000)) == blanking.KEPT + 1
    assert blanking.body(b"\x00\x01") == "(2 bytes that are no text)"


def test_headers_are_shown_with_their_names() -> None:
    given_ = [
        (b"Authorization", b"Bearer s3cr3t-Value"), (b"Cookie", b"sid=s3cr3t-Value; theme=dark"),
        (b"Set-Cookie", b"sid=s3cr3t-Value; Path=/"), (b"Location", b"/home?token=s3cr3t-Value&a=1"),
        (b"X-Api-Key", b"s3cr3t-Value"), (b"Content-Type", b"text/html"), (b"Link", b"<s3cr3t-Value>"),
    ]  # fmt: skip
    assert blanking.headers(given_, [SECRET]) == [
        ("Authorization", "***"), ("Cookie", "sid=***; theme=***"), ("Set-Cookie", "sid=***; Path=/"),
        ("Location", "/home?token=***&a=1"), ("X-Api-Key", "***"), ("Content-Type", "text/html"),
        ("Link", "<***>"),
    ]  # fmt: skip


def test_a_request_is_shown_as_it_is_sent_without_them() -> None:
    sent = (
        b"POST /login?next=/&token=s3cr3t-Value HTTP/1.1\r\nHost: shop\r\nCookie: sid=s3cr3t-Value\r\n"
        b"Content-Length: 33\r\n\r\nuser=anna&password=s3cr3t-Value"
    )
    assert blanking.request(sent) == (
        "POST /login?next=/&token=*** HTTP/1.1\nHost: shop\nCookie: sid=***\nContent-Length: 33\n\n"
        "user=anna&password=***"
    )


def test_a_part_of_a_form_is_a_secret_by_its_name() -> None:
    made = alone("http.bodies").body(form={"password": SECRET, "user": "anna"}, files={"photo": b"12345"})
    shown = blanking.body(made.content)
    assert SECRET not in shown
    assert "anna" in shown
    assert "12345" in shown


def test_words_that_may_stand_anywhere_are_no_known_values() -> None:
    assert blanking.words(["a", "dark", "s3cr3t-Value", "s3cr3t"]) == ("s3cr3t-Value", "s3cr3t")
