"""Any image as a service: what it says becomes nodes, volumes, endpoints, secrets; what is wrong is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from environments import slicing
from environments.nodes import (
    CommandProbe,
    File,
    HttpProbe,
    Mount,
    Node,
    Probe,
    SecretFile,
    SecretVariable,
    TcpProbe,
)
from environments.topology import Endpoint, Flow, SecretRef, Topology, Volume
from foundation.errors import InputError
from tests.environments.written import Services, compiled

IMAGE = "minio/minio:1"


def beside(folder: Path, others: Services, **options: object) -> Topology:
    """A store of that image and other services."""
    return compiled(folder, {"store": {"kind": "container", "image": IMAGE, **options}, **others}).topology


def topology(folder: Path, **options: object) -> Topology:
    return beside(folder, {}, **options)


def node(folder: Path, **options: object) -> Node:
    return topology(folder, **options).node("store-1")


def told(folder: Path, **options: object) -> str:
    with pytest.raises(InputError) as caught:
        topology(folder, **options)
    return "\n".join(str(problem) for problem in caught.value.problems)


def test_what_is_not_said_is_as_the_image_says(tmp_path: Path) -> None:
    process = node(tmp_path).process
    assert (process.image, process.command, process.entrypoint) == (IMAGE, (), ())
    assert (process.user, process.working_dir, process.init) == (None, None, False)


def test_nothing_is_expected_in_an_image_of_others(tmp_path: Path) -> None:
    assert node(tmp_path).process.foreign


def test_a_folder_of_the_platform_is_built_and_known_by_its_base(tmp_path: Path) -> None:
    process = node(tmp_path, image="app").process
    assert (process.image, process.foreign, process.init) == ("hello/app", False, True)


@pytest.mark.parametrize(
    ("said", "ready"),
    [
        ({}, TcpProbe(port=9000)),
        ({"ready": "tcp"}, TcpProbe(port=9000)),
        ({"ready": "/live"}, HttpProbe(port=9000, path="/live")),
        ({"ready": {"path": "/live", "port": 9001}}, HttpProbe(port=9001, path="/live")),
        ({"ready": {"command": ["mc", "ready"]}}, CommandProbe(command=("mc", "ready"))),
        ({"ready": "none"}, None),
        ({"lifecycle": "once"}, None),
    ],
)
def test_it_is_asked_as_it_says(tmp_path: Path, said: dict[str, object], ready: Probe | None) -> None:
    assert node(tmp_path, port=9000, **said).probes.ready == ready


def test_its_port_is_an_endpoint_unless_it_says_otherwise(tmp_path: Path) -> None:
    assert topology(tmp_path, port=25).endpoints == (Endpoint(name="store", target="store", port=25),)
    assert topology(tmp_path, port=25, endpoints={}).endpoints == ()
    assert topology(tmp_path, port=80, ready="/").endpoints[0].protocol == "http"


def test_endpoints_may_be_several(tmp_path: Path) -> None:
    said = {"console": 9001, "smtp": {"port": 25, "protocol": "tcp"}}
    assert topology(tmp_path, endpoints=said).endpoints == (
        Endpoint(name="console", target="store", port=9001, protocol="http"),
        Endpoint(name="smtp", target="store", port=25),
    )


def test_two_endpoints_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        beside(tmp_path, {"db": {"kind": "postgres"}}, endpoints={"db": 9000})
    assert "both have an endpoint 'db'" in str(caught.value.problems[0])


DATABASE: dict[str, object] = {
    "database": {"engine": "postgres", "name": "books"},
    "login": "clerk",
    "port": 5432,
    "secrets": {"store.password": {"as": "environment", "variable": "POSTGRES_PASSWORD"}},
}


@pytest.mark.parametrize(("engine", "scheme"), [("postgres", "postgresql"), ("mariadb", "mysql")])
def test_an_image_that_is_a_database_is_bound_as_one_of_ours(
    tmp_path: Path, engine: str, scheme: str
) -> None:
    made = topology(tmp_path, **{**DATABASE, "database": {"engine": engine, "name": "books"}})
    bound = made.bindings["store"]
    assert (bound.scheme, bound.name, bound.user, bound.port) == (scheme, "books", "clerk", 5432)
    assert slicing.databases(made) == ["store"]


@pytest.mark.parametrize("said", [{}, {"endpoints": {"store": 5432}}])
def test_a_database_is_always_reached_from_this_machine(tmp_path: Path, said: dict[str, object]) -> None:
    made = topology(tmp_path, **DATABASE, **said)
    assert made.endpoints == (Endpoint(name="store", target="store", port=5432, protocol="tcp"),)


def test_further_endpoints_of_a_database_stand_beside_its_own(tmp_path: Path) -> None:
    made = topology(tmp_path, **DATABASE, endpoints={"console": 8080})
    assert [each.name for each in made.endpoints] == ["console", "store"]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"port": None}, "a `database` is reached at its `port` by its `login`: say `port`"),
        ({"port": None, "login": None}, "say `port` and `login`"),
        ({"nodes": 2}, "a `database` is one node"),
        ({"lifecycle": "once"}, "a `database` stays"),
        ({"database": {"engine": "oracle", "name": "x"}}, "must be 'postgres' or 'mariadb', got 'oracle'"),
        ({"endpoints": {}}, "this machine always reaches a `database`"),
        ({"secrets": {}}, "its `secrets` must give it 'store.password': its user's password"),
        ({"endpoints": {"store": 80}}, "endpoint 'store' is the database's own, at 5432, not at 80"),
    ],
)
def test_what_keeps_a_database_from_being_reached_is_told(
    tmp_path: Path, said: dict[str, object], expected: str
) -> None:
    assert expected in told(tmp_path, **{**DATABASE, **said})


def test_less_memory_than_docker_gives_is_told(tmp_path: Path) -> None:
    assert "must be 6MiB or more, got 1B" in told(tmp_path, memory="1B")


@pytest.mark.parametrize(
    ("options", "key", "says"),
    [
        ({"ready": "/live"}, "ready: /live", "'services.store.ready': it is a path, so `port` must say"),
        ({"volumes": {"a": "/d", "b": "/d"}}, "b: /d", "volumes.b': two volumes or tmpfs at /d"),
        ({"volumes": {"a": "/d"}, "tmpfs": ["/d"]}, "- /d", "tmpfs.0': two volumes or tmpfs at /d"),
        ({"nodes": 2, **DATABASE}, "nodes: 2", "a `database` is one node"),
        ({**DATABASE, "lifecycle": "once"}, "lifecycle: once", "a `database` stays"),
        ({**DATABASE, "secrets": {}}, "database:", "must give it 'store.password'"),
        ({"secrets": {"nobody.word": "/x"}}, "nobody.word: /x", "reads the secret 'nobody.word'"),
        (
            {"secrets": {"store.a": "/x", "db.password": "/x"}},
            "db.password: /x",
            "is given a secret and another secret in the same place, /x",
        ),
        (
            {"environment": {"A": "x"}, "secrets": {"store.a": {"as": "environment", "variable": "A"}}},
            "store.a:",
            "is given a secret and a value in the same place, A",
        ),
        ({"tmpfs": ["/run"], "files": {"/run/x": "y"}}, "/run/x: y", "the `tmpfs` at /run would hide"),
        ({"read_only": True, "secrets": {"store.a": "/x"}}, "store.a: /x", "nothing can be put"),
        ({"needs": ["store"]}, "- store", "service 'store' waits for itself"),
        ({"aliases": ["a.test", "db"]}, "- db", "has the alias 'db', and a service is called so"),
        ({"aliases": ["a.test", "db-1"]}, "- db-1", "and a node of service 'db' is called so"),
    ],
)
def test_what_is_wrong_between_keys_is_told_at_the_key_that_is_wrong(
    tmp_path: Path, options: dict[str, object], key: str, says: str
) -> None:
    with pytest.raises(InputError) as caught:
        beside(tmp_path, {"db": {"kind": "postgres"}}, **options)
    (problem,) = caught.value.problems
    line = (tmp_path / "t.yaml").read_text().splitlines()[int(problem.where.rpartition(":")[2]) - 1]
    assert line.strip() == key
    assert says in str(problem)


@pytest.mark.parametrize(
    ("key", "says"),
    [("tls", "`files` and `secrets`"), ("settings", "`environment`, `command`, or `files`"),
     ("disk", "volumes: {data: {path: /data, size: 2GiB}}"), ("process", "`kind: application`"),
     ("depends_on", "write `needs`"), ("imgae", "did you mean 'image'?")],
)  # fmt: skip
def test_a_key_of_another_kind_says_what_to_write_instead(tmp_path: Path, key: str, says: str) -> None:
    assert says in told(tmp_path, **{key: "x"})


def test_an_application_is_told_where_its_process_says_what_a_container_says_itself(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        compiled(tmp_path, {"web": {"kind": "application", "process": "web", "image": "shop:1"}})
    assert "a process of platform.yaml, which says it" in str(caught.value.problems[0])


def test_what_asks_a_container_for_what_databases_have_is_told_how_it_has_it(tmp_path: Path) -> None:
    said = told(tmp_path, environment={"URL": "{store.scheme}://{store.user}"})
    assert "asks for {store.scheme}" in said
    assert "write `database` under 'store'" in said
    assert "write `login` under 'store'" in said


def test_each_node_has_its_volumes(tmp_path: Path) -> None:
    made = topology(tmp_path, nodes=2, volumes={"data": "/data", "log": {"path": "/log", "size": "64MiB"}})
    holds = "what minio/minio keeps at"
    assert made.volumes == (
        Volume(name="store-1-data", holds=f"{holds} /data"),
        Volume(name="store-1-log", holds=f"{holds} /log", size=64 * 1024**2),
        Volume(name="store-2-data", holds=f"{holds} /data"),
        Volume(name="store-2-log", holds=f"{holds} /log", size=64 * 1024**2),
    )
    assert made.node("store-2").storage.mounts[0] == Mount(volume="store-2-data", path="/data")


def test_files_are_content_or_stand_beside_the_document(tmp_path: Path) -> None:
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "a.ini").write_text("a = 1\n")
    said = {"/etc/b": "b", "/etc/conf": {"file": "conf"}, "/bin/x": {"file": "conf/a.ini", "mode": "0755"}}
    assert set(node(tmp_path, files=said).attachments.files) == {
        File(path="/etc/b", content="b"),
        File(path="/etc/conf/a.ini", content="a = 1\n"),
        File(path="/bin/x", content="a = 1\n", mode=0o755),
    }


def test_a_file_that_is_missing_or_no_text_is_told_where_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(b"\x89PNG\xff")
    said = told(tmp_path, files={"/a": {"file": "nowhere"}, "/b": {"file": "logo.png"}})
    assert "t.yaml:11: no such file" in said
    assert "logo.png is no text" in said


def test_a_secret_called_like_it_is_made_and_others_are_given(tmp_path: Path) -> None:
    made = beside(
        tmp_path,
        {"db": {"kind": "postgres"}},
        secrets={
            "store.password": {"as": "environment", "variable": "ROOT"},
            "db.password": ["/run/db", {"as": "file", "path": "/run/url", "value": "x://{secret}@{db.host}"}],
        },
    )
    assert made.secrets == (SecretRef(name="store.password"), SecretRef(name="db.password"))
    attachments = made.node("store-1").attachments
    assert attachments.variables == (SecretVariable(secret="store.password", variable="ROOT"),)
    assert attachments.secrets == (
        SecretFile(secret="db.password", path="/run/db"),
        SecretFile(secret="db.password", path="/run/url", template="x://{secret}@db"),
    )


def test_what_needs_it_may_connect_to_all_its_ports(tmp_path: Path) -> None:
    other = {
        "kind": "container",
        "image": "mail:1",
        "needs": ["store"],
        "environment": {"P": "{store.ports}"},
    }
    made = beside(tmp_path, {"mail": other}, port=9000, ports=[9001, 9002])
    assert {flow.port for flow in made.flows if flow.source == "mail"} == {9000, 9001, 9002}
    assert Flow(source="mail", target="store", port=9001) in made.flows
    assert made.node("mail-1").process.environment == {"P": "9001,9002"}
    assert made.node("mail-1").needs == ("store-1",)


def test_the_place_of_a_secret_is_no_property_of_a_service_that_is_called_nearly_so(tmp_path: Path) -> None:
    url = {"as": "environment", "variable": "URL", "value": "x://u:{secret.quoted}@{db.host}"}
    made = beside(
        tmp_path, {"db": {"kind": "postgres"}, "secrets": {"kind": "postgres"}}, secrets={"db.password": url}
    )
    (variable,) = made.node("store-1").attachments.variables
    assert variable.template == "x://u:{secret.quoted}@db"


def test_others_reach_it_by_further_names(tmp_path: Path) -> None:
    assert node(tmp_path, aliases=["store.shop.test", "old_store"]).attachments.aliases == (
        "store",
        "store.shop.test",
        "old_store",
    )


def test_a_further_name_that_is_another_service_s_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        beside(tmp_path, {"db": {"kind": "postgres"}}, aliases=["db-1"])
    assert "db-1" in str(caught.value.problems[0])


def test_arguments_are_filled_too(tmp_path: Path) -> None:
    made = beside(tmp_path, {"db": {"kind": "postgres"}}, command=["--db={db.host}:{db.port}"])
    assert made.node("store-1").process.command == ("--db=db:5432",)


def test_a_balancer_may_stand_before_it(tmp_path: Path) -> None:
    made = beside(tmp_path, {"front": {"kind": "haproxy", "to": "store"}}, port=80, nodes=2)
    assert "server store-2 store-2:80 check" in made.node("front-1").attachments.files[0].content


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"volumes": {"a": "/d/../e"}}, "write where it leads, '/e'"),
        ({"files": {"/d//e": ""}}, "write where it leads, '/d/e'"),
        ({"tmpfs": ["/d/./e"]}, "write where it leads, '/d/e'"),
        ({"volumes": {"a": {"path": "/d", "size": "9999999GiB"}}}, "must be 16TiB or less, got 9999999GiB"),
        ({"volumes": {"a": {"path": "/d", "size": "1MiB"}}}, "must be 64MiB or more, got 1MiB"),
        ({"memory": "99TiB"}, "must be 16TiB or less, got 99TiB"),
        ({"deadline": "9999d"}, "must be 1d or less, got 9999d"),
        ({"entrypoint": []}, "leave the key out, and the image's own stands"),
        ({"command": []}, "leave the key out, and the image's own stands"),
        ({"endpoints": {"a": 70000}}, "must be 65535 or less, got 70000"),
        ({"ports": [70000]}, "must be 65535 or less, got 70000"),
        ({"files": {"/x": {"content": "x"}}}, "the content stands at the path itself"),
        ({"image": "minio"}, "no Dockerfile in"),
        ({"image": "ap"}, "did you mean 'app'?"),
        ({"image": "minio"}, "written with its tag or digest: minio:TAG"),
        ({"image": "localhost:5000/minio"}, "says no tag and no digest"),
        ({"image": "Minio:1"}, "no image's reference"),
        ({"image": "../app"}, "must be a folder inside the platform's"),
        ({"ready": "/live"}, "`port` must say on which port it answers"),
        ({"ready": "http"}, "must be a path such as /health, `tcp`, `none`"),
        ({"capabilities": ["CHWON"]}, "no capability of Linux"),
        ({"tmpfs": ["tmp"]}, "must be an absolute path"),
        ({"volumes": {"a": "/d", "b": "/d"}}, "two volumes or tmpfs at /d"),
        ({"secrets": {"store.x": {"as": "file", "path": "/x", "value": "no"}}}, "must have {secret} once"),
        ({"needs": ["nobody"]}, "needs 'nobody'"),
        ({"environment": {"A": "{stor.host}"}}, "A asks for {stor.host}"),
        ({"user": "a b"}, "must be a user"),
        ({"aliases": ["a b"]}, "must be letters, digits, dots, _ and -"),
        ({"tmpfs": ["/run"], "secrets": {"store.x": "/run/x"}}, "which the `tmpfs` at /run would hide"),
        ({"read_only": True, "files": {"/x": ""}}, "in the root of a read-only node nothing can be put"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, options: dict[str, object], says: str) -> None:
    assert says in told(tmp_path, **options)
