"""What a process is told at start: environment variables, and paths of secrets. Never holds a secret's value.

Time-outs are ordered so that whoever waits longer is nearer to the customer and nobody works for a caller
that has gone: client 10 s > balancer 8 s > request 6 s > pool wait + statement 5.5 s > lock 3 s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, fields
from difflib import get_close_matches
from pathlib import Path

PREFIX = "ORDERHUB_"

CLIENT_TIMEOUT = 10.0
"""Seconds a client of the API is advised to wait before it asks again with the same key."""
BALANCER_TIMEOUT = 8.0
"""Seconds the load balancer before the API is expected to wait for a reply."""


class SettingsError(Exception):
    """One line a problem, each naming the variable."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Each field is the variable ORDERHUB_<FIELD>; seconds, counts and rates as the name says."""

    database_host: str
    database_name: str
    database_user: str
    database_port: int = 5432
    database_password_file: Path = Path("/run/secrets/database-password")
    database_connect_timeout: int = 3
    database_pool_min: int = 2
    database_pool_max: int = 8
    database_pool_wait: float = 1.5
    database_pool_queue: int = 256
    database_statement_timeout: float = 4.0
    database_lock_timeout: float = 3.0

    broker_host: str = "broker"
    broker_port: int = 5672
    broker_user: str = "orderhub"
    broker_password_file: Path = Path("/run/secrets/broker-password")
    broker_timeout: float = 5.0
    broker_heartbeat: int = 10
    broker_prefix: str = "orderhub"

    http_host: str = "0.0.0.0"  # noqa: S104 - inside a container; what is published is the engine's business
    http_port: int = 0
    request_timeout: float = 6.0
    stop_grace: float = 8.0

    relay_batch: int = 100
    relay_poll: float = 1.0
    worker_prefetch: int = 16

    erp_url: str = "http://erp:8080"
    erp_timeout: float = 3.0
    erp_attempts: int = 8
    erp_backoff_base: float = 0.5
    erp_backoff_cap: float = 30.0

    simulator_latency: float = 0.01
    simulator_latency_jitter: float = 0.01
    simulator_failure_rate: float = 0.0
    simulator_lost_reply_rate: float = 0.0

    reconnect_base: float = 0.1
    reconnect_cap: float = 5.0
    ready_file: Path = Path("/tmp/orderhub-ready")  # noqa: S108 - read by the readiness probe, holds nothing
    migrations: Path = Path(__file__).parent.parent / "migrations"
    log_level: str = "INFO"

    def __post_init__(self) -> None:
        problems = [text for holds, text in self._rules() if not holds]
        if problems:
            raise SettingsError("\n".join(problems))

    def _rules(self) -> list[tuple[bool, str]]:
        rates = ("simulator_failure_rate", "simulator_lost_reply_rate")
        work = self.database_pool_wait + self.database_statement_timeout
        return [
            (
                self.request_timeout < BALANCER_TIMEOUT,
                f"{PREFIX}REQUEST_TIMEOUT must be below the balancer's {BALANCER_TIMEOUT:g} s",
            ),
            (
                work < self.request_timeout,
                f"{PREFIX}DATABASE_POOL_WAIT + {PREFIX}DATABASE_STATEMENT_TIMEOUT must be below "
                f"{PREFIX}REQUEST_TIMEOUT",
            ),
            (
                self.database_lock_timeout < self.database_statement_timeout,
                f"{PREFIX}DATABASE_LOCK_TIMEOUT must be below {PREFIX}DATABASE_STATEMENT_TIMEOUT",
            ),
            (
                1 <= self.database_pool_min <= self.database_pool_max,
                f"{PREFIX}DATABASE_POOL_MIN must be from 1 to {PREFIX}DATABASE_POOL_MAX",
            ),
            (self.erp_attempts >= 1, f"{PREFIX}ERP_ATTEMPTS must be 1 or more"),
            (self.log_level in _LEVELS, f"{PREFIX}LOG_LEVEL must be one of {', '.join(_LEVELS)}"),
            *((0 <= getattr(self, n) <= 1, f"{PREFIX}{n.upper()} must be from 0 to 1") for n in rates),
        ]


_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
_PARSERS = {"str": str, "int": int, "float": float, "Path": Path}


def from_environment(environment: Mapping[str, str]) -> Settings:
    """Settings from the ORDERHUB_ variables. Raises SettingsError with every problem at once."""
    known = {PREFIX + field.name.upper(): field for field in fields(Settings)}
    problems = [
        _unknown(name, list(known))
        for name in sorted(environment)
        if name.startswith(PREFIX) and name not in known
    ]
    values: dict[str, object] = {}
    for name, field in known.items():
        text = environment.get(name)
        if text is None:
            if field.default is MISSING:
                problems.append(f"{name} is not set")
            continue
        try:
            values[field.name] = _parse(field, text)
        except ValueError:
            problems.append(f"{name}={text!r} is not a {field.type}")
    if problems:
        raise SettingsError("\n".join(problems))
    return Settings(**values)  # type: ignore[arg-type]  # each value was parsed by its field's own type


def _parse(field: Field[object], text: str) -> object:
    if not text:
        raise ValueError("empty")
    return _PARSERS[str(field.type)](text)


def _unknown(name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, n=1)
    return f"{name} is not a setting" + (f"; did you mean {near[0]}?" if near else "")


def read_secret(path: Path) -> str:
    """The secret's text without the final newline. Raises SettingsError naming the file."""
    try:
        return path.read_text().rstrip("\n")
    except OSError as error:
        raise SettingsError(f"cannot read the secret {path}: {error.strerror}") from error
