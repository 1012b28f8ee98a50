"""A secret in a text: put in, found again, and never anywhere else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from environments import composing
from foundation.secrets import Secret

PLAIN, QUOTED = "pg://clerk:{secret}@db/orders", "pg://clerk:{secret.quoted}@db/orders"


def test_without_a_template_it_is_the_secret() -> None:
    assert composing.shown(Secret("x"), None).reveal() == "x"


def test_it_stands_in_its_text_as_it_is_or_quoted_for_a_url() -> None:
    assert composing.shown(Secret("a/b"), PLAIN).reveal() == "pg://clerk:a/b@db/orders"
    assert composing.shown(Secret("a/b@"), QUOTED).reveal() == "pg://clerk:a%2Fb%40@db/orders"


@given(st.text(min_size=1), st.sampled_from([None, PLAIN, QUOTED, "{secret}", "{secret}\n"]))
def test_what_was_put_in_is_found_again(value: str, template: str | None) -> None:
    text = composing.shown(Secret(value), template).reveal()
    assert composing.parted(text, template) == Secret(value)


@pytest.mark.parametrize("text", ["pg://clerk", "pg://clerk:x@db/other", ""])
def test_a_text_of_another_template_has_none(text: str) -> None:
    assert composing.parted(text, PLAIN) is None


@pytest.mark.parametrize("template", ["no place", "{secret}{secret}", "{secret} {secret.quoted}"])
def test_a_template_has_its_place_once(template: str) -> None:
    with pytest.raises(ValueError, match="once"):
        composing.checked_template(template)


def test_it_does_not_print() -> None:
    assert "hunter2" not in repr(composing.shown(Secret("hunter2"), PLAIN))
