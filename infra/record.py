"""What a stack remembers of its instance: its outputs, kept where the state is, secrets encrypted.

So an instance is the same at every `up`, from whichever machine, and no file of ours can disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi

from environments import instance as instances
from environments.instance import Instance
from foundation.secrets import Secret
from infra.stack import Stack


@dataclass(frozen=True, kw_only=True)
class Record:
    """An instance as the last `up` left it. `engines`: host -> URL of its engine, None for this machine's."""

    instance: Instance
    site: str
    engines: Mapping[str, str | None] = field(default_factory=dict)

    def same_supply(self, other: Record) -> bool:
        """Whether both have the same secrets, ports and addresses, on the same hosts."""
        mine, theirs = self.instance, other.instance
        return (mine.secrets, mine.ports, mine.subnets, self.engines) == (
            theirs.secrets,
            theirs.ports,
            theirs.subnets,
            other.engines,
        )


def read(outputs: Mapping[str, Any]) -> Record | None:
    """The record in a stack's outputs, secrets in the open; None where nothing was ever brought up."""
    if "instance" not in outputs:
        return None
    secrets = {str(name): Secret(str(value)) for name, value in outputs["secrets"].items()}
    return Record(
        instance=instances.from_json(str(outputs["instance"]), secrets),
        site=str(outputs["site"]),
        engines={str(host): url or None for host, url in outputs["engines"].items()},
    )


def keeping(stack: Stack, site: str, declare: Callable[[], None]) -> Callable[[], None]:
    """The program of a stack that also remembers it."""

    def remember() -> None:
        secrets = {name: secret.reveal() for name, secret in stack.instance.secrets.items()}
        pulumi.export("instance", stack.instance.to_json())
        pulumi.export("secrets", pulumi.Output.secret(secrets))
        pulumi.export("site", site)
        pulumi.export("engines", {host: url or "" for host, url in stack.engines.items()})
        declare()

    return remember
