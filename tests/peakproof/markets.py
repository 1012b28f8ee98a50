"""Rehearsals of the stall on MariaDB: its folder copied, with another behaviour, or asked in another way."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.peakproof.kiosks import COMMAND, Ran

MARKET = Path(__file__).resolve().parent.parent / "platforms" / "market"
URL = "http://{stall.host}:{stall.port}/audit/orders?run={run}&after={after}"
BY_URL = {"url": URL, "headers": {"Authorization": "Bearer {audit-token}"}}


@dataclass(frozen=True, kw_only=True)
class Market:
    """What differs from tests/platforms/market: how the stall accepts, how it is asked, what else."""

    accept: str = "honest"
    conservation: object = "conservation.sql"
    plan: Mapping[str, object] | None = None


def written(folder: Path, name: str, market: Market) -> Path:
    """The plan, its definition and its platform, in a folder of their own."""
    shutil.copytree(MARKET, folder)
    platform = yaml.safe_load((folder / "stall" / "platform.yaml").read_text())
    platform["conservation"] = market.conservation
    (folder / "stall" / "platform.yaml").write_text(yaml.safe_dump(platform, sort_keys=False))
    definition = yaml.safe_load((folder / "market.yaml").read_text())
    definition["services"]["stall"]["environment"]["STALL_ACCEPT"] = market.accept
    (folder / "market.yaml").write_text(yaml.safe_dump(definition, sort_keys=False))
    season = yaml.safe_load((folder / "season.yaml").read_text())
    season["environment"]["name"] = environment(name)
    (folder / "season.yaml").write_text(yaml.safe_dump({**season, **(market.plan or {})}, sort_keys=False))
    return folder / "season.yaml"


def environment(name: str) -> str:
    """The name of its environment: nobody else's."""
    return f"market-{name}-{os.getpid()}"


def rehearse(folder: Path, name: str, market: Market) -> Ran:
    """Runs the command to its end."""
    plan, out = written(folder / name, name, market), folder / f"{name}-report"
    argv = [str(COMMAND), "rehearse", str(plan), "--out", str(out), "--json"]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=280)
    return Ran(exit_code=done.returncode, stdout=done.stdout, stderr=done.stderr, out=out)
