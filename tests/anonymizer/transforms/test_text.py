"""Free text is written anew, about as long, and within its limit."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.anonymizer.transforms.applied import mask

SECRET = "Dzwonić do Jana Kowalskiego, 601 234 567"


def test_nothing_of_the_text_is_left() -> None:
    found = mask("regenerate", [SECRET])[0] or ""
    assert not {"Jana", "Kowalskiego,", "601", "234", "567"} & set(found.split())


@given(st.text(min_size=1, max_size=900), st.integers(20, 200))
def test_a_result_fits_its_limit(text: str, limit: int) -> None:
    found = mask("regenerate", [text], options={"longest": limit})[0]
    assert found
    assert len(found) <= limit


def test_a_longer_text_gets_more_sentences() -> None:
    short, long = mask("regenerate", ["a" * 20, "a" * 300])
    assert len(long or "") > 2 * len(short or "")
