"""The one edge where Pulumi's errors become ours, cause kept. Decides by what engine and plugin said."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version

from pulumi.automation.errors import CommandError, StackNotFoundError

from environments import docker_errors
from foundation.errors import InputError, PeakproofError, Refused, Unavailable
from infra.backend import PASSPHRASE, PASSPHRASE_FILE, URL
from infra.locking import Holder, holders

_ENDED = re.compile(r"(?P<node>[\w-]+) ended with status (?P<status>\d+)")
_PLUGIN_ABSENT = re.compile(
    r"no resource plugin|could not find latest version|Could not automatically download"
)
_OTHER_VERSION = re.compile(r"Invalid or unknown key\b.*")
_DOCKER = re.compile(
    r"Cannot connect to the Docker daemon|port is already allocated|no space left|address already in use"
    r"|Pool overlaps|is already in use by container|cannot allocate memory|permission denied while"
    r"|cannot join secure network: required modules",
    re.IGNORECASE,
)
_IN_USE = "is in use by task"
_BACKEND = re.compile(
    r"PULUMI_ACCESS_TOKEN must be set|unable to open (state directory|bucket)|\.pulumi/meta\.yaml"
)
_COLOUR = re.compile(r"<\{%.*?%\}>|\x1b\[[0-9;]*m")


@dataclass(frozen=True, kw_only=True)
class Said:
    """A complaint of the engine; `node` is the resource that it is about, where it is about one."""

    message: str
    node: str | None = None


class Locked(Refused):
    """Another command changes this stack."""

    def __init__(self, name: str, held: Sequence[Holder]) -> None:
        who = "; ".join(str(holder) for holder in held) or "another command"
        super().__init__(
            f"stack {name!r} is being changed: {who}",
            hint="wait for it; a lock whose process is gone is removed by the next command on its machine",
        )
        self.holders = tuple(held)


class NodeFailed(Unavailable):
    """A node that the engine made and that ended, or was not ready in time."""

    def __init__(self, node: str, what: str) -> None:
        super().__init__(
            what, hint=f"mend what the end of {node}'s log says, above, and run the same command again"
        )
        self.node = node


class NoStack(InputError):  # noqa: N818 - says what happened
    """There is no stack of that name; `others` are those that there are."""

    def __init__(self, name: str, others: Sequence[str] = ()) -> None:
        there = f"the state has {', '.join(others)}; " if others else ""
        super().__init__(f"there is no stack {name!r}", hint=f"{there}`peakproof infra up` brings one up")


class StillLeaving(Unavailable):
    """A swarm has not heard yet that containers have left an overlay, which was to be removed."""

    def __init__(self, network: str) -> None:
        super().__init__(
            f"network {network} is still in use by tasks of the swarm",
            hint="run the same command again, it goes on where this one ended; a task that a killed command"
            " left behind goes when Docker is restarted on its host (`sudo systemctl restart docker`)",
        )


def meaning(error: CommandError, complaints: Iterable[Said], *, name: str, doing: str) -> PeakproofError:
    """The error for a Pulumi command that failed and what its engine complained of."""
    said = str(error)
    if isinstance(error, StackNotFoundError):
        return NoStack(name)
    told = [Said(message=_plain(one.message), node=one.node) for one in complaints]
    everything = "\n".join([*(one.message for one in told), said])
    if "currently locked by" in everything:
        return Locked(name, holders(everything))
    if _IN_USE in everything:
        return StillLeaving(next((one.node for one in told if one.node and _IN_USE in one.message), "?"))
    if "passphrase" in everything:
        return InputError(
            f"the passphrase does not open the state of {name!r}",
            hint=f"give the one with which it was brought up: {PASSPHRASE} or {PASSPHRASE_FILE}",
        )
    if _PLUGIN_ABSENT.search(everything):
        return _no_plugin()
    if found := _OTHER_VERSION.search(everything):
        return _another_version(found[0])
    if _BACKEND.search(everything):
        return _no_backend(said)
    return _of_nodes(told) or _of_docker(everything, doing) or _unknown(told, said, doing)


def _of_nodes(told: Sequence[Said]) -> NodeFailed | None:
    for one in told:
        if ended := _ENDED.search(one.message):
            return NodeFailed(ended["node"], f"{ended['node']} ended with status {ended['status']}")
        if one.node and "healthy state" in one.message:
            return NodeFailed(one.node, f"{one.node} was not ready in time")
    return None


def _of_docker(everything: str, doing: str) -> PeakproofError | None:
    found = _DOCKER.search(everything)
    return docker_errors.meaning(found[0], doing=doing) if found else None


def _no_plugin() -> Unavailable:
    wanted = version("pulumi-docker")
    return Unavailable(
        f"Pulumi's Docker plugin {wanted} is not installed",
        hint=f"run `pulumi plugin install resource docker v{wanted}`, or put pulumi-resource-docker on PATH",
    )


def _no_backend(said: str) -> Unavailable:
    return Unavailable(
        f"the state cannot be opened: {(_last(said) or ['it was not said why'])[0]}",
        hint=f"check {URL}, and what its service needs: file:// and a folder that exists, s3://, azblob://, gs://;"
        " https:// and PULUMI_ACCESS_TOKEN",
    )


def _another_version(said: str) -> Unavailable:
    wanted = version("pulumi-docker")
    return Unavailable(
        f"Pulumi's Docker plugin is older than the SDK {wanted}: {said.strip()}",
        hint=f"put pulumi-resource-docker {wanted} on PATH in its place, or remove it from there and run"
        f" `pulumi plugin install resource docker v{wanted}`",
    )


def _unknown(told: Sequence[Said], said: str, doing: str) -> Unavailable:
    lines = [f"{one.node}: {one.message}" if one.node else one.message for one in told] or _last(said)
    first = lines[0].splitlines()[0] if lines else "it did not say why"
    return Unavailable(
        f"Pulumi failed while {doing}: {first}",
        hint="mend what it names and run the same command again: it goes on where this one ended",
        detail=[line for text in lines[1:] for line in text.splitlines()][:20],
    )


def _last(said: str) -> list[str]:
    lines = [_plain(line).removeprefix("stderr: ") for line in said.splitlines() if line.strip()]
    return [line.removeprefix("error: ") for line in lines if line.startswith("error: ")] or lines[-3:]


def _plain(message: str) -> str:
    """Without colours, and of a Python error its first line: where in our program it came up helps nobody."""
    plain = _COLOUR.sub("", message).strip()
    return plain.partition("\nTraceback")[0].removeprefix("python inline source runtime error: ")
