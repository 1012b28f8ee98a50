"""Shows image builds to people: one line an image, on stderr. Knows nothing of how they are built."""

from __future__ import annotations

from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn

from environments.images.progress import ImageProgress, State
from environments.live import LiveLines

_STYLE = {
    State.WAITING: "dim",
    State.BUILDING: "cyan",
    State.PULLING: "cyan",
    State.SENDING: "cyan",
    State.CACHED: "green",
    State.DONE: "green",
    State.FAILED: "bold red",
}
_ENDED = (State.CACHED, State.DONE, State.FAILED)
_DOING_COLUMNS = 60


class ImageDisplay(LiveLines):
    """A report for `ensure`: waiting, building step x of y, cached or done, and its seconds."""

    def __init__(self, console: Console) -> None:
        news = TextColumn("{task.fields[news]}")
        super().__init__(console, BarColumn(bar_width=16), TimeElapsedColumn(), news, transient=False)

    def __call__(self, news: ImageProgress) -> None:
        if not self._console.is_terminal:
            self._line(news)
            return
        task = self._tasks.get(news.name)
        if task is None:
            task = self._progress.add_task(news.name, total=None, start=False, news="")
            self._tasks[news.name] = task
        if news.state is not State.WAITING:
            self._progress.start_task(task)
        ended = news.state in _ENDED
        total = (news.steps or 1) if not ended else 1
        done = max(news.step - 1, 0) if not ended else 1
        self._progress.update(task, total=total, completed=done, news=_text(news))
        if ended:
            self._progress.stop_task(task)

    def _line(self, news: ImageProgress) -> None:
        """Without a terminal: a line where a build begins and where it ends."""
        begins = news.state in (State.BUILDING, State.PULLING, State.SENDING) and news.step == 1
        if begins or news.state in (State.DONE, State.FAILED):
            what = "images" if news.name.startswith("to ") else "image"
            self._console.print(f"{what} {news.name}: {news.state}", markup=False)


def _text(news: ImageProgress) -> str:
    if news.state is State.BUILDING:
        doing = news.doing.replace("[", r"\[")[:_DOING_COLUMNS]
        return f"[cyan]step {news.step} of {news.steps}[/] [dim]{doing}[/]"
    if news.state in (State.PULLING, State.SENDING):
        return f"[cyan]{news.doing}[/]"
    return f"[{_STYLE[news.state]}]{news.state}[/]"
