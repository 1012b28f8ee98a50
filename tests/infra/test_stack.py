"""A stack is described without Docker; what stands in for real values has their form."""

from __future__ import annotations

import re
from ipaddress import IPv4Network

from environments.door import images_of
from infra.stack import Stack, placeholder


def test_every_image_has_an_id_and_no_name(stack: Stack) -> None:
    assert set(stack.instance.images) == set(images_of(stack.instance.topology))
    for image in stack.instance.images.values():
        assert re.fullmatch(r"sha256:[0-9a-f]{64}", image)


def test_a_placeholder_is_the_same_every_time_and_different_for_every_image() -> None:
    assert placeholder("postgres") == placeholder("postgres") != placeholder("haproxy")


def test_ports_and_subnets_do_not_collide(stack: Stack) -> None:
    ports = list(stack.instance.ports.values())
    assert len(ports) == len(set(ports)) == len(stack.instance.topology.endpoints)
    subnets = [IPv4Network(text) for text in stack.instance.subnets.values()]
    assert not any(one.overlaps(other) for one in subnets for other in subnets if one != other)
    assert len(set(subnets)) == len(stack.instance.networks)


def test_a_stack_prints_no_secret(stack: Stack) -> None:
    assert all(secret.reveal() not in repr(stack) for secret in stack.instance.secrets.values())
