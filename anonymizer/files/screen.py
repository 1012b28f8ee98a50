"""What is seen of `anonymize file`: words for people, JSON on stdout for machines."""

from __future__ import annotations

from anonymizer.files.run import MaskedFiles
from foundation.console import people, print_json


def show_files(done: MaskedFiles, *, as_json: bool) -> None:
    """What was written; never a value."""
    if as_json:
        return print_json(done.to_dict())
    console = people()
    for file in done.files:
        digest = f", digest {file.digest}" if file.digest else ""
        console.print(f"{file.table}: {file.rows} rows{digest}", highlight=False, soft_wrap=True)
    console.print(f"masked under policy {done.policy}; nothing was searched for originals", highlight=False)
    return None
