"""One masked copy, in a process that holds nothing else; it says when all is there but the check.

`python -m benchmarks.one_copy SOURCE TARGET POLICY`; prints "copied". benchmarks.copying measures it.
"""

from __future__ import annotations

import sys
from pathlib import Path

import anonymizer
from anonymizer.pseudonyms.keys import Key


def main() -> None:
    """Copies under a constant key."""
    source, target, policy = sys.argv[1:]
    chosen = anonymizer.load_policy(Path(policy))
    anonymizer.anonymize(source, target, chosen, Key(bytes(range(32))), progress=_told)


def _told(stage: str, _done: int, _of: int) -> None:
    if stage == "verification":
        sys.stdout.write("copied\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
