"""What people see of builds: a line an image on a terminal, beginnings and ends elsewhere."""

from __future__ import annotations

import io

from rich.console import Console

from environments.images import ImageProgress, State
from environments.images.display import ImageDisplay

BUILDING = ImageProgress(name="base", state=State.BUILDING, step=2, steps=6, doing="RUN [ -e /x ]")


def shown(*news: ImageProgress, terminal: bool) -> str:
    output = io.StringIO()
    console = Console(file=output, force_terminal=terminal, width=120, color_system=None)
    with ImageDisplay(console) as display:
        for one in news:
            display(one)
    return output.getvalue()


def last_frame(text: str) -> list[str]:
    """The lines that stand on the terminal in the end."""
    return text.rpartition("\x1b[2K")[2].removesuffix("\x1b[?25h").splitlines()


def test_a_terminal_shows_step_and_instruction_as_it_is_written() -> None:
    [line] = last_frame(shown(BUILDING, terminal=True))
    assert "base" in line
    assert line.endswith("step 2 of 6 RUN [ -e /x ]")


def test_a_terminal_shows_how_each_image_ended() -> None:
    text = shown(
        ImageProgress(name="base", state=State.CACHED),
        ImageProgress(name="app", state=State.WAITING),
        BUILDING,
        ImageProgress(name="app", state=State.DONE),
        ImageProgress(name="bad", state=State.FAILED),
        ImageProgress(name="later", state=State.WAITING),
        terminal=True,
    )
    assert [(line.split()[0], line.split()[-1]) for line in last_frame(text)[1:]] == [
        ("app", "done"), ("bad", "failed"), ("⠋", "waiting"),
    ]  # fmt: skip


def test_a_log_has_a_line_where_a_build_begins_and_one_where_it_ends() -> None:
    first = ImageProgress(name="app", state=State.BUILDING, step=1, steps=6)
    text = shown(
        ImageProgress(name="base", state=State.CACHED),
        first,
        BUILDING,
        ImageProgress(name="app", state=State.DONE),
        terminal=False,
    )
    assert text.splitlines() == ["image app: building", "image app: done"]


def test_images_on_their_way_to_a_host_are_told_in_megabytes() -> None:
    sending = ImageProgress(
        name="to east", state=State.SENDING, step=41, steps=90, doing="40 MB of 89 MB at most"
    )
    [line] = last_frame(shown(sending, terminal=True))
    assert "to east" in line
    assert line.endswith("40 MB of 89 MB at most")
    begins = ImageProgress(name="to east", state=State.SENDING, step=1, steps=90)
    ends = ImageProgress(name="to east", state=State.DONE)
    assert shown(begins, sending, ends, terminal=False) == "images to east: sending\nimages to east: done\n"
