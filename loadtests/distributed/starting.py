"""How workers are started on other machines: the command lines, and what their ends mean. Starts nothing."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from foundation.errors import InputError

PORT = 5557  # Locust's own default
_HOST = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@:%-]*")
_ADDRESS = re.compile(r"(?:\[(?P<six>[^]]+)\]|(?P<name>[^][:]+))(?::(?P<port>[0-9]{1,5}))?")


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where the master listens, or is reached. An IPv6 address stands without its brackets."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def address(text: str, option: str) -> Address:
    """HOST:PORT, or HOST with Locust's own port; an IPv6 address in brackets. Raises InputError."""
    if _is_ipv6(text):
        hint = f"an IPv6 address stands in brackets: [{text}]:{PORT}"
        raise InputError(f"expected HOST:PORT, got {text!r}", where=option, hint=hint)
    found = _ADDRESS.fullmatch(text)
    port = int(found["port"] or PORT) if found else PORT
    if not found or port > 65535 or (found["six"] and not _is_ipv6(found["six"])):
        raise InputError(f"expected HOST:PORT, got {text!r}", where=option, hint=f"such as 10.0.0.5:{PORT}")
    return Address(host=found["six"] or found["name"], port=port)


def _is_ipv6(text: str) -> bool:
    try:
        return bool(ipaddress.IPv6Address(text))
    except ValueError:
        return False


def hosts(text: str) -> tuple[str, ...]:
    """The hosts in a list such as "load1,user@load2". Raises InputError: none, one twice, an option."""
    found = tuple(name.strip() for name in text.split(",") if name.strip())
    wrong = [name for name in found if not _HOST.fullmatch(name)]
    if not found or wrong or len(set(found)) < len(found):
        raise InputError(
            f"expected different hosts, got {text!r}", where="--workers", hint="such as load1,load2"
        )
    return found


def over_ssh(host: str, port: int, processes: int, command: str) -> tuple[str, ...]:
    """Starts a host's workers over SSH; they reach the master through the same connection, on loopback."""
    back = f"127.0.0.1:{port}"
    options = ("BatchMode=yes", "ExitOnForwardFailure=yes", "ServerAliveInterval=5", "ConnectTimeout=10")
    return (
        # A terminal, so that what was started there is told (SIGHUP) when the connection ends.
        "ssh", "-tt", *(part for option in options for part in ("-o", option)), "-R", f"{back}:{back}",
        "--", host,
        f"{command} load worker --master {back} --processes {processes}",
    )  # fmt: skip


def ended(status: int, said: str) -> tuple[str, str]:
    """Why a worker's command over SSH ended, and what to do, from its status and the last it said."""
    last = said.strip().splitlines()[-1] if said.strip() else "it said nothing"
    if status == 255:
        return f"SSH failed: {last}", "ssh to it by hand, with the key and the user that it wants"
    if status == 127:
        return "peakproof is not installed there", "install the same version, or name it: --worker-command"
    return f"its worker ended with status {status}: {last}", "look at what it says when started by hand"
