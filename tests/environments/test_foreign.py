"""Images of others stand as ours do: one static program and no shell, no account, no library, in a node."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from urllib.request import urlopen

import docker
import pytest

from environments.containers import files
from environments.images import pulling
from tests.environments import commanding
from tests.environments.images.distribution import serving
from tests.environments.standing import Standing, brought_up
from tests.environments.written import application, definition

PLATFORM = Path(__file__).parent / "platforms" / "foreign" / "platform.yaml"
NewName = Callable[[], str]
pytestmark = pytest.mark.integration


def container(**options: object) -> dict[str, object]:
    """A service of the platform's own bare image, which is scratch and a program."""
    return {"kind": "container", "image": "bare", "port": 8080, "stop_grace": "1s", **options}


SERVICES: Mapping[str, Mapping[str, object]] = {
    "front": {"kind": "haproxy", "to": "web", "health": "/index.html"},
    "web": application("web", nodes=2),
    "locked": container(
        read_only=True,
        ready="/conf/deep/page.html",
        files={"/srv/conf/deep/page.html": "a page\n"},
        secrets={
            "locked.password": [
                "/run/secrets/password",
                {"as": "file", "path": "/run/secrets/url", "value": "x://me:{secret.quoted}@{web.host}"},
                {"as": "environment", "variable": "URL", "value": "x://me:{secret}@{web.host}"},
            ]
        },
        needs=["web"],
    ),
    "kept": container(volumes={"data": "/srv/data"}, ready={"command": ["/busybox", "true"]}),
    "task": container(
        port=None, entrypoint=["/busybox", "true"], lifecycle="once", user=1234, working_dir="/srv/work"
    ),
    "silent": container(port=None, command=["sleep", "600"], ready="none"),
}


def written(folder: Path, services: Mapping[str, Mapping[str, object]]) -> Path:
    return definition(folder, services, platform=str(PLATFORM))


@pytest.fixture(scope="module")
def foreign(engine: docker.DockerClient, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    path = written(tmp_path_factory.mktemp("foreign"), SERVICES)
    with brought_up(engine, path, prefix="t-foreign") as standing:
        yield standing


def got(standing: Standing, endpoint: str, path: str) -> str:
    host, port = standing.attach().address(endpoint)
    with urlopen(f"http://{host}:{port}{path}", timeout=5) as answer:
        return str(answer.read().decode())


def test_an_application_of_scratch_answers_through_the_balancer(foreign: Standing) -> None:
    assert got(foreign, "front", "/index.html") == "hello\n"


def test_a_read_only_root_has_its_files(foreign: Standing, engine: docker.DockerClient) -> None:
    assert got(foreign, "locked", "/conf/deep/page.html") == "a page\n"
    node = engine.containers.get(f"peakproof-{foreign.name}-locked-1")
    assert node.attrs["HostConfig"]["ReadonlyRootfs"]
    assert node.exec_run(["/busybox", "touch", "/x"])[0] == 1


def test_a_secret_is_the_images_users_alone(foreign: Standing, engine: docker.DockerClient) -> None:
    node = engine.containers.get(f"peakproof-{foreign.name}-locked-1")
    listed = node.exec_run(["/busybox", "ls", "-ln", "/run/secrets/password"])[1]
    assert isinstance(listed, bytes)
    assert re.match(rb"-r--------\s+1 65532\s", listed)


def test_a_secret_stands_in_its_texts_and_is_found_again(
    foreign: Standing, engine: docker.DockerClient
) -> None:
    node = engine.containers.get(f"peakproof-{foreign.name}-locked-1")
    password = files.read(node, "/run/secrets/password") or b""
    assert files.read(node, "/run/secrets/url") == b"x://me:" + password + b"@web"
    assert f"URL=x://me:{password.decode()}@web" in node.attrs["Config"]["Env"]
    assert foreign.attach().secret("locked.password").reveal() == password.decode()


def test_what_the_image_says_counts_where_nothing_else_is_said(
    foreign: Standing, engine: docker.DockerClient
) -> None:
    web = engine.containers.get(f"peakproof-{foreign.name}-web-1").attrs["Config"]
    assert (web["Entrypoint"], web["Cmd"]) == (["/busybox"], ["httpd", "-f", "-p", "8080"])
    assert (web["User"], web["WorkingDir"]) == ("65532:65532", "/srv")


def test_what_is_said_counts_instead(foreign: Standing, engine: docker.DockerClient) -> None:
    task = engine.containers.get(f"peakproof-{foreign.name}-task-1").attrs["Config"]
    assert (task["Entrypoint"], task["Cmd"]) == (["/busybox", "true"], None)
    assert (task["User"], task["WorkingDir"]) == ("1234", "/srv/work")


def test_a_second_up_changes_nothing(foreign: Standing) -> None:
    again = commanding.run("env", "up", str(foreign.definition), "--name", foreign.name)
    assert again.returncode == 0, again.stderr
    assert len(re.findall(r" kept$", again.stderr, re.MULTILINE)) == 8
    assert "replaced" not in again.stderr


def test_a_shell_that_is_not_there_is_told(foreign: Standing) -> None:
    answer = commanding.run("env", "shell", foreign.name, "web-1")
    assert answer.returncode == 69
    assert "the image of web-1 has no shell (foreign/bare)" in answer.stderr


def test_a_program_that_is_there_runs(foreign: Standing) -> None:
    answer = commanding.run("env", "exec", foreign.name, "web-1", "--", "/busybox", "id", "-u")
    assert (answer.returncode, answer.stdout) == (0, "65532\n")


def test_a_node_that_was_killed_is_started_and_asked_again(
    foreign: Standing, engine: docker.DockerClient
) -> None:
    engine.containers.get(f"peakproof-{foreign.name}-web-2").kill()
    answer = commanding.run("env", "restart", foreign.name, "web-2")
    assert "web-2 of" in answer.stderr
    assert "is ready again" in answer.stderr


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (
            {"user": 0, "command": ["chown", "1", "/srv"]},
            r"ended \(status 1\)(.|\n)*Operation not permitted(.|\n)*capabilities: \[CHOWN\]",
        ),
        ({"command": ["false"], "port": None}, r"ended \(status 1\) before it was ready"),
        (
            {
                "secrets": {"it.password": {"as": "environment", "variable": "WORD"}},
                "command": ["sh", "-c", "echo with $WORD; false"],
            },
            r"  with \*\*\*\n",
        ),
        ({"ready": {"command": ["/curl", "-f"]}}, "has no program '/curl' to ask it with"),
        (
            {"ready": "/nowhere", "deadline": "1s"},
            r"waited 1 s for GET :8080/nowhere to answer 200",
        ),
        (
            {"ready": {"command": ["/busybox", "cat", "/nowhere"]}, "deadline": "1s"},
            "it says: cat: can't open",
        ),
        ({"user": "ghost"}, "runs as 'ghost', which its /etc/passwd does not have"),
        ({"entrypoint": ["/nothing"]}, "/nothing"),
    ],
)
def test_an_image_that_fails_here_is_told_why(
    tmp_path: Path, new_name: NewName, options: dict[str, object], says: str
) -> None:
    path = written(tmp_path, {"it": container(**{"files": {"/srv/x": "x"}, **options})})
    answer = commanding.run("env", "up", str(path), "--name", new_name())
    assert answer.returncode == 69, answer.stderr
    assert re.search(says, answer.stderr), answer.stderr


def test_an_image_by_reference_is_pulled_and_stands_in_status(
    engine: docker.DockerClient, foreign: Standing, tmp_path: Path, new_name: NewName
) -> None:
    image = str(engine.containers.get(f"peakproof-{foreign.name}-web-1").attrs["Image"])
    name = new_name()
    with serving() as registry:
        reference = registry.push(engine, image, "acme/web", "1.0")
        path = written(tmp_path, {"web": container(image=reference, ready="/index.html")})
        up = commanding.run("env", "up", str(path), "--name", name)
        engine.images.remove(reference)  # the name alone: the image stays, by its id
        assert up.returncode == 0, up.stderr
    status = json.loads(commanding.run("env", "status", name, "--json").stdout)
    of = pulling.platform_of(engine.images.get(image).attrs)
    assert status["images"]["web-1"] == {"name": reference, "id": image, "platform": of}


def test_an_image_that_is_nowhere_is_told_before_anything_stands(
    engine: docker.DockerClient, tmp_path: Path, new_name: NewName
) -> None:
    name = new_name()
    with serving() as registry:
        path = written(tmp_path, {"web": container(image=f"{registry.host}/acme/nothing:1")})
        answer = commanding.run("env", "up", str(path), "--name", name)
    assert answer.returncode == 2
    assert f"{path}:8: there is no image" in answer.stderr
    assert commanding.left(engine, name) == []


def test_the_documented_answer_to_a_mistyped_folder(tmp_path: Path) -> None:
    path = written(tmp_path, {"web": container(image="bear")})
    answer = commanding.run("env", "check", str(path))
    assert answer.returncode == 2
    assert "no Dockerfile in" in answer.stderr
    assert "with its tag or digest: bear:TAG" in answer.stderr
