"""What a suite of tests wants of Peakproof: from pytest.ini, and the command line before it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

_UNITS = {"s": 1, "m": 60, "h": 3600}
_OPTIONS = {
    "definition": "the environment's definition: a name, or a path with a slash",
    "site": "the site where it stands; this machine unless said",
    "name": "the environment's name: one that is up is adopted, and stays; without it, each run has its own",
    "lease": "how long it outlives a run that was killed, such as 5m",
    "log_lines": "how many lines of each node's log a failing test's report has; 0 for none",
}
_DEFAULTS = {"lease": "5m", "log_lines": "20"}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """`folder`: where names are looked up; `lease`: a time as the command reads it; empty texts: not said."""

    definition: str
    site: str
    name: str
    keep: bool
    lease: str
    log_lines: int
    folder: str

    @property
    def lease_seconds(self) -> float:
        """Seconds of the lease."""
        return seconds(self.lease)


def seconds(text: str) -> float:
    """Seconds of a time such as 90s, 5m or 2h. Raises pytest.UsageError."""
    found = re.fullmatch(r"(\d+)([smh])", text)
    if found is None:
        raise pytest.UsageError(f"peakproof_lease is a time such as 5m, not {text!r}")
    return int(found[1]) * _UNITS[found[2]]


def add(parser: pytest.Parser) -> None:
    """The settings, each as a line of pytest.ini and as an option."""
    group = parser.getgroup("peakproof", "an environment of Peakproof (fixture peakproof_env)")
    for name, meaning in _OPTIONS.items():
        parser.addini(f"peakproof_{name}", meaning, default="")
        group.addoption(
            f"--peakproof-{name.replace('_', '-')}", dest=f"peakproof_{name}", metavar="X", help=meaning
        )
    keep = "leave the environment up after the run"
    parser.addini("peakproof_keep", keep, type="bool", default=False)
    group.addoption("--peakproof-keep", dest="peakproof_keep", action="store_true", default=False, help=keep)


def read(config: pytest.Config) -> Settings:
    """The settings of this run. Raises pytest.UsageError."""
    said = {name: _said(config, name) for name in _OPTIONS}
    seconds(said["lease"])
    if not said["log_lines"].isdigit():
        raise pytest.UsageError(f"peakproof_log_lines is a number, not {said['log_lines']!r}")
    return Settings(
        definition=said["definition"],
        site=said["site"],
        name=said["name"],
        keep=bool(config.getoption("peakproof_keep") or config.getini("peakproof_keep")),
        lease=said["lease"],
        log_lines=int(said["log_lines"]),
        folder=str(_base(config, "definition")),
    )


def _said(config: pytest.Config, name: str) -> str:
    """A path is one beside pytest.ini, or one of the folder in which pytest was started."""
    written = (
        config.getoption(f"peakproof_{name}") or config.getini(f"peakproof_{name}") or _DEFAULTS.get(name, "")
    )
    is_path = "/" in written or written.endswith(".yaml")
    return str(_base(config, name) / written) if is_path else str(written)


def _base(config: pytest.Config, name: str) -> Path:
    if config.getoption(f"peakproof_{name}") or config.inipath is None:
        return config.invocation_params.dir
    return config.inipath.parent
