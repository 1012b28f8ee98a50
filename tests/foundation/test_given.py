"""A secret comes from a file, a variable or a command; what is wrong is told without its value."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from foundation.errors import InputError
from foundation.given import FromCommand, FromFile, FromVariable, Source

VALUE = "hunter2-hunter2"


def file(folder: Path, content: bytes) -> FromFile:
    path = folder / "token"
    path.write_bytes(content)
    return FromFile(path=path)


def variable(_folder: Path, content: bytes) -> FromVariable:
    return FromVariable(variable="TOKEN", environment={"TOKEN": content.decode(errors="surrogateescape")})


def command(folder: Path, content: bytes) -> FromCommand:
    (folder / "said").write_bytes(content)
    return FromCommand(words=("cat", str(folder / "said")))


Make = Callable[[Path, bytes], Source]
everywhere = pytest.mark.parametrize("make", [file, variable, command])


@everywhere
@pytest.mark.parametrize(
    ("content", "value"),
    [
        (b"hunter2", "hunter2"),
        (b"hunter2\n", "hunter2"),
        (b"hunter2\r\n", "hunter2"),
        (b" two\nlines \n\n", " two\nlines \n"),
        ("zażółć".encode(), "zażółć"),
    ],
)
def test_the_value_is_all_but_the_last_line_end(
    tmp_path: Path, make: Make, content: bytes, value: str
) -> None:
    source = make(tmp_path, content)
    assert source.lacks() is None
    assert source.read().reveal() == value


@everywhere
@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is empty"),
        (b"\n", "is empty"),
        (VALUE.encode() + b"\xff", "not text in UTF-8"),
        (VALUE.encode() + b"\0", "zero byte"),
    ],
)
def test_what_can_be_no_secret_is_refused_without_being_told(
    tmp_path: Path, make: Make, content: bytes, why: str
) -> None:
    with pytest.raises(InputError, match=why) as refused:
        make(tmp_path, content).read()
    assert VALUE not in f"{refused.value} {refused.value.hint} {refused.value.__cause__}"


@pytest.mark.parametrize(
    ("source", "why"),
    [
        (FromFile(path=Path("/no/such/file")), "no such file: /no/such/file"),
        (FromFile(path=Path("/")), "/ is no file"),
        (FromVariable(variable="TOKEN", environment={}), "the environment variable TOKEN is not set"),
        (FromCommand(words=("no-such-vault", "read")), "no program 'no-such-vault'"),
    ],
)
def test_what_is_missing_is_seen_before_it_is_read(source: Source, why: str) -> None:
    assert why in str(source.lacks())
    with pytest.raises(InputError):
        source.read()


def test_looking_runs_nothing(tmp_path: Path) -> None:
    trace = tmp_path / "ran"
    assert FromCommand(words=("touch", str(trace))).lacks() is None
    assert not trace.exists()


def test_a_command_that_fails_is_told_without_what_it_said_or_was_told() -> None:
    words = ("sh", "-c", f"echo {VALUE}; echo {VALUE} >&2; exit 3")
    with pytest.raises(InputError, match="the command sh ended with 3") as refused:
        FromCommand(words=words).read()
    assert VALUE not in f"{refused.value} {refused.value.hint} {refused.value.__cause__}"


def test_a_source_does_not_print_what_is_in_it() -> None:
    source = FromVariable(variable="TOKEN", environment={"TOKEN": VALUE})
    assert VALUE not in repr(source)
