"""What a service says becomes `kind: container`, key by key."""

from __future__ import annotations

from pathlib import Path

import pytest

from environments.compose.notes import Outcome
from foundation.errors import InputError
from tests.environments.compose.composed import imported, service, told


def web(folder: Path, options: str, **more: object) -> dict[str, object]:
    """The options that a service `web` with these becomes."""
    return service(imported(folder, f"services: {{web: {{image: 'web:1', {options}}}}}", **more), "web")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("written", "key", "expected"),
    [
        ("command: serve --fast", "command", ["serve", "--fast"]),
        ("command: [a, 'b c']", "command", ["a", "b c"]),
        ("entrypoint: /run.sh x", "entrypoint", ["/run.sh", "x"]),
        ("user: '1000:1000'", "user", "1000:1000"),
        ("working_dir: /app", "working_dir", "/app"),
        ("read_only: true", "read_only", True),
        ("init: true", "init", True),
        ("init: false", "init", False),
        ("mem_limit: 64m", "memory", "64MiB"),
        ("deploy: {resources: {limits: {memory: 1.5G}}}", "memory", "1536MiB"),
        ("deploy: {replicas: 3}", "nodes", 3),
        ("scale: 2", "nodes", 2),
        ("shm_size: 128m", "shared_memory", "128MiB"),
        ("stop_grace_period: 1m30s", "stop_grace", "90s"),
        ("tmpfs: [/tmp, '/run:size=64m']", "tmpfs", ["/tmp", "/run"]),
        ("environment: {A: 1, B: on, C: ''}", "environment", {"A": "1", "B": "on", "C": ""}),
        (
            """environment: {A: '{web.host}', B: '{ web }', C: '{"web": 1}'}""",
            "environment",
            {"A": r"\{web.host}", "B": r"\{ web }", "C": '{"web": 1}'},
        ),
        ("command: [serve, '{web.port}']", "command", ["serve", r"\{web.port}"]),
        ("volumes: ['data:/data', '/cache']", "volumes", {"data": "/data", "cache": "/cache"}),
        ("ports: ['8080:80', '9000:9000', 53:53/udp]", "port", 80),
        ("ports: ['8080:80', '9000:9000']", "ports", [9000]),
        ("ports: ['8080:80', '9000:9000']", "endpoints", {"web": 80, "web-9000": 9000}),
        ("expose: [7000, '7001-7002']", "ports", [7001, 7002]),
        ("healthcheck: {test: [CMD, up]}", "ready", {"command": ["up"]}),
        ("healthcheck: {test: 'curl localhost:7777'}", "port", 7777),
        ("healthcheck: {test: x, start_period: 10m}", "deadline", "13m"),
        ("user: '5', cap_add: [net_admin, CAP_CHOWN]", "capabilities", ["CHOWN", "NET_ADMIN"]),
        ("networks: {default: {aliases: [shop.test]}}", "aliases", ["shop.test"]),
    ],
)
def test_a_key_is_taken_over(tmp_path: Path, written: str, key: str, expected: object) -> None:
    assert web(tmp_path, written)[key] == expected


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("volumes: ['data:/a/../b']", "`volumes`: '/a/../b' goes a way round"),
        ("stop_grace_period: 9999h", "`stop_grace_period`: must be 1d or less, got 35996400s"),
        ("shm_size: 99999g", "`shm_size`: must be 16TiB or less"),
        ("deploy: {replicas: 500}", "`deploy`: must be 100 or less, got 500"),
    ],
)
def test_a_value_that_its_kind_refuses_is_told_once_at_its_key(
    tmp_path: Path, options: str, expected: str
) -> None:
    with pytest.raises(InputError) as caught:
        web(tmp_path, options)
    (problem,) = caught.value.problems
    assert expected in str(problem)


@pytest.mark.parametrize("key", ["entrypoint", "command"])
def test_an_empty_command_does_not_take_the_image_s_away_and_that_is_told(tmp_path: Path, key: str) -> None:
    made = imported(tmp_path, f"services: {{web: {{image: 'web:1', {key}: []}}}}")
    assert key not in service(made, "web")
    assert any(f"web {key}: an empty one takes the image's away" in each for each in told(made, Outcome.LOST))


def test_a_service_that_says_little_becomes_little(tmp_path: Path) -> None:
    assert web(tmp_path, "user: app, restart: always, labels: {a: b}, logging: {driver: x}") == {
        "kind": "container",
        "image": "web:1",
        "memory": "512MiB",
        "user": "app",
    }


def test_an_image_that_begins_as_root_may_become_its_own_user(tmp_path: Path) -> None:
    assert web(tmp_path, "tty: true")["capabilities"] == [
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "KILL",
        "SETGID",
        "SETUID",
    ]
    assert web(tmp_path, "cap_drop: [SETUID, SETGID]")["capabilities"] == [
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "KILL",
    ]
    assert "capabilities" not in web(tmp_path, "cap_drop: [ALL]")


@pytest.mark.parametrize(
    ("others", "port"),
    [("environment: {URL: 'http://api:8123/x'}", 8123), ("environment: {HOST: api}", None)],
)
def test_a_port_that_nobody_publishes_is_the_one_that_others_say(
    tmp_path: Path, others: str, port: int | None
) -> None:
    made = imported(tmp_path, f"services: {{api: {{image: 'a:1'}}, web: {{image: 'w:1', {others}}}}}")
    assert service(made, "api").get("port") == port


def test_a_known_image_is_not_ready_before_it_listens(tmp_path: Path) -> None:
    made = imported(tmp_path, "services: {docs: {image: 'docker.io/library/mongo:7'}}")
    assert service(made, "docs")["port"] == 27017


def test_names_that_are_none_of_ours_are_aliases(tmp_path: Path) -> None:
    text = """
        services:
          web_app: {image: 'w:1', depends_on: [Db.Main, door]}
          Db.Main: {image: 'd:1', container_name: shop-db}
          door: {image: 'x:1', environment: {HOST: shop-db}}
        """
    made = imported(tmp_path, text)
    services = made.definition["services"]
    assert isinstance(services, dict)
    assert list(services) == ["web-app", "db-main", "door-service"]
    assert services["web-app"]["needs"] == ["db-main", "door-service"]
    assert services["db-main"]["aliases"] == ["Db.Main", "shop-db"]


def test_the_aliases_of_links_are_names_of_the_other(tmp_path: Path) -> None:
    made = imported(tmp_path, "services: {web: {image: 'w:1', links: ['db:mysql', db]}, db: {image: 'd:1'}}")
    assert service(made, "db")["aliases"] == ["mysql"]
    assert service(made, "web")["needs"] == ["db"]


def test_volumes_and_networks_that_are_made_elsewhere_are_told(tmp_path: Path) -> None:
    text = """
        services: {web: {image: 'w:1', volumes: ['old:/data'], networks: [shared]}}
        volumes: {old: {external: true}}
        networks: {shared: {external: true}}
        """
    made = imported(tmp_path, text)
    assert any("volume 'old' is made elsewhere" in line for line in told(made, Outcome.CHANGED))
    assert any("network 'shared' is made elsewhere" in line for line in told(made, Outcome.LOST))


def test_a_service_of_no_replicas_does_not_run(tmp_path: Path) -> None:
    text = "services: {web: {image: 'w:1'}, a: {image: a, scale: 0}, b: {image: b, deploy: {replicas: 0}}}"
    assert list(imported(tmp_path, text).definition["services"]) == ["web"]  # type: ignore[call-overload]


def test_a_service_called_like_another_s_node_is_renamed(tmp_path: Path) -> None:
    made = imported(tmp_path, "services: {api: {image: 'a:1'}, api-1: {image: 'a:1'}}")
    assert list(made.definition["services"]) == ["api", "api1"]  # type: ignore[call-overload]


def test_what_is_put_into_a_node_comes_before_folders_in_memory_and_a_read_only_root(tmp_path: Path) -> None:
    text = """
        services:
          web:
            image: w:1
            read_only: true
            tmpfs: [/run, /tmp]
            secrets: [key]
            configs: [{source: a, target: /a.yml}]
        secrets: {key: {file: key.txt}}
        configs: {a: {content: x}}
        """
    made = imported(tmp_path, text)
    assert service(made, "web")["tmpfs"] == ["/tmp"]
    assert "read_only" not in service(made, "web")
    assert any("/run is no folder in memory" in line for line in told(made, Outcome.LOST))
    assert any("the root is not read-only: /a.yml" in line for line in told(made, Outcome.CHANGED))


def test_configs_are_files(tmp_path: Path) -> None:
    text = """
        services:
          web: {image: 'w:1', configs: [{source: a, target: /etc/a}, {source: b, target: /etc/b}, c, d]}
        configs: {a: {file: ./a.conf}, b: {content: "x = $$1"}, c: {external: true}, d: {environment: D}}
        """
    made = imported(tmp_path, text, files={"a.conf": "x"}, around={"D": "dee"})
    assert service(made, "web")["files"] == {"/etc/a": {"file": "a.conf"}, "/etc/b": "x = $1", "/d": "dee"}
    assert "web configs: config 'c' is kept elsewhere, so nobody here can read it (3)" in told(
        made, Outcome.LOST
    )


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("privileged: true", "privileged: no node has the rights"),
        ("network_mode: host", "network_mode: host: every node stands on networks of its own"),
        ("pid: host", "pid: host: no node shares anything"),
        ("devices: ['/dev/x:/dev/x']", "devices: no node shares anything"),
        ("extra_hosts: ['a:1.2.3.4']", "extra_hosts: nothing outside is reached"),
        ("external_links: [x]", "external_links: nothing outside is reached"),
        ("volumes_from: [x]", "volumes_from: a volume is each node's own"),
        ("ports: ['53:53/udp']", "ports: udp is not passed in"),
        ("cap_add: [ALL]", "cap_add: ALL is not given"),
        ("cpus: 2", "cpus: 2: only memory is limited"),
        ("deploy: {resources: {limits: {cpus: '2'}}}", "deploy cpus: only memory is limited"),
        (
            "deploy: {resources: {reservations: {devices: [{driver: nvidia}]}}}",
            "deploy devices: no node shares",
        ),
        ("imagee: x", "imagee: no key of the Compose specification"),
        ("secrets: [{source: s}]", "secrets: secret 's' is kept elsewhere"),
    ],
)
def test_what_cannot_be_taken_over_is_told_with_its_line(tmp_path: Path, written: str, expected: str) -> None:
    made = imported(tmp_path, f"services:\n  web:\n    image: web:1\n    {written}\n")
    assert [line for line in told(made, Outcome.LOST) if expected in line and line.endswith("(4)")], told(
        made, Outcome.LOST
    )


@pytest.mark.parametrize(
    "written", ["privileged: false", "network_mode: bridge", "platform: linux/amd64", "x-any: 1", "dns:"]
)
def test_what_says_nothing_is_not_told(tmp_path: Path, written: str) -> None:
    assert (
        told(imported(tmp_path, f"services:\n  web:\n    image: web:1\n    {written}\n"), Outcome.LOST) == []
    )


def test_a_service_waits_for_the_stores_that_it_names_since_nobody_starts_it_again(tmp_path: Path) -> None:
    text = """
        services:
          web:
            image: w:1
            environment: {HOST: 'db:3306', URL: 'redis://cache'}
            depends_on: [cache]
            restart: always
          db: {image: 'mysql:8'}
          cache: {image: 'redis:7'}
          other: {image: 'o:1', environment: {HOST: web}}
        """
    made = imported(tmp_path, text)
    assert service(made, "web")["needs"] == ["cache", "db"]
    assert "needs" not in service(made, "other")
    assert any("it waits for db, too" in line for line in told(made, Outcome.CHANGED))
