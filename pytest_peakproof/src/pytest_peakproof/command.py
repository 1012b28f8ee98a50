"""The `peakproof` command: where it is, what it says. This plugin knows nothing else of Peakproof."""

from __future__ import annotations

import json
import shlex
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

VARIABLE = "PEAKPROOF_COMMAND"
NAME = "peakproof"


class CommandFailed(Exception):  # noqa: N818 - says what happened
    """What the command said when it failed, or why it could not be asked."""


def found(variables: Mapping[str, str], interpreter: Path) -> list[str]:
    """The command: $PEAKPROOF_COMMAND, else beside the interpreter, else on PATH. Raises CommandFailed."""
    told = shlex.split(variables.get(VARIABLE, ""))
    if told:
        return told
    beside = shutil.which(NAME, path=str(interpreter.parent))
    on_path = shutil.which(NAME, path=variables.get("PATH", ""))
    if not (beside or on_path):
        raise CommandFailed(
            f"there is no `{NAME}` beside {interpreter} or on PATH; install it, or name it in {VARIABLE}"
        )
    return [str(beside or on_path)]


@dataclass(frozen=True, kw_only=True)
class Command:
    """`words` begin every call; it runs in `folder`, where names of definitions are looked up."""

    words: Sequence[str]
    folder: Path

    def read(self, *arguments: str) -> dict[str, object]:
        """The JSON document that the command answers with. Raises CommandFailed."""
        answer = json.loads(self.text(*arguments, "--json"))
        assert isinstance(answer, dict)
        return answer

    def text(self, *arguments: str) -> str:
        """What the command prints. Raises CommandFailed with what it says where it fails."""
        words = [*self.words, *arguments]
        try:
            process = subprocess.Popen(
                words,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        except OSError as error:
            raise CommandFailed(f"`{shlex.join(words)}` cannot be run: {error}") from error
        said, errors = _ended(process)
        if process.returncode != 0:
            raise CommandFailed(f"`{shlex.join([NAME, *arguments])}`:\n{errors.strip()}")
        return said


def _ended(process: subprocess.Popen[str]) -> tuple[str, str]:
    """What it said. An interruption is handed on, and waited for: the command removes what it made."""
    try:
        return process.communicate()
    except BaseException:
        process.send_signal(signal.SIGINT)
        process.communicate()
        raise
