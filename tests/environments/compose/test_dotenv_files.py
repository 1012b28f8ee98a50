"""`.env` and `env_file`."""

from __future__ import annotations

from pathlib import Path

import pytest

from environments.compose import dotenv_files
from foundation.errors import InputError

HERE = Path(".env")


def test_the_ways_of_writing_a_value() -> None:
    text = """
# a comment
PLAIN=one two  # and a comment
export EXPORTED=yes
SINGLE='as it stands: $PLAIN # too'
DOUBLE="a ${PLAIN}\\nline"
EMPTY=
HASH=a#b
URL=postgres://u:p@h/d?x=y
SPACED = around
DEFAULT=${NO:-fallback}
"""
    assert dotenv_files.parse(text, HERE, {}) == {
        "PLAIN": "one two",
        "EXPORTED": "yes",
        "SINGLE": "as it stands: $PLAIN # too",
        "DOUBLE": "a one two\nline",
        "EMPTY": "",
        "HASH": "a#b",
        "URL": "postgres://u:p@h/d?x=y",
        "SPACED": "around",
        "DEFAULT": "fallback",
    }


def test_a_name_alone_is_taken_from_around_or_left_out() -> None:
    assert dotenv_files.parse("HERE\nNOWHERE\n", HERE, {"HERE": "x"}) == {"HERE": "x"}


def test_the_command_s_own_variables_beat_those_above() -> None:
    assert dotenv_files.parse("A=file\nB=$A\n", HERE, {"A": "own"})["B"] == "own"


def test_what_is_no_line_is_told_with_its_number() -> None:
    with pytest.raises(InputError) as caught:
        dotenv_files.parse("A=1\n\n'x\nB=\"open\n", HERE, {})
    assert [problem.where for problem in caught.value.problems] == [".env:3", ".env:4"]
