"""The bar that people see while rows are copied: one line a table, on stderr."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from anonymizer.copying.how import Progress


@contextmanager
def bar() -> Iterator[Progress]:
    """Shows progress for as long as the block lasts; what it gives is told of every block of rows."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from foundation.console import people

    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=people(), transient=True) as bar:
        tasks: dict[str, int] = {}

        def progress(table: str, rows: int, expected: int) -> None:
            if table not in tasks:
                tasks[table] = bar.add_task(table)
            bar.update(tasks[table], completed=rows, total=max(rows, expected))  # type: ignore[arg-type]

        yield progress
