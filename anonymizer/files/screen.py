"""What is seen of `anonymize file`: words for people, JSON on stdout for machines."""

from __future__ import annotations

from rich.markup import escape

from anonymizer.files.receipts import MaskedFiles
from foundation.console import people, print_json

_SAID = {
    None: "nothing was searched for originals",
    True: "the check passed",
    False: "the check did not pass: nobody may use these files",
}


def show_files(done: MaskedFiles, *, as_json: bool) -> None:
    """What was written; never a value."""
    if as_json:
        return print_json(done.to_dict())
    console = people()
    for file in done.files:
        digest = f", digest {file.digest}" if file.digest else ""
        console.print(f"{file.table}: {file.rows} rows{digest}", highlight=False, soft_wrap=True)
    for finding in done.findings:
        console.print(f"[bold red]not masked:[/] {escape(finding)}", highlight=False)
    for note in done.noted:
        console.print(f"[yellow]note:[/] {escape(note)}", highlight=False)
    console.print(f"masked under policy {done.policy}; {_SAID[done.verified]}", highlight=False)
    return None
