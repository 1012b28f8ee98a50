"""The site in a box: hosts that are containers of this machine, bare until they are configured.

A sandbox belongs to whoever made it and stays until it is taken down; `env` and its reaper never touch it.
"""

from __future__ import annotations

from playbooks.sandbox.describing import DEFAULT, Sandbox
from playbooks.sandbox.running import down, up

__all__ = ["DEFAULT", "Sandbox", "down", "up"]
