"""The URL of a service as a client writes it, everything in it quoted. Pure."""

from __future__ import annotations

from urllib.parse import quote

from environments.topology import Binding
from foundation.secrets import Secret

# Behind the door a database has another name than its certificate's: the connection is encrypted, the name is
# not compared.
_ENCRYPTED = {"postgresql": "?sslmode=require", "mysql": "?ssl-mode=REQUIRED"}


def url(scheme: str, binding: Binding, password: Secret | None, host: str, port: int) -> Secret:
    """scheme://user:password@host:port/name, of which a service may lack all but host and port."""
    who = f"{_quoted(binding.user)}:{_quoted(password.reveal())}@" if password else ""
    path = "/%2F" if scheme == "amqp" else f"/{_quoted(binding.name)}" if binding.name else ""
    tls = _ENCRYPTED.get(scheme, "") if binding.trust else ""
    return Secret(f"{scheme}://{who}{host}:{port}{path}{tls}")


def _quoted(text: str | None) -> str:
    return quote(text or "", safe="")
