"""The edge: the collecting script run on every host of a site over SSH, side by side. Decides nothing."""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from environments import ssh
from environments.site import Site
from foundation.errors import PeakproofError, Unavailable
from playbooks import standing

SCRIPT = Path(__file__).with_name("collect.py")
_RUNS = "sudo -n python3 -I -W ignore -"
_SECONDS = 660  # lynis alone may take 600
Sections = Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class Collected:
    """Host -> its sections; and host -> why it has none."""

    sections: Mapping[str, Sections]
    unreachable: Mapping[str, str]


def collect(site: Site, done: Callable[[str], None] = lambda _: None) -> Collected:
    """Every host, all at once. `done` is told of each that has answered, or will not."""

    def one(host: str) -> Sections | PeakproofError:
        try:
            return _collected(site, host)
        except PeakproofError as error:
            return error
        finally:
            done(host)

    with ThreadPoolExecutor(max_workers=16) as pool:
        found = dict(zip(site.hosts, pool.map(one, site.hosts), strict=True))
    return Collected(
        sections={host: each for host, each in found.items() if not isinstance(each, PeakproofError)},
        unreachable={host: _why(each) for host, each in found.items() if isinstance(each, PeakproofError)},
    )


def _why(error: PeakproofError) -> str:
    return f"{error.what}: {error.hint}" if error.hint else error.what


def _collected(site: Site, host: str) -> Sections:
    reached, settings = str(standing.target(site.hosts[host])), standing.settings(site, host)
    try:
        done = subprocess.run(
            standing.command(site, host, _RUNS),
            input=SCRIPT.read_text(encoding="utf-8"), capture_output=True, text=True, timeout=_SECONDS,
            check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        by_hand = shlex.join(["ssh", *settings, reached])
        raise Unavailable(f"gave no answer within {_SECONDS} s", hint=f"`{by_hand}` tells more") from error
    return answered(done.returncode, done.stdout, done.stderr, reached, settings)


def answered(status: int, printed: str, said: str, host: str, settings: Sequence[str] = ()) -> Sections:
    """The sections, of what the script printed. Raises PeakproofError that says which part failed."""
    if status == 0:
        try:
            return dict(json.loads(printed)["sections"])
        except (ValueError, KeyError, TypeError) as error:
            raise Unavailable(
                f"{host} answered with something else than evidence",
                hint="does a login there print text of its own (.bashrc)?",
            ) from error
    if "python3" in said and "not found" in said:
        raise Unavailable(f"{host} has no python3", hint="install python3 there: Ansible needs it, too")
    if "sudo:" in said:
        hint = "the user of `docker: ssh://USER@HOST` must be allowed sudo without a password"
        raise Unavailable(f"{host} refuses sudo", hint=hint, detail=said.splitlines()[-1:])
    if status == 255:  # ssh's own
        raise ssh.meaning(said, host, settings)
    raise Unavailable(f"collecting on {host} ended with {status}", detail=said.splitlines()[-1:])
