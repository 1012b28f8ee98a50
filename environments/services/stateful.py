"""What services that keep data on one server share: a password, a volume, an endpoint. Knows no engine."""

from __future__ import annotations

from collections.abc import Sequence

from environments.nodes import Attachments, File, Mount, Node, SecretFile, Storage
from environments.services.kind import BACK, Service
from environments.topology import Endpoint, Role, SecretRef, Volume


def password_file(service: str) -> str:
    """Where a service's nodes find its password."""
    return f"/run/secrets/{service}-password"


def attached(service: str, *, files: Sequence[File] = (), secrets: Sequence[SecretFile] = ()) -> Attachments:
    """How the server is met: by its service's name, by the platform alone; its password is a file."""
    password = SecretFile(secret=_password(service), path=password_file(service))
    return Attachments(networks=(BACK,), aliases=(service,), files=tuple(files), secrets=(password, *secrets))


def kept(node: str, home: str) -> Storage:
    """What the server writes to `home` outlives its process."""
    return Storage(mounts=(Mount(volume=_data(node), path=home),))


def served_by(
    server: Node, *, port: int, holds: str, size: int | None, role: Role, secrets: Sequence[SecretRef] = ()
) -> Service:
    """The service of one server. `holds`: whose data it keeps; `size` of its disk in bytes, or its host's."""
    service = server.service
    return Service(
        nodes=(server,),
        volumes=(Volume(name=_data(server.name), holds=holds, size=size),),
        secrets=(SecretRef(name=_password(service)), *secrets),
        endpoints=(Endpoint(name=service, target=service, port=port),),
        roles=(role,),
    )


def _password(service: str) -> str:
    return f"{service}.password"


def _data(node: str) -> str:
    return f"{node}-data"
