"""What goes with one host is told; where something stays it is refused, unless a person accepts it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from environments import wanted
from environments.topology import EnvironmentClass
from environments.wanted import Wanted
from foundation.errors import InputError, Refused
from infra import covering


@pytest.fixture(scope="module")
def laptop(root: Path) -> Wanted:
    """Everything on one host."""
    return wanted.read("laptop", site="laptop", name="shop", beside=root)


def of_class(laptop: Wanted, name: str) -> Wanted:
    return replace(laptop, topology=replace(laptop.topology, environment_class=EnvironmentClass(name)))


def test_one_host_takes_everything_and_the_line_names_it(laptop: Wanted) -> None:
    (line,) = covering.uncovered(laptop)
    assert line.startswith("host loss not covered: with local go api, balancer,")


def test_a_test_environment_may_be_lost(laptop: Wanted) -> None:
    covering.refuse(laptop, ())


@pytest.mark.parametrize("name", ["staging", "production"])
def test_what_stays_may_not_unless_it_is_waived(laptop: Wanted, name: str) -> None:
    with pytest.raises(Refused, match=f"shop is {name}: host loss not covered: with local"):
        covering.refuse(of_class(laptop, name), ())
    covering.refuse(of_class(laptop, name), [covering.HOST_LOSS])


def test_an_unknown_waiver_says_which_there_are(laptop: Wanted) -> None:
    with pytest.raises(InputError, match="nothing is waived by 'hots-loss'") as error:
        covering.refuse(laptop, ["hots-loss"])
    assert error.value.hint == "there is host-loss"


def test_whoever_types_what_the_docs_say_of_staging_is_not_refused(root: Path) -> None:
    staging = wanted.read("staging", site="box", name="staging", beside=root)
    pages = [root / "README.md", root / "Makefile", *(root / "docs").rglob("*.md")]
    typed = [line for page in pages for line in re.findall(r"infra up staging --site.*", page.read_text())]
    assert typed
    for line in typed:
        covering.refuse(staging, re.findall(r"--waive (\S+?)[`)\s]", f"{line} "))
