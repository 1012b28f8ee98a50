"""Logging in to a host of a sandbox as somebody: with a key, and with a code where one is asked for."""

from __future__ import annotations

import hmac
import struct
import subprocess
import sys
from base64 import b32decode
from dataclasses import dataclass
from pathlib import Path
from time import time

_STEP = 30  # seconds that a code holds, RFC 6238


def code(secret: str, at: float) -> str:
    """The six digits of a secret at a moment (RFC 6238, with SHA-1)."""
    mac = hmac.new(b32decode(secret), struct.pack(">Q", int(at) // _STEP), "sha1").digest()
    start = mac[-1] & 15
    (number,) = struct.unpack(">I", mac[start : start + 4])
    return f"{(number & 0x7FFFFFFF) % 10**6:06d}"


@dataclass(frozen=True, kw_only=True)
class Login:
    """How an attempt to log in and run a command ended."""

    status: int
    said: str
    complaint: str

    @property
    def refused(self) -> bool:
        """Whether sshd let nobody in."""
        return self.status == 255 and "Permission denied" in self.complaint


@dataclass(frozen=True, kw_only=True)
class Door:
    """A host's sshd. `folder` is for what answers its questions."""

    config: Path
    host: str
    folder: Path

    def login(
        self, user: str, *command: str, typed: str | None = None, options: tuple[str, ...] = ()
    ) -> Login:
        """Runs a command there as a user. `typed`: what they answer; None when nobody is there."""
        argv = ["ssh", "-F", str(self.config), "-o", f"User={user}", "-o", "NumberOfPasswordPrompts=1"]
        asking = self._asking(typed) if typed is not None else {}
        argv += [*options, *([] if asking else ["-o", "BatchMode=yes"]), self.host, *command]
        path = {"PATH": "/usr/bin:/bin"}
        done = subprocess.run(
            argv, env=path | asking, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30
        )
        return Login(status=done.returncode, said=done.stdout, complaint=done.stderr)

    def _asking(self, typed: str) -> dict[str, str]:
        """What makes ssh ask a program instead of a person."""
        answers = self.folder / "answers"
        answers.write_text(f"#!{sys.executable}\nprint({typed!r})\n")
        answers.chmod(0o700)
        return {"SSH_ASKPASS": str(answers), "SSH_ASKPASS_REQUIRE": "force"}


def now(secret: str) -> str:
    """The code that is right now."""
    return code(secret, time())
