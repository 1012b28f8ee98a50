"""What a person says of a program in an image: how it is started, given secrets, and asked."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from environments.composing import checked_template
from environments.nodes import Lifecycle
from environments.words import (
    AbsolutePath,
    HttpPath,
    ImageName,
    Name,
    Port,
    UserName,
    VariableName,
    checked_http_path,
)
from foundation.documents import Input, across
from foundation.unions import ByWord, Called
from foundation.units import Duration

# https://man7.org/linux/man-pages/man7/capabilities.7.html
CAPABILITIES = frozenset((
    "AUDIT_CONTROL", "AUDIT_READ", "AUDIT_WRITE", "BLOCK_SUSPEND", "BPF", "CHECKPOINT_RESTORE", "CHOWN",
    "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "IPC_LOCK", "IPC_OWNER", "KILL", "LEASE",
    "LINUX_IMMUTABLE", "MAC_ADMIN", "MAC_OVERRIDE", "MKNOD", "NET_ADMIN", "NET_BIND_SERVICE",
    "NET_BROADCAST", "NET_RAW", "PERFMON", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYSLOG", "SYS_ADMIN",
    "SYS_BOOT", "SYS_CHROOT", "SYS_MODULE", "SYS_NICE", "SYS_PACCT", "SYS_PTRACE", "SYS_RAWIO",
    "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "WAKE_ALARM",
))  # fmt: skip
BEGINNING_AS_ROOT = ("CHOWN", "DAC_OVERRIDE", "FOWNER", "KILL", "SETGID", "SETUID")
"""What an image needs that begins as root, gives files away and becomes its own user; Docker gives more."""


def _capability(text: str) -> str:
    name = text.upper().removeprefix("CAP_")
    if name not in CAPABILITIES:
        raise ValueError(f"{text!r} is no capability of Linux, such as CHOWN, SETUID or NET_BIND_SERVICE")
    return name


Capability = Annotated[str, AfterValidator(_capability)]
Template = Annotated[str, AfterValidator(checked_template)]


class InEnvironment(Input):
    """A secret in an environment variable, where everybody who may ask Docker sees it."""

    delivered: Literal["environment"] = Field(alias="as", description="a file is the better way")
    variable: VariableName
    value: Template | None = Field(default=None, description="text around it, with {secret} in it")


class InFile(Input):
    """A secret in a file, with text around it."""

    delivered: Literal["file"] = Field(alias="as")
    path: AbsolutePath
    value: Template | None = Field(default=None, description="text around it, with {secret} in it")


Delivery = AbsolutePath | Annotated[InEnvironment | InFile, Field(discriminator="delivered")]
"""How a process is given a secret: as a file at a path, or in a variable."""
Deliveries = Delivery | tuple[Delivery, ...]
"""One way, or several."""


def each_of(deliveries: Deliveries) -> tuple[Delivery, ...]:
    """The ways one by one."""
    return deliveries if isinstance(deliveries, tuple) else (deliveries,)


def _some(words: tuple[str, ...]) -> tuple[str, ...]:
    if not words:
        raise ValueError("must have a word: leave the key out, and the image's own stands")
    return words


Words = Annotated[tuple[str, ...], AfterValidator(_some), ByWord()]
"""A command, word by word."""


class ReadyCommand(Input):
    """A command run inside the node; it is ready while the command ends with status 0."""

    command: Words


class ReadyPath(Input):
    """A path on another port than the one that is used."""

    path: HttpPath
    port: Port


def _ready_word(text: str) -> str:
    if text in ("tcp", "none"):
        return text
    if not text.startswith("/"):
        raise ValueError(f"{text!r} must be a path such as /health, `tcp`, `none` or {{command: […]}}")
    return checked_http_path(text)


ReadyWord = Annotated[str, AfterValidator(_ready_word), Called(words="a path such as /health, `tcp`, `none`")]


LONGEST_WAIT = 86400.0
"""Seconds: nobody waits for longer than a day until a node is up, or down."""


def _as_user(value: object) -> object:
    """A number needs no quotes."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


class RunningInput(Input):
    """A program in an image. What is not said is as the image says it."""

    image: ImageName = Field(description="folder of the platform with a Dockerfile, or a reference")
    command: Words = Field(default=(), description="in place of the image's CMD")
    entrypoint: Words = Field(default=(), description="in place of the image's ENTRYPOINT and CMD")
    environment: dict[str, str] = Field(default={})
    port: Port | None = None
    ready: ReadyWord | ReadyPath | ReadyCommand | None = Field(
        default=None, description="a path on `port`, {path, port}, {command}, tcp, or none"
    )
    deadline: Duration = Field(
        default=60.0, gt=0, le=LONGEST_WAIT, description="how long it may take until it is ready"
    )
    needs: tuple[Name, ...] = Field(default=(), description="services that must be ready before it starts")
    lifecycle: Lifecycle = Lifecycle.ALWAYS
    stop_grace: Duration = Field(default=10.0, le=LONGEST_WAIT)
    user: Annotated[UserName, BeforeValidator(_as_user)] | None = Field(
        default=None, description="instead of the image's, by name or number"
    )
    working_dir: AbsolutePath | None = None
    capabilities: tuple[Capability, ...] = Field(default=(), description="those that it keeps, of none")
    read_only: bool = Field(default=False, description="its root file system is")
    tmpfs: tuple[AbsolutePath, ...] = Field(default=(), description="folders in memory, gone with the node")
    init: bool | None = Field(default=None, description="Docker's init comes first; not so for references")

    @model_validator(mode="after")
    def _asked_where(self) -> RunningInput:
        if isinstance(self.ready, str) and self.ready != "none" and self.port is None:
            said = "it is `tcp`" if self.ready == "tcp" else "it is a path"
            raise across((("ready",), f"{said}, so `port` must say on which port it answers"))
        return self
