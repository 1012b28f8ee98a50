"""Programs that import the generator, each a process: it patches the standard library for gevent."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any


def told(program: str, *arguments: str, status: int = 0) -> Any:  # noqa: ANN401 - what a program prints as JSON
    """What a program prints as JSON on its last line."""
    command = [sys.executable, "-c", f"import loadtests.generator\n{program}", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == status, done.stderr
    return json.loads(done.stdout.splitlines()[-1])
