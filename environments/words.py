"""Words that people write and we pass on: names, paths, variables, images. Pure."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator, Field

from environments import references
from foundation.unions import Called


def _matching(pattern: str, wanted: str) -> Callable[[str], str]:
    """A check that gives back a text which matches the whole pattern; of others it raises ValueError."""

    def checked(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(f"{text!r} {wanted}")
        return text

    return checked


checked_name = _matching(
    r"[a-z][a-z0-9-]{0,40}", "must be lower-case letters, digits and dashes, a letter first"
)
"""A text, if it may name a service, a platform or an environment. Raises ValueError."""

checked_http_path = _matching(
    r"/[A-Za-z0-9._~!&()*+,;=:@%/?-]*",
    "must be a path such as /health/ready, without spaces, quotes or line breaks",
)
"""What stands as it is in a request's first line and in a balancer's configuration. Raises ValueError."""

Name = Annotated[str, AfterValidator(checked_name)]
HttpPath = Annotated[str, AfterValidator(checked_http_path)]
Delay = Annotated[
    str,
    AfterValidator(
        _matching(
            r"[a-z][a-z0-9_-]*->[a-z][a-z0-9_-]*", "must be two events with an arrow, such as accepted->erp"
        )
    ),
]
VariableName = Annotated[
    str, AfterValidator(_matching(r"[A-Za-z_][A-Za-z0-9_]*", "is no name of an environment variable"))
]
Account = Annotated[
    str,
    AfterValidator(
        _matching(
            r"[A-Za-z_][A-Za-z0-9_.-]{0,62}",
            "must be at most 63 letters, digits, dots, _ and -, a letter or _ first",
        )
    ),
]
"""A user or a database of a server: it stands in connection strings and configurations, unquoted."""
_absolute = _matching(
    r"/[^\x00-\x1f:]*[^\x00-\x1f:/]", "must be an absolute path inside the node, such as /data, not / itself"
)


def _straight(text: str) -> str:
    """`text`, if it is an absolute path without detours: two that lead to one place are the same text."""
    plain = "/" + posixpath.normpath(_absolute(text)).lstrip("/")
    if text != plain:
        raise ValueError(f"{text!r} goes a way round (`..`, `.` or `//`): write where it leads, {plain!r}")
    return text


AbsolutePath = Annotated[str, AfterValidator(_straight), Called(words="a path such as /data")]
"""A path inside a node."""
Port = Annotated[int, Field(ge=1, le=65535)]
"""A port of TCP."""
HostName = Annotated[
    str,
    AfterValidator(
        _matching(
            r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?",
            "must be letters, digits, dots, _ and -, as in mail.shop.test",
        )
    ),
]
"""A name that others look up; programs also look up some with an underscore."""
UserName = Annotated[
    str,
    AfterValidator(
        _matching(
            r"[A-Za-z0-9_][A-Za-z0-9_.-]*(:[A-Za-z0-9_][A-Za-z0-9_.-]*)?",
            "must be a user, or USER:GROUP, by name or number, such as 10001",
        )
    ),
]
"""A user of an image, as Docker takes it."""
ImageName = Annotated[str, AfterValidator(references.checked)]
"""An image: a folder, or the reference of one elsewhere, which has a tag or a digest."""
