"""`env import` as a person meets it: what it writes, says, and how it ends."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
import yaml

from tests.environments.commanding import run, run_here
from tests.environments.compose.composed import beside

SHOP = {
    "compose.yaml": """
        name: shop
        services:
          web:
            build: .
            ports: ["8080:80"]
            depends_on: {db: {condition: service_healthy}}
            environment:
              DATABASE_URL: postgresql://clerk:${DB_PASSWORD}@db:5432/orders
              STRIPE_API_KEY: sk_live_1
            volumes: ["./web.conf:/etc/web.conf:ro"]
          db:
            image: postgres:16
            environment: {POSTGRES_USER: clerk, POSTGRES_PASSWORD: "${DB_PASSWORD}", POSTGRES_DB: orders}
            volumes: ["data:/var/lib/postgresql/data"]
          sniffer: {image: "sniff:1", network_mode: host, privileged: true}
        volumes: {data: {}}
        """,
    ".env": "DB_PASSWORD=hunter22\n",
    "Dockerfile": "FROM peakproof/python\n",
    "web.conf": "workers = 2\n",
}


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A project of three services."""
    beside(tmp_path, SHOP)
    return tmp_path


def test_what_was_written_passes_env_check(shop: Path) -> None:
    assert run_here("env", "import", str(shop)).returncode == 0
    checked = run_here("env", "check", str(shop / "shop.yaml"), "--json")
    assert checked.returncode == 0, checked.stderr
    nodes = {node["name"]: node for node in json.loads(checked.stdout)["topology"]["nodes"]}
    assert set(nodes) == {"web-1", "db-1", "sniffer-1"}
    assert nodes["web-1"]["needs"] == ["db-1"]


def test_nothing_that_was_written_says_a_password_but_the_file_that_keeps_it(shop: Path) -> None:
    run_here("env", "import", str(shop))
    kept = shop / "peakproof-secrets" / "web-stripe-api-key"
    assert kept.read_text() == "sk_live_1"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert (kept.parent / ".gitignore").read_text() == "*\n"
    for name in ("shop.yaml", "platform.yaml"):
        assert not {"sk_live_1", "hunter22"} & set((shop / name).read_text().replace("'", " ").split())
        assert "hunter22" not in (shop / name).read_text()


def test_people_are_told_what_is_lost_first_and_what_to_do_next(shop: Path) -> None:
    said = run_here("env", "import", str(shop / "compose.yaml")).stderr
    heads = [
        "not taken over",
        "taken over as something else",
        "customers talk to web",
        "next: peakproof env check",
    ]
    assert [said.index(head) for head in heads] == sorted(said.index(head) for head in heads)
    assert (
        f"{shop}/compose.yaml:16: sniffer: network_mode: host: every node stands on networks of its own"
        in said
    )
    assert "hunter22" not in said


def test_machines_are_told_in_one_document(shop: Path) -> None:
    said = json.loads(run_here("env", "import", str(shop), "--json").stdout)
    assert said["definition"] == str(shop / "shop.yaml")
    assert said["services"] == {"web": "container", "db": "postgres", "sniffer": "container"}
    assert said["entry"] == {"service": "web", "why": "it publishes 8080"}
    assert {note["key"] for note in said["notes"] if note["outcome"] == "lost"} == {
        "network_mode",
        "privileged",
    }


def test_what_stands_is_not_written_over_unless_it_is_wished(shop: Path) -> None:
    assert run_here("env", "import", str(shop)).returncode == 0
    refused = run_here("env", "import", str(shop))
    assert refused.returncode == 2
    assert f"{shop}/platform.yaml: exists already" in refused.stderr
    (shop / "peakproof-secrets" / "web-stripe-api-key").write_text("old")
    assert run_here("env", "import", str(shop), "--force").returncode == 0
    assert (shop / "peakproof-secrets" / "web-stripe-api-key").read_text() == "sk_live_1"


def test_what_no_import_wrote_is_never_written_over(shop: Path) -> None:
    (shop / "shop.yaml").write_text("mine\n")
    for more in ([], ["--force"]):
        refused = run_here("env", "import", str(shop), *more)
        assert refused.returncode == 2
        assert f"{shop}/shop.yaml: exists already" in refused.stderr
    assert (shop / "shop.yaml").read_text() == "mine\n"
    assert not (shop / "platform.yaml").exists()


def test_strict_writes_nothing_where_something_is_lost(shop: Path) -> None:
    refused = run_here("env", "import", str(shop), "--strict")
    assert refused.returncode == 2
    assert "2 things" in refused.stderr
    assert not (shop / "shop.yaml").exists()
    assert run_here("env", "import", str(shop), "--strict", "--without", "sniffer").returncode == 0


def test_another_folder_is_written_and_finds_its_files(
    shop: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    out = tmp_path_factory.mktemp("out") / "new"
    done = run_here("env", "import", str(shop), "--out", str(out), "--name", "other", "--entry", "db")
    assert done.returncode == 0, done.stderr
    platform = yaml.safe_load((out / "platform.yaml").read_text())
    assert (out / platform["images"]["web"]["folder"]).resolve() == shop.resolve()
    written = yaml.safe_load((out / "other.yaml").read_text())
    assert written["entry"] == "db"
    source = written["services"]["web"]["files"]["/etc/web.conf"]["file"]
    assert (out / source).resolve() == (shop / "web.conf").resolve()
    assert run_here("env", "check", str(out / "other.yaml")).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--entry", "wep"], "--entry: no service 'wep' (did you mean 'web'?"),
        (["--keep", "dbb"], "--keep: no service 'dbb' (did you mean 'db'?"),
        (["--without", "x"], "--without: no service 'x'"),
        (["--without", "web", "--without", "db", "--without", "sniffer"], "no service is left to run"),
    ],
)
def test_names_that_are_none_are_told(shop: Path, arguments: list[str], told: str) -> None:
    refused = run_here("env", "import", str(shop), *arguments)
    assert refused.returncode == 2
    assert told in refused.stderr


def test_a_broken_file_is_told_all_at_once(tmp_path: Path) -> None:
    text = """\
        services:
          web: {image: 'w:1', ports: [abc], mem_limit: big, depends_on: [nobody]}
          job: {restart: always}
        """
    beside(tmp_path, {"compose.yaml": text})
    refused = run_here("env", "import", str(tmp_path))
    assert refused.returncode == 2
    for told in ("2: expected a port", '2: expected a size such as "512m"', "3: service 'job' has neither"):
        assert f"{tmp_path}/compose.yaml:{told}" in refused.stderr


def test_what_our_kinds_refuse_is_told_where_compose_says_it(tmp_path: Path) -> None:
    text = "services:\n  web:\n    image: 'Web:1'\n    user: a b\n    tmpfs: tmp\n    working_dir: app\n"
    beside(tmp_path, {"compose.yaml": text})
    refused = run_here("env", "import", str(tmp_path))
    assert refused.returncode == 2
    for line, key in ((3, "image"), (4, "user"), (5, "tmpfs"), (6, "working_dir")):
        assert f"{tmp_path}/compose.yaml:{line}: service 'web': `{key}`: " in refused.stderr
    assert not (tmp_path / "platform.yaml").exists()


def test_services_that_wait_for_each_other_are_refused(tmp_path: Path) -> None:
    beside(
        tmp_path,
        {"compose.yaml": "services: {a: {image: x, depends_on: [b]}, b: {image: x, depends_on: [a]}}"},
    )
    refused = run_here("env", "import", str(tmp_path))
    assert refused.returncode == 2
    assert "services depend on each other: " in refused.stderr


def test_profiles_come_when_they_are_named(tmp_path: Path) -> None:
    text = """
        services:
          web: {image: 'w:1', ports: ['80'], depends_on: [job]}
          job: {image: 'j:1', profiles: [batch]}
        """
    beside(tmp_path, {"compose.yaml": text})
    said = json.loads(run_here("env", "import", str(tmp_path), "--json").stdout)
    assert list(said["services"]) == ["web"]
    assert any(note.get("hint") == "--profile batch takes it in" for note in said["notes"])
    said = json.loads(
        run_here("env", "import", str(tmp_path), "--json", "--force", "--profile", "batch").stdout
    )
    assert list(said["services"]) == ["web", "job"]


def test_it_is_a_command_of_its_own_that_asks_nothing_of_docker(shop: Path) -> None:
    done = run("env", "import", ".", cwd=shop, env={"DOCKER_HOST": "unix:///nowhere"})
    assert done.returncode == 0, done.stderr
    assert "in shop.yaml" in done.stderr
    assert "next: peakproof env check ./shop.yaml" in done.stderr


def test_what_is_written_is_pleasant_to_read(shop: Path) -> None:
    run_here("env", "import", str(shop), "--without", "sniffer")
    text = (shop / "shop.yaml").read_text()
    head, _, rest = text.partition("\n")
    assert head == "# Written by `peakproof env import` from compose.yaml; yours from here on."
    assert (
        rest
        == """\
definition: shop
platform: ./
entry: web

services:
  web:
    kind: container
    image: .
    port: 80
    endpoints:
      web: 80
    needs: [db]
    deadline: 3m
    secrets:
      db.password:
        as: environment
        variable: DATABASE_URL
        value: postgresql://clerk:{secret.quoted}@db:5432/orders
      web-stripe-api-key: {as: environment, variable: STRIPE_API_KEY}
    files:
      /etc/web.conf: {file: web.conf}
    memory: 512MiB
    capabilities: [CHOWN, DAC_OVERRIDE, FOWNER, KILL, SETGID, SETUID]

  db:
    kind: postgres
    user: clerk
    database: orders

secrets:
  web-stripe-api-key: {file: peakproof-secrets/web-stripe-api-key}
"""
    )
