"""Images that a kind of ours takes the place of, so that they can be filled, asked and hit by role. Pure.

Only where nothing would be lost by it: nothing special is asked of the image, and whoever logs in is seen to
be given the password, for ours is another one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from environments import references
from environments.compose import credentials
from environments.compose.credentials import Use
from environments.compose.service import ComposeService

_SETTING = re.compile(r"^[a-z][a-z0-9_.-]*$")


@dataclass(frozen=True, kw_only=True)
class Known:
    """A kind of ours, and the images it takes the place of.

    `user`, `database`, `password`: variables, of which the first that is set counts; `default`: the user
    without; `ignored`: variables that change nothing here; `data`: where the images keep what they hold;
    `unused`: ports that are exposed by habit.
    """

    kind: str
    serves: str
    images: tuple[str, ...]
    port: int
    data: tuple[str, ...]
    password: tuple[str, ...]
    user: tuple[str, ...] = ()
    database: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    default: str = ""
    administrators: tuple[str, ...] = ()
    server: tuple[str, ...] = ()
    unused: tuple[int, ...] = ()


KNOWN = (
    Known(
        kind="postgres",
        serves="PostgreSQL 17",
        images=("postgres",),
        port=5432,
        data=("/var/lib/postgresql",),
        password=("POSTGRES_PASSWORD",),
        user=("POSTGRES_USER",),
        database=("POSTGRES_DB",),
        ignored=("PGDATA", "TZ", "PGTZ", "LANG", "PGUSER", "PGPASSWORD", "PGDATABASE"),
        default="postgres",
        administrators=("postgres",),
        server=("postgres",),
    ),
    Known(
        kind="mariadb",
        serves="MariaDB 11.8",
        images=("mariadb", "mysql"),
        port=3306,
        data=("/var/lib/mysql",),
        password=("MARIADB_PASSWORD", "MYSQL_PASSWORD"),
        user=("MARIADB_USER", "MYSQL_USER"),
        database=("MARIADB_DATABASE", "MYSQL_DATABASE"),
        ignored=(
            "MYSQL_ROOT_PASSWORD", "MARIADB_ROOT_PASSWORD", "MYSQL_RANDOM_ROOT_PASSWORD",
            "MARIADB_RANDOM_ROOT_PASSWORD", "MYSQL_ROOT_HOST", "MARIADB_ROOT_HOST", "TZ", "LANG",
            "MARIADB_AUTO_UPGRADE", "MYSQL_INITDB_SKIP_TZINFO", "MARIADB_INITDB_SKIP_TZINFO",
            "MARIADB_DISABLE_UPGRADE_BACKUP",
        ),
        default="root",
        administrators=("root", "mysql"),
        server=("mysqld", "mariadbd"),
        unused=(33060,),
    ),
    Known(
        kind="rabbitmq",
        serves="RabbitMQ 4.0",
        images=("rabbitmq",),
        port=5672,
        data=("/var/lib/rabbitmq",),
        password=("RABBITMQ_DEFAULT_PASS",),
        user=("RABBITMQ_DEFAULT_USER",),
        ignored=("TZ", "RABBITMQ_NODENAME", "RABBITMQ_ERLANG_COOKIE"),
        default="guest",
        server=("rabbitmq-server",),
    ),
    Known(
        kind="valkey",
        serves="Valkey 8.1",
        images=("redis", "valkey/valkey"),
        port=6379,
        data=("/data",),
        password=("REDIS_PASSWORD", "VALKEY_PASSWORD"),
        ignored=("TZ",),
        server=("redis-server", "valkey-server"),
    ),
)  # fmt: skip

# What a service may say beside what is read below: how it is kept running, watched and found.
_HARMLESS = frozenset({
    "annotations", "attach", "cap_drop", "command", "container_name", "cpus", "depends_on", "deploy",
    "env_file", "environment", "expose", "healthcheck", "hostname", "image", "init", "labels", "links",
    "logging", "mem_limit", "mem_reservation", "networks", "oom_kill_disable", "platform", "ports",
    "profiles", "pull_policy", "read_only", "restart", "scale", "secrets", "security_opt", "shm_size",
    "stdin_open", "stop_grace_period", "stop_signal", "tmpfs", "tty", "ulimits", "user", "volumes",
})  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A service that becomes one of a kind of ours: its options.

    `password`: the one that it had; `secret`: the Compose secret that it was given it by.
    """

    known: Known
    options: Mapping[str, object] = field(default_factory=dict)
    password: str = ""
    secret: str = ""


def of(service: ComposeService) -> Known | None:
    """The kind whose images the service's is one of."""
    if service.build is not None or not service.image:
        return None
    name = references.repository(service.image.partition("@")[0]).removeprefix("docker.io/")
    plain = re.sub(r":[^/]*$", "", name).removeprefix("library/")
    return next((known for known in KNOWN if plain in known.images), None)


def taken(
    service: ComposeService, known: Known, others: Iterable[ComposeService], uses: Mapping[str, list[Use]]
) -> Taken | str:
    """What the service becomes, or why its image stays."""
    user = _first(service, known.user) or known.default
    if user in known.administrators:
        return f"clients log in as {user}, the administrator, and a {known.kind} of ours has users alone"
    reason = _special(service, known)
    if reason:
        return reason
    password, secret = (
        _first(service, known.password) or _from_command(service, known),
        _secret(service, known),
    )
    if not password and not secret:
        return f"it says no password, and a {known.kind} has one"
    clients = {use.service for use in uses.get(password, [])}
    clients |= {each.name for each in others if secret and secret in {given.source for given in each.secrets}}
    if not any(each.name in clients and _reaches(each, service) for each in others if each is not service):
        return "no service is seen to be given its password, so they have it from elsewhere"
    settings = _settings(service, known)
    if settings is None:
        return "its command says more than settings of the server"
    written: dict[str, object] = {}
    if known.database:
        written["database"] = _first(service, known.database) or user
    if known.user:
        written["user"] = user
    if settings:
        written["settings"] = settings
    return Taken(known=known, options=written, password=password, secret=secret)


def _reaches(client: ComposeService, server: ComposeService) -> bool:
    return server.name in client.needs or credentials.mentions(client, server.name)


def _special(service: ComposeService, known: Known) -> str:
    """What is asked of the image that a kind of ours does not do; empty where there is nothing."""
    keys = {key for key in service.written.entries if not key.startswith("x-")}
    for key in sorted(keys - _HARMLESS):
        return f"it says `{key}`"
    files = {f"{name}_FILE" for name in known.password if _secret(service, known)}
    allowed = {*known.password, *known.user, *known.database, *known.ignored, *files}
    for variable in service.environment:
        if variable not in allowed:
            return f"it says {variable}"
    for each in service.volumes:
        if service.health and any(each.target in word for word in service.health.command):
            continue  # what only the check of its health needs
        if not any(each.target.rstrip("/").startswith(path) for path in known.data):
            return f"it mounts {each.target}"
        if each.kind == "bind" and re.search(r"\.\w+$", each.source):
            return f"it mounts {each.source}"
    for port in (*service.ports, *service.exposed):
        if port.target not in (known.port, *known.unused):
            return f"its port {port.target} is used"
    if service.configs or [each for each in service.secrets if each.source != _secret(service, known)]:
        return "it is given files"
    return "it has several nodes" if service.replicas > 1 else ""


def _first(service: ComposeService, variables: Iterable[str]) -> str:
    texts = (service.environment[name].text for name in variables if name in service.environment)
    return next((text for text in texts if text), "")


def _secret(service: ComposeService, known: Known) -> str:
    """The Compose secret that the variable NAME_FILE of its password names."""
    paths = {_first(service, [f"{name}_FILE"]) for name in known.password}
    return next((each.source for each in service.secrets if each.target in paths), "")


def _from_command(service: ComposeService, known: Known) -> str:
    """What `redis-server --requirepass` says."""
    words = _words(service)
    if known.kind != "valkey" or "--requirepass" not in words[:-1]:
        return ""
    return words[words.index("--requirepass") + 1]


def _words(service: ComposeService) -> list[str]:
    """The command's words, without the shell that some put before it."""
    words = list(service.command or ())
    if words[:2] in (["sh", "-c"], ["/bin/sh", "-c"]) and len(words) == 3:
        words = words[2].split()
    return [word for word in words if word != "exec"]


def _settings(service: ComposeService, known: Known) -> dict[str, str] | None:
    """The server's settings that the command says; None where it says something else."""
    words = _words(service)
    if words and words[0].rpartition("/")[2] in known.server:
        words = words[1:]
    if not words:
        return {}
    read = {"postgres": _postgres, "mariadb": _mariadb, "valkey": _valkey}.get(known.kind)
    return read(words) if read else None


def _postgres(words: list[str]) -> dict[str, str] | None:
    """-c name=value"""
    joined = [word for word in words if word != "-c"]
    said = [word.removeprefix("-c").removeprefix("--").partition("=") for word in joined]
    return _named((name.replace("-", "_"), equals, value) for name, equals, value in said)


def _mariadb(words: list[str]) -> dict[str, str] | None:
    """--name=value"""
    if not all(word.startswith("--") for word in words):
        return None
    said = [word.removeprefix("--").partition("=") for word in words]
    # What MySQL alone knows: MariaDB's own way of logging in needs no such word.
    kept = [
        each for each in said if each[0] not in ("default-authentication-plugin", "mysql-native-password")
    ]
    return _named((name.replace("-", "_"), equals, value) for name, equals, value in kept)


def _valkey(words: list[str]) -> dict[str, str] | None:
    """--name value"""
    said: dict[str, str] = {}
    name = ""
    for word in words:
        if word.startswith("--"):
            name = word.removeprefix("--")
            said[name] = ""
        elif not name:
            return None
        else:
            said[name] = f"{said[name]} {word}".strip()
    said.pop("requirepass", None)
    return said


def _named(said: Iterable[tuple[str, str, str]]) -> dict[str, str] | None:
    found = list(said)
    if not all(equals and _SETTING.match(name) for name, equals, _ in found):
        return None
    return {name: value for name, _, value in found}
