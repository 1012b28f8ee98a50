"""What a host showed, as its collecting script printed it; and why a part of it is missing. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from playbooks.deriving.firewall import Opening

Kind = TypeVar("Kind")


class Missing(Exception):  # noqa: N818 - says what it is
    """A section that was not collected: whoever needs it has not looked, which is no pass."""


class Nothing(Missing):
    """There is nothing to look at, such as no container, or the kernel's own in a box."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One host's sections. `opened` is what the site's flows open there; None: not known."""

    host: str
    sections: Mapping[str, object]
    opened: Sequence[Opening] | None = None

    def section(self, name: str, kind: type[Kind]) -> Kind:
        """What was collected. Raises Missing, with the host's own reason."""
        found = self.sections.get(name)
        if not isinstance(found, dict) or "value" not in found:
            why = found.get("missing") if isinstance(found, dict) else None
            raise Missing(str(why or "the host told nothing of it"))
        value = found["value"]
        if not isinstance(value, kind):
            raise Missing(f"the host told {type(value).__name__} where {kind.__name__} was due")
        return value

    def text(self, path: str) -> str:
        """A configuration file. Raises Missing: it was not collected; it is empty where there is none."""
        texts = self.section("files", dict)["texts"]
        return str(texts.get(path) or "")

    @property
    def machine(self) -> Mapping[str, object]:
        """Release, kernel, container; empty where it was not collected."""
        try:
            return self.section("machine", dict)
        except Missing:
            return {}

    @property
    def now(self) -> int:
        """The host's clock, in seconds since the epoch. Raises Missing."""
        return int(str(self.section("machine", dict)["now"]))

    @property
    def boxed(self) -> bool:
        """Whether the host is a container, where the kernel's own part cannot be."""
        return self.machine.get("container") not in (None, "", "none")

    def release(self, key: str) -> str:
        """A word of os-release, such as ID or VERSION_CODENAME; empty where it has none."""
        found = re.search(rf'^{key}="?([^"\n]*)"?$', str(self.machine.get("release") or ""), re.MULTILINE)
        return found[1] if found else ""
