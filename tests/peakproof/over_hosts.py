"""The kiosk over three configured hosts: a till on each, its store and its front on the first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import docker
import yaml

from environments.containers import removing
from playbooks.sandbox import Sandbox
from tests.peakproof import kiosks
from tests.peakproof.conftest import FAR
from tests.peakproof.kiosks import TINY, Written
from tests.playbooks.configured import configured

_ENVIRONMENT = "t-over-hosts"


@contextmanager
def hosts() -> Iterator[Sandbox]:
    """Three of them; nothing is left, neither there nor here."""
    with configured() as box:
        try:
            yield box
        finally:
            for name in (_ENVIRONMENT, f"{_ENVIRONMENT}_source"):
                removing.remove(docker.from_env(), name)


def site(box: Sandbox, folder: Path, **variables: object) -> Path:
    """The sandbox's site, with what there is only once on the first host."""
    first, *_ = box.hosts
    written = yaml.safe_load(box.site.read_text())
    written |= {"ssh_config": str(box.ssh_config), "pins": {"store": first, "front": first}}
    written["variables"] |= variables
    return _file(folder / "site.yaml", written)


def plan(
    box: Sandbox, folder: Path, *, duration: str, timeline: Sequence[Mapping[str, object]] = ()
) -> Written:
    """A rehearsal there, with its site and its definition beside the plan."""
    site(box, folder)
    services = {"till": {"nodes": 3}, "front": {"kind": "haproxy", "to": "till", "health": "/up"}}
    definition = {"extends": str(TINY / "kiosk.yaml"), "entry": "front", "services": services}
    _file(folder / "definition.yaml", definition)
    season = kiosks.season()
    load = season["load"]
    assert isinstance(load, dict)
    season |= {
        "environment": {"definition": "./definition.yaml", "site": "./site.yaml", "name": _ENVIRONMENT},
        "load": load | {"duration": duration},
        "timeline": [dict(line) for line in timeline],
        "data": {"source": "sample", "size": "2000 members"},  # with credit for all that is booked meanwhile
        "slo": [FAR, "errors < 0.01%", "lost orders = 0"],
    }
    return Written(path=_file(folder / "plan.yaml", season), environment=_ENVIRONMENT)


def _file(path: Path, content: object) -> Path:
    path.write_text(yaml.safe_dump(content, sort_keys=False))
    return path
