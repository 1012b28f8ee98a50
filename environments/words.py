"""Words that people write and we pass on: names, paths, variables, images. Pure."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator

from environments import references


def checked_name(text: str) -> str:
    """`text`, if it may name a service, a platform or an environment. Raises ValueError."""
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,40}", text):
        raise ValueError(f"{text!r} must be lower-case letters, digits and dashes, a letter first")
    return text


def _delay(text: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_-]*->[a-z][a-z0-9_-]*", text):
        raise ValueError(f"{text!r} must be two events with an arrow, such as accepted->erp")
    return text


def checked_http_path(text: str) -> str:
    """What stands as it is in a request's first line and in a balancer's configuration."""
    if not re.fullmatch(r"/[A-Za-z0-9._~!&()*+,;=:@%/?-]*", text):
        raise ValueError(
            f"{text!r} must be a path such as /health/ready, without spaces, quotes or line breaks"
        )
    return text


HttpPath = Annotated[str, AfterValidator(checked_http_path)]
Delay = Annotated[str, AfterValidator(_delay)]


def _variable(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", text):
        raise ValueError(f"{text!r} is no name of an environment variable")
    return text


def _account(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.-]{0,62}", text):
        raise ValueError(f"{text!r} must be at most 63 letters, digits, dots, _ and -, a letter or _ first")
    return text


Account = Annotated[str, AfterValidator(_account)]
"""A user or a database of a server: it stands in connection strings and configurations, unquoted."""
Name = Annotated[str, AfterValidator(checked_name)]
VariableName = Annotated[str, AfterValidator(_variable)]


def _absolute(text: str) -> str:
    if not re.fullmatch(r"/[^\x00-\x1f:]*[^\x00-\x1f:/]", text):
        raise ValueError(f"{text!r} must be an absolute path inside the node, such as /data, not / itself")
    return text


AbsolutePath = Annotated[str, AfterValidator(_absolute)]
"""A path inside a node."""


def _host_name(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?", text):
        raise ValueError(f"{text!r} must be letters, digits, dots, _ and -, as in mail.shop.test")
    return text


HostName = Annotated[str, AfterValidator(_host_name)]
"""A name that others look up; programs also look up some with an underscore."""


def _user(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(:[A-Za-z0-9_][A-Za-z0-9_.-]*)?", text):
        raise ValueError(f"{text!r} must be a user, or USER:GROUP, by name or number, such as 10001")
    return text


UserName = Annotated[str, AfterValidator(_user)]
"""A user of an image, as Docker takes it."""
ImageName = Annotated[str, AfterValidator(references.checked)]
"""An image: a folder, or the reference of one elsewhere, which has a tag or a digest."""
