"""How an image is named: a folder of the platform, or the reference of an image elsewhere. Pure.

A reference has a tag or a digest (`nginx:1.27`, `registry.example/acme/orders@sha256:…`); a folder has
neither. So a folder that somebody makes or mistypes never changes which image is meant, and no image is
"latest" unsaid.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

# https://github.com/distribution/reference: the grammar that every engine and registry shares.
_HOST = r"(?:(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)(?:\.[a-zA-Z0-9-]+)*|\[[0-9a-fA-F:]+\])(?::[0-9]+)?"
_PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_TAG, _DIGEST = r"[\w][\w.-]{0,127}", r"sha256:[0-9a-f]{64}"
_REFERENCE = re.compile(
    rf"(?P<name>(?:(?P<host>{_HOST})/)?{_PART}(?:/{_PART})*)(?::(?P<tag>{_TAG}))?(?:@(?P<digest>{_DIGEST}))?"
)


def is_reference(image: str) -> bool:
    """Whether an image is named by reference; else it is a folder's."""
    return ":" in image or "@" in image


def runs_any_image(image: str) -> bool:
    """Whether what runs it is an application or a container: other kinds run images of ours, without a /."""
    return is_reference(image) or "/" in image


def checked(text: str) -> str:
    """`text`, if it may name an image. Raises ValueError."""
    return _reference(text) if is_reference(text) else _folder(text)


def _reference(text: str) -> str:
    found = _REFERENCE.fullmatch(text)
    host = found["host"] if found else None
    if found is None or (host and not registry(text) and host != host.lower()):
        raise ValueError(
            f"{text!r} is no image's reference: [registry/]name:tag or [registry/]name@sha256:…, the name in "
            "small letters, such as registry.example/acme/orders:1.4.2"
        )
    if not found["tag"] and not found["digest"]:
        raise ValueError(f"{text!r} says no tag and no digest, so which image it is would change: {text}:TAG")
    return text


def _folder(text: str) -> str:
    path = PurePosixPath(text)
    if path.is_absolute() or ".." in path.parts or not text:
        raise ValueError(f"{text!r} must be a folder inside the platform's, such as app")
    return str(path)


def registry(reference: str) -> str:
    """The host that a reference is pulled from, as `docker login` takes it; empty for Docker Hub."""
    first, slash, _ = reference.partition("/")
    return first if slash and (first == "localhost" or "." in first or ":" in first) else ""


def repository(reference: str) -> str:
    """The reference without its tag and digest: what stays the same from one version to the next."""
    found = _REFERENCE.fullmatch(reference)
    return found["name"] if found else reference


def hint(folder: str) -> str:
    """What is said of a folder that is not there: it may have been meant as a reference."""
    return f"an image of a registry is written with its tag or digest: {folder}:TAG"
