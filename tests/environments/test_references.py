"""How an image is named: a reference has a tag or a digest, a folder has neither."""

from __future__ import annotations

import pytest

from environments import references

DIGEST = "sha256:" + "0" * 64
REFERENCES = [
    "nginx:1.27",
    "acme/orders:1.4.2",
    "registry.example/acme/orders:1.4.2",
    "registry.example:5000/acme/orders:v1",
    "localhost:5000/orders:1",
    f"acme/orders@{DIGEST}",
    f"acme/orders:1.4.2@{DIGEST}",
]


@pytest.mark.parametrize("text", REFERENCES)
def test_a_reference_is_taken_as_it_is(text: str) -> None:
    assert references.is_reference(text)
    assert references.checked(text) == text


@pytest.mark.parametrize(
    ("text", "is_"), [("app", "app"), ("./web", "web"), ("services/web", "services/web")]
)
def test_a_folder_is_inside_the_platform(text: str, is_: str) -> None:
    assert not references.is_reference(text)
    assert references.checked(text) == is_


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("registry.example:5000/orders", "says no tag and no digest"),
        ("Acme/orders:1", "no image's reference"),
        ("orders:", "no image's reference"),
        ("orders@sha256:12", "no image's reference"),
        ("/etc", "must be a folder inside the platform's"),
        ("../app", "must be a folder inside the platform's"),
    ],
)
def test_what_is_neither_is_told(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        references.checked(text)


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("nginx:1.27", ""),
        ("acme/orders:1", ""),
        ("registry.example/acme/orders:1", "registry.example"),
        ("localhost/orders:1", "localhost"),
        ("127.0.0.1:5000/orders:1", "127.0.0.1:5000"),
    ],
)
def test_its_registry_is_what_docker_login_takes(text: str, host: str) -> None:
    assert references.registry(text) == host


@pytest.mark.parametrize("text", REFERENCES)
def test_its_repository_stays_the_same_from_one_version_to_the_next(text: str) -> None:
    assert not references.repository(text).endswith(("1.27", "1.4.2", DIGEST, ":v1", ":1"))
