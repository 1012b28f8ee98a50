"""Who brought an environment up, why and since when: kept by Docker beside it, and gone with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import docker
import pytest

from environments.containers import notes
from environments.containers.notes import Note
from tests.environments.commanding import left

FIRST = Note(who="jo@left", why="the old database", since=1000.0)
LATER = Note(who="ann@right", why="", since=2000.0)


def test_the_first_is_who_brought_it_up_and_since_when() -> None:
    assert notes.kept(None, FIRST) == FIRST
    assert notes.kept(FIRST, LATER) == FIRST


def test_a_new_reason_replaces_the_old_one() -> None:
    assert notes.kept(FIRST, replace(LATER, why="more")) == replace(FIRST, why="more")


def test_a_reason_is_one_line() -> None:
    assert notes.mine("  for \n me ").why == "for me"


def test_a_person_without_a_name_is_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise KeyError("uid")

    monkeypatch.setattr("getpass.getuser", nobody)
    assert notes.mine("").who.partition("@")[0].isdigit()


@pytest.mark.integration
def test_what_is_noted_is_read_back_and_there_is_one_of_it(
    engine: docker.DockerClient, new_name: Callable[[], str]
) -> None:
    name = new_name()
    assert notes.read(engine, name) is None
    notes.write(engine, name, FIRST)
    notes.write(engine, name, replace(LATER, why='a change, with = and "quotes"'))
    assert notes.read(engine, name) == replace(FIRST, why='a change, with = and "quotes"')
    assert len(left(engine, name)) == 1
