"""Short and long forms of the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from environments.compose import shapes
from environments.compose.shapes import Wrong
from environments.compose.written import Pairs, Value, parse


def value(text: str) -> Value:
    found = parse(f"key: {text}", Path("compose.yaml"))
    assert isinstance(found, Pairs)
    return found.entries["key"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("['80']", [(80, "any", "tcp")]),
        ("['8080:80']", [(80, "8080", "tcp")]),
        ("['127.0.0.1:8080:80']", [(80, "8080", "tcp")]),
        ("['127.0.0.1::80']", [(80, "any", "tcp")]),
        ("['[::1]:8080:80']", [(80, "8080", "tcp")]),
        ("['53:53/udp']", [(53, "53", "udp")]),
        ("['3000-3001:8000-8001']", [(8000, "3000", "tcp"), (8001, "3001", "tcp")]),
        ("['3000-3005:80']", [(80, "3000", "tcp")]),
        ("[22:22]", [(22, "22", "tcp")]),
        ("[{target: 80, published: '8080', protocol: tcp, mode: host}]", [(80, "8080", "tcp")]),
        ("[{target: 80}]", [(80, "any", "tcp")]),
    ],
)
def test_ports(text: str, expected: list[tuple[int, str, str]]) -> None:
    assert [(port.target, port.published, port.protocol) for port in shapes.ports(value(text))] == expected


@pytest.mark.parametrize("text", ["[web]", "['80:99999']", "[{published: 80}]", "['0']", "['9-1']"])
def test_what_is_no_port(text: str) -> None:
    with pytest.raises(Wrong):
        shapes.ports(value(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("['/data']", ("volume", "", "/data", False)),
        ("['data:/data']", ("volume", "data", "/data", False)),
        ("['./conf:/etc/x:ro']", ("bind", "./conf", "/etc/x", True)),
        ("['~/x:/x:ro,z']", ("bind", "~/x", "/x", True)),
        (
            "['/var/run/docker.sock:/var/run/docker.sock']",
            ("bind", "/var/run/docker.sock", "/var/run/docker.sock", False),
        ),
        ("['C:\\x:/x']", ("bind", "C:\\x", "/x", False)),
        ("[{type: bind, source: ./a, target: /a, read_only: true}]", ("bind", "./a", "/a", True)),
        ("[{type: tmpfs, target: /tmp}]", ("tmpfs", "", "/tmp", False)),
        ("[{type: npipe, source: x, target: /x}]", ("other", "x", "/x", False)),
    ],
)
def test_volumes(text: str, expected: tuple[str, str, str, bool]) -> None:
    (found,) = shapes.volumes(value(text))
    assert (found.kind, found.source, found.target, found.read_only) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("npm run start -- --port '80 80'", ("npm", "run", "start", "--", "--port", "80 80")),
        ("[npm, run]", ("npm", "run")),
        ('sh -c "a && b"', ("sh", "-c", "a && b")),
        ("''", ()),
    ],
)
def test_commands_are_split_and_given_to_no_shell(text: str, expected: tuple[str, ...]) -> None:
    assert shapes.words(value(text)) == expected


def test_a_quote_that_never_ends_is_no_command() -> None:
    with pytest.raises(Wrong, match="not a command"):
        shapes.words(value("echo 'open"))


@pytest.mark.parametrize(
    ("text", "expected"), [("1m30s", 90), ("500ms", 0.5), ("1.5h", 5400), ("10s", 10), ("1h1m1s", 3661)]
)
def test_durations(text: str, expected: float) -> None:
    assert shapes.seconds(value(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("512m", 512 * 2**20), ("1.5gb", 1.5 * 2**30), ("64KiB", 65536), ("100", 100), ("2G", 2**31)],
)
def test_sizes(text: str, expected: float) -> None:
    assert shapes.size(value(text)) == expected


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (shapes.seconds, "10"),
        (shapes.seconds, "soon"),
        (shapes.size, "big"),
        (shapes.whole, "two"),
        (shapes.flag, "maybe"),
    ],
)
def test_what_is_none_is_told(read: object, text: str) -> None:
    assert callable(read)
    with pytest.raises(Wrong, match="expected"):
        read(value(text))


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("{test: curl -f http://localhost}", ("sh", "-c", "curl -f http://localhost")),
        ("{test: [CMD, curl, -f, http://localhost]}", ("curl", "-f", "http://localhost")),
        ("{test: [CMD-SHELL, 'a || exit 1']}", ("sh", "-c", "a || exit 1")),
        ("{test: [NONE]}", ()),
        ("{disable: true}", ()),
    ],
)
def test_health_checks(text: str, command: tuple[str, ...]) -> None:
    found = shapes.health(value(text))
    assert found is not None
    assert found.command == command


def test_how_long_compose_waits_is_known() -> None:
    found = shapes.health(value("{test: x, start_period: 1m, interval: 10s, timeout: 5s, retries: 4}"))
    assert found is not None
    assert found.patience == 60 + 4 * 15


def test_a_health_check_that_says_no_test_is_the_image_s() -> None:
    assert shapes.health(value("{interval: 10s}")) is None


def test_what_is_waited_for() -> None:
    found = shapes.needs(
        value("{a: {condition: service_healthy}, b: {condition: service_started, required: false}}")
    )
    assert {name: need[:2] for name, need in found.items()} == {
        "a": ("service_healthy", True),
        "b": ("service_started", False),
    }
    assert list(shapes.needs(value("[a, b]"))) == ["a", "b"]


def test_what_is_given_as_a_file() -> None:
    found = shapes.delivered(
        value("[one, {source: two, target: pass}, {source: three, target: /etc/x}]"), "/run/secrets"
    )
    assert {each.source: each.target for each in found} == {
        "one": "/run/secrets/one",
        "two": "/run/secrets/pass",
        "three": "/etc/x",
    }
