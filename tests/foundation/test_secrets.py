"""A secret cannot be printed, compared by accident or carried away; only `reveal` gives it."""

from __future__ import annotations

import copy
import json
import pickle
from dataclasses import dataclass

import pytest

from foundation.secrets import Secret, blanked, new_password

VALUE = "correct-horse"


@dataclass(frozen=True)
class _Holder:
    password: Secret


@pytest.mark.parametrize(
    "printed",
    [
        str(Secret(VALUE)),
        repr(Secret(VALUE)),
        f"{Secret(VALUE)}",
        f"{Secret(VALUE)!r}",
        str([Secret(VALUE)]),
        str(_Holder(Secret(VALUE))),
    ],
)
def test_a_secret_never_shows(printed: str) -> None:
    assert VALUE not in printed
    assert "***" in printed


def test_reveal_gives_the_value() -> None:
    assert Secret(VALUE).reveal() == VALUE


def test_a_secret_is_not_pickled() -> None:
    with pytest.raises(TypeError):
        pickle.dumps(Secret(VALUE))


def test_a_secret_is_not_written_as_json() -> None:
    with pytest.raises(TypeError):
        json.dumps({"password": Secret(VALUE)})


def test_a_secret_is_not_copied_through_the_back_door() -> None:
    with pytest.raises(TypeError):
        copy.deepcopy(Secret(VALUE))


def test_equal_values_are_equal_secrets() -> None:
    assert Secret(VALUE) == Secret(VALUE)
    assert Secret(VALUE) != Secret("other")
    assert Secret(VALUE) != VALUE
    assert len({Secret(VALUE), Secret(VALUE)}) == 1


def test_passwords_are_random_and_need_no_quoting() -> None:
    passwords = {new_password().reveal() for _ in range(200)}
    assert len(passwords) == 200
    assert all(len(password) == 32 and password.isalnum() and password.isascii() for password in passwords)


def test_passwords_have_no_look_alikes() -> None:
    used = set("".join(new_password(200).reveal() for _ in range(50)))
    assert not used & set("lIO01")


def test_a_text_of_others_has_stars_where_a_secret_stood_as_it_is_or_in_a_url() -> None:
    said = "no host in x://me:correct-horse@store and y://me:a%2Fb%2Fc-d@store, sir"
    given = [Secret(VALUE), Secret("a/b/c-d"), Secret("sir")]
    assert blanked(said, given) == "no host in x://me:***@store and y://me:***@store, sir"
