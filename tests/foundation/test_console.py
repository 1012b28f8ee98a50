"""What a command answers: its exit code, people's words on stderr, machines' JSON on stdout."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from rich.table import Table

from foundation import console
from foundation.errors import InputError, PeakproofError, Problem, Refused, Unavailable


def application(work: Callable[[], object]) -> typer.Typer:
    app = typer.Typer()

    @app.command()
    def only() -> None:
        work()

    return app


def failing(error: BaseException) -> typer.Typer:
    def work() -> None:
        raise error

    return application(work)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InputError("wrong"), 2),
        (Refused("locked"), 5),
        (Unavailable("stopped"), 69),
        (ValueError("oops"), 70),
        (KeyboardInterrupt(), 130),
        (typer.Exit(3), 3),
        (typer.Abort(), 130),
    ],
)
def test_every_end_has_its_exit_code(error: BaseException, code: int) -> None:
    assert console.run(failing(error), []) == code


def test_a_command_that_ends_well_is_zero() -> None:
    assert console.run(application(lambda: None), []) == 0


def test_an_error_says_what_its_evidence_and_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    problem = Problem(where="a.yaml:3", what="unknown key 'memroy'", hint="did you mean 'memory'?")
    console.run(failing(InputError("1 problem in a.yaml", hint="see the docs", problems=[problem])), [])
    out, err = capsys.readouterr()
    assert out == ""
    assert "error: 1 problem in a.yaml" in err
    assert "a.yaml:3: unknown key 'memroy' (did you mean 'memory'?)" in err
    assert "what to do: see the docs" in err


def test_what_people_wrote_is_not_taken_for_markup(capsys: pytest.CaptureFixture[str]) -> None:
    console.run(failing(PeakproofError("[red]nodes[/red] in [a, b]", detail=["[/tmp]"])), [])
    err = capsys.readouterr().err
    assert "[red]nodes[/red] in [a, b]" in err
    assert "[/tmp]" in err


def test_a_traceback_is_shown_only_when_asked_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(console.VERBOSE, raising=False)
    console.run(failing(ValueError("oops")), [])
    assert "Traceback" not in (quiet := capsys.readouterr().err)
    assert "--verbose" in quiet
    monkeypatch.setenv(console.VERBOSE, "1")
    console.run(failing(ValueError("oops")), [])
    assert "Traceback" in capsys.readouterr().err


def test_a_traceback_names_its_files_whole_on_a_narrow_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(console.VERBOSE, "1")
    monkeypatch.setenv("COLUMNS", "40")
    path = tmp_path / ("long" * 20) / "guilty.py"
    names: dict[str, object] = {}
    exec(compile("def work(): raise ValueError('oops')", str(path), "exec"), names)  # noqa: S102 - a file far away
    work = names["work"]
    assert callable(work)
    console.run(application(work), [])
    assert f'File "{path}", line 1' in capsys.readouterr().err


@pytest.mark.parametrize("where", [0, 1, 2])
def test_verbose_may_stand_anywhere(
    where: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(console.VERBOSE, "")
    app = typer.Typer()

    @app.command()
    def greet(name: str) -> None:
        raise ValueError(name)

    @app.command()
    def other() -> None:
        pass

    words = ["greet", "Ola"]
    words.insert(where, "--verbose")
    assert console.run(app, words) == 70
    assert "Traceback" in capsys.readouterr().err


def test_verbose_behind_two_dashes_is_somebodys_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(console.VERBOSE, raising=False)
    heard: list[str] = []
    app = typer.Typer()

    @app.command()
    def only(words: list[str]) -> None:
        heard.extend(words)

    assert console.run(app, ["--", "--verbose"]) == 0
    assert heard == ["--verbose"]


def test_output_that_nobody_has_room_for_is_no_bug() -> None:
    """A device that is always full."""
    program = (
        "import sys; from foundation import console; import typer\n"
        "app = typer.Typer()\n"
        "app.command()(lambda: print('x' * 100_000))\n"
        "sys.exit(console.run(app, []))"
    )
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(
            [sys.executable, "-c", program], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60
        )
    assert ended.returncode == 69, ended.stderr
    assert "no space is left" in ended.stderr
    assert "Exception ignored" not in ended.stderr


def test_an_unknown_option_is_an_input_error_with_a_way_on(capsys: pytest.CaptureFixture[str]) -> None:
    assert console.run(application(lambda: None), ["--nope"]) == 2
    assert "--help" in capsys.readouterr().err


def test_sigterm_and_sighup_end_a_command_like_ctrl_c() -> None:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        for number in before:
            assert console.run(application(lambda n=number: os.kill(os.getpid(), n)), []) == 130  # type: ignore[misc]
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@pytest.mark.parametrize(
    ("moments", "interrupts"),
    [([0], 1), ([0, 0.2], 1), ([0, 0.9, 1.8], 1), ([0, 1.5], 2)],
    ids=["once", "told twice", "held down", "meant again"],
)
def test_what_is_told_twice_interrupts_once(moments: list[float], interrupts: int) -> None:
    times = iter(moments)
    interrupt, seen = console.interrupter(lambda: next(times)), 0
    for _ in moments:
        try:
            interrupt(signal.SIGINT, None)
        except KeyboardInterrupt:
            seen += 1
    assert seen == interrupts


def test_a_second_signal_breaks_no_clean_up() -> None:
    cleaned: list[str] = []

    def work() -> None:
        try:
            signal.raise_signal(signal.SIGINT)
        finally:
            signal.raise_signal(signal.SIGINT)
            cleaned.append("all")

    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        assert console.run(application(work), []) == 130
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    assert cleaned == ["all"]


def test_ctrl_c_is_answered_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert console.run(failing(KeyboardInterrupt()), []) == 130
    assert "interrupted" in capsys.readouterr().err


def test_json_stands_alone_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    console.people().print("progress")
    console.print_json({"name": "zażółć", "nodes": [1]})
    out, err = capsys.readouterr()
    assert json.loads(out) == {"name": "zażółć", "nodes": [1]}
    assert "progress" in err


def wide() -> Table:
    """A table of one row that is wider than 80 columns."""
    table = Table(box=None)
    for number in range(12):
        table.add_column(f"column {number}", justify="right", no_wrap=True)
    table.add_row(*["123,456.78"] * 12)
    return table


def test_a_log_cuts_no_figure_of_a_table(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    console.people().print(wide())
    said = capsys.readouterr().err
    assert said.count("123,456.78") == 12
    assert "…" not in said
    assert max(map(len, said.splitlines())) < 200, "as wide as what stands in it, and no wider"


def test_a_log_whose_width_somebody_says_has_that_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert console.people().width == 80
