"""Whom an image runs as, as a number."""

from __future__ import annotations

import pytest

from environments import users
from foundation.errors import Unavailable

PASSWD = "root:x:0:0:root:/root:/bin/sh\nweb:x:101:102::/:/sbin/nologin\n"


@pytest.mark.parametrize(
    ("user", "number"), [("", 0), ("1000", 1000), ("1000:1000", 1000), ("web", 101), ("web:adm", 101)]
)
def test_it_is_a_number_or_found_in_the_image(user: str, number: int) -> None:
    assert users.number(user, PASSWD, "x:1") == number


def test_only_a_name_needs_a_look_into_the_image() -> None:
    assert [users.is_number(user) for user in ("", "5:web", "web")] == [True, True, False]


def test_a_user_that_the_image_does_not_have_is_told() -> None:
    with pytest.raises(Unavailable, match="image x:1 runs as 'ghost', which its /etc/passwd does not have"):
        users.number("ghost", "", "x:1")
