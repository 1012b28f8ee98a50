"""Definitions that tests write, on the smallest platform there is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import yaml

from environments.loading import Loaded, topology_of

PLATFORM = Path(__file__).parent / "platforms" / "hello" / "platform.yaml"

Services = Mapping[str, Mapping[str, object]]
Secrets = Mapping[str, Mapping[str, object]]


def definition(
    folder: Path,
    services: Services,
    *,
    name: str = "t",
    entry: str | None = None,
    file: str | None = None,
    platform: str = str(PLATFORM),
    secrets: Secrets | None = None,
) -> Path:
    """A definition file in `folder` with these services; the first is the entry unless said otherwise."""
    path = folder / f"{file or name}.yaml"
    written = {
        "definition": name,
        "platform": platform,
        "entry": entry or next(iter(services)),
        "services": {key: {"memory": "64MiB", **options} for key, options in services.items()},
        "secrets": dict(secrets or {}),
    }
    path.write_text(yaml.safe_dump(written, sort_keys=False))
    return path


def application(process: str, **options: object) -> dict[str, object]:
    """A service of kind application."""
    return {"kind": "application", "process": process, **options}


def compiled(folder: Path, services: Services, secrets: Secrets | None = None) -> Loaded:
    """The topology of a definition with these services, and with these secrets given."""
    return topology_of(str(definition(folder, services, secrets=secrets)), beside=folder)
