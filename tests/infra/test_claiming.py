"""A name stands for one definition of one platform on one site; another is refused and named."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from environments import wanted
from environments.wanted import Wanted
from foundation.errors import InputError
from infra.claiming import refuse_another
from infra.record import Record
from infra.stack import Stack


@pytest.fixture(scope="module")
def laptop(root: Path) -> Wanted:
    return wanted.read("laptop", site="laptop", name="shop", beside=root)


@pytest.fixture(scope="module")
def standing(stack: Stack) -> Record:
    """The laptop as a stack that stands."""
    return Record.of(stack, "laptop")


def test_the_same_is_taken_whatever_changed_in_it(standing: Record, laptop: Wanted) -> None:
    refuse_another(replace(standing, digest="another", nodes=()), laptop)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"definition": "qa"}, "is of the definition 'qa' of orderhub, not of 'laptop' of orderhub"),
        ({"platform": "shop"}, "is of the definition 'laptop' of shop, not of 'laptop' of orderhub"),
        ({"site": "berlin"}, "stands on the site 'berlin', not on 'laptop'; data do not move"),
        ({"placement": {"api-1": "local", "database-1": "old"}}, "database-1 of 'shop' stand on hosts that"),
    ],
    ids=["definition", "platform", "site", "host"],
)
def test_another_is_refused(standing: Record, laptop: Wanted, changed: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said) as error:
        refuse_another(replace(standing, **changed), laptop)  # type: ignore[arg-type]
    assert error.value.hint
