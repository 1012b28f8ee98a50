"""Asks every host, before anything is changed, whether it is fit; all that is wrong is told at once."""

from __future__ import annotations

import shlex
import subprocess
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from environments import ssh
from environments.site import Site
from foundation.errors import PeakproofError, Problem, Refused, Unavailable
from playbooks import standing
from playbooks.entries import ASKING, Published
from playbooks.grouping import groups
from playbooks.running import fitness
from playbooks.running.fitness import Facts

_SCRIPT = Path(__file__).with_name("host_facts.py")
_ASKING = "command -v python3 >/dev/null || { echo '{}'; exit 0; }; exec python3 - "
_SECONDS = 45.0


@dataclass(frozen=True, kw_only=True)
class _Answer:
    """What a host told, or why it did not."""

    facts: Facts | None = None
    error: PeakproofError | None = None


def require_fit(site: Site, hosts: Sequence[str], roles: Iterable[str]) -> tuple[Published, ...]:
    """What stands on the hosts and is published there.

    Raises Unavailable with every problem of every host; Refused where one may not be who it was."""
    wanted = frozenset(roles)
    with ThreadPoolExecutor(len(hosts)) as pool:
        answers = dict(zip(hosts, pool.map(lambda host: _ask(site, host), hosts), strict=True))
    of = groups(site)
    found = [
        problem
        for host, answer in answers.items()
        for problem in (
            [_untold(host, answer.error)]
            if answer.error
            else fitness.problems(site, host, answer.facts, roles=wanted, groups=of)
        )
    ]
    if found:
        raise _unfit(found, [answer.error for answer in answers.values() if answer.error])
    return tuple(each for answer in answers.values() if answer.facts for each in answer.facts.published)


def _ask(site: Site, host: str) -> _Answer:
    target = str(standing.target(site.hosts[host]))
    asked = time.time()
    try:
        done = subprocess.run(
            standing.command(site, host, _ASKING + shlex.join(ASKING)),
            input=_SCRIPT.read_bytes(),
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return _Answer(
            error=Unavailable(f"{target} does not answer", hint="is it overloaded, or a disk gone?")
        )
    if done.returncode:
        settings = standing.settings(site, host)
        return _Answer(error=ssh.meaning(done.stderr.decode(errors="replace"), target, settings))
    try:
        return _Answer(facts=fitness.facts(done.stdout.decode(), asked=asked, answered=time.time()))
    except (ValueError, KeyError):
        hint = "its shell prints something at login: it must not, where no terminal is"
        return _Answer(error=Unavailable(f"what {target} answered is not understood", hint=hint))


def _untold(host: str, error: PeakproofError) -> Problem:
    return Problem(where=f"host {host}", what=error.what, hint=error.hint)


def _unfit(found: Sequence[Problem], errors: Sequence[PeakproofError]) -> PeakproofError:
    hosts = list(dict.fromkeys(problem.where.removeprefix("host ") for problem in found))
    kind = Refused if any(isinstance(error, Refused) for error in errors) else Unavailable
    verb = "is" if len(hosts) == 1 else "are"
    return kind(
        f"{', '.join(hosts)} {verb} not fit; nothing was changed",
        detail=[str(problem) for problem in found],
        hint="put it right, then run the same command again; --limit leaves hosts out",
    )
