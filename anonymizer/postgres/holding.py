"""The small process that holds a snapshot of the source and outlives workers and command. Reads no row.

`python -m anonymizer.postgres.holding` gets a connection string and a time on stdin, answers, and waits.
"""

from __future__ import annotations

import json
import select
import subprocess
import sys
import time
from dataclasses import asdict, dataclass

from anonymizer.postgres.connections import session
from anonymizer.postgres.snapshots import Exported, export
from foundation import modules
from foundation.errors import PeakproofError, Unavailable

_ANSWER_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class _Answer:
    snapshot: str = ""
    backend: int = 0
    since: str = ""
    failed: str = ""


def start(dsn: str, seconds: float) -> Exported:
    """Starts a holder that nobody has to wait for; it ends by itself. Raises Unavailable."""
    holder = subprocess.Popen(
        modules.command(__name__), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, start_new_session=True, text=True, env=modules.environment(),
    )  # fmt: skip
    assert holder.stdin is not None
    assert holder.stdout is not None
    with holder.stdin, holder.stdout:
        holder.stdin.write(json.dumps({"dsn": dsn, "seconds": seconds}) + "\n")
        holder.stdin.flush()
        ready, _, _ = select.select([holder.stdout], [], [], _ANSWER_SECONDS)
        line = holder.stdout.readline() if ready else ""
    answer = _Answer(**json.loads(line)) if line else _Answer(failed="it did not answer")
    if answer.failed:
        holder.kill()
        hint = "see the source server's log, or run without --hold"
        raise Unavailable(f"the snapshot could not be held: {answer.failed}", where="source", hint=hint)
    return Exported(snapshot=answer.snapshot, backend=answer.backend, since=answer.since)


def main() -> None:
    """Holds the snapshot until its time is over or its connection is ended."""
    asked = json.loads(sys.stdin.readline())
    until = time.monotonic() + asked["seconds"]
    try:
        with session(asked["dsn"], "source") as connection:
            exported = export(connection)
            _answer(_Answer(**asdict(exported)))
            # Nothing is ever said on this connection again: what can be read from it is its end.
            select.select([connection.fileno()], [], [], max(0.0, until - time.monotonic()))
    except PeakproofError as error:
        _answer(_Answer(failed=error.what))


def _answer(answer: _Answer) -> None:
    try:
        sys.stdout.write(json.dumps(asdict(answer)) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        pass  # whoever asked is gone: the time that was asked for still counts


if __name__ == "__main__":
    main()
