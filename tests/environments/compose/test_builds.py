"""Which image a service becomes: by reference, or built from its folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from environments.compose.notes import Outcome
from tests.environments.compose.composed import imported, service, told


def test_no_tag_is_latest_and_told(tmp_path: Path) -> None:
    made = imported(
        tmp_path,
        "services: {web: {image: nginx}, b: {image: 'r.test:5000/b'}, c: {image: 'c@sha256:%s'}}"
        % ("a" * 64),
    )
    images = {name: service(made, name)["image"] for name in ("web", "b", "c")}
    assert images["web"] == "nginx:latest"
    assert images["b"] == "r.test:5000/b:latest"
    assert images["c"] == f"c@sha256:{'a' * 64}"
    assert any("no tag is `latest`" in each for each in told(made, Outcome.CHANGED))


def test_a_folder_with_a_dockerfile_is_built_here(tmp_path: Path) -> None:
    text = """
        services:
          web: {build: ./app, depends_on: {once: {condition: service_completed_successfully}}}
          once: {build: {context: .}}
        """
    files = {
        "app/Dockerfile": "FROM x AS b\nUSER 1\nFROM x\nEXPOSE 8081/tcp\nUSER app\n",
        "Dockerfile": "FROM x\n",
    }
    made = imported(tmp_path, text, files=files)
    assert service(made, "web") == {
        "kind": "container",
        "image": "app",
        "port": 8081,
        "needs": ["once"],
        "deadline": "3m",
        "memory": "512MiB",
    }
    assert service(made, "once")["image"] == "."
    assert service(made, "once")["lifecycle"] == "once"


STAGES = "ARG A=0\nFROM x AS dev\nRUN a\nFROM x\nRUN b\n"


@pytest.mark.parametrize(
    ("build", "source"),
    [
        ("{context: app, target: dev}", {"folder": "app", "target": "dev"}),
        ("{context: app, args: {A: 1, B: }}", {"folder": "app", "args": {"B": "2", "A": "1"}}),
        ("{context: app, args: [A=1, C]}", {"folder": "app", "args": {"A": "1"}}),
        ("{context: ., dockerfile: ./app/Dockerfile}", {"folder": ".", "dockerfile": "app/Dockerfile"}),
        ("{context: App}", {"folder": "App"}),
        ("../other", {"folder": "../other"}),
    ],
)
def test_what_a_folder_does_not_say_stands_in_the_platform(
    tmp_path: Path, build: str, source: dict[str, object]
) -> None:
    shop = tmp_path / "shop"
    files = dict.fromkeys(("app/Dockerfile", "App/Dockerfile", "../other/Dockerfile"), STAGES)
    text = f"services: {{web: {{build: {build}}}, again: {{build: {build}}}}}"
    shop.mkdir()
    made = imported(shop, text, files=files, around={"B": "2"})
    assert made.platform["images"] == {"web": source}
    assert [service(made, name)["image"] for name in ("web", "again")] == ["web", "web"]


@pytest.mark.parametrize(
    ("build", "image", "why"),
    [
        (
            "{context: app, target: none}",
            "shop-web:latest",
            "no stage 'none'; there are: dev",
        ),
        (
            "{context: app, args: {NPM_TOKEN: 1}}",
            "shop-web:latest",
            "argument NPM_TOKEN looks like a secret",
        ),
        ("{context: app, ssh: [default]}", "shop-web:latest", "it is built with `ssh`"),
        ("{context: app, dockerfile: Other}", "shop-web:latest", "there is no Other in app"),
        ("{context: nowhere}", "shop-web:latest", "there is no Dockerfile in nowhere"),
        ("https://git.example/x.git", "shop-web:latest", "its context is elsewhere"),
        ("{context: app, target: none}, image: 'me/web:2'", "me/web:2", "the Dockerfile has no stage"),
    ],
)
def test_what_cannot_be_built_here_is_compose_s_and_told(
    tmp_path: Path, build: str, image: str, why: str
) -> None:
    files = {
        "app/Dockerfile": STAGES,
    }
    made = imported(tmp_path, f"services: {{web: {{build: {build}}}}}", files=files)
    assert service(made, "web")["image"] == image
    assert why in "\n".join(told(made, Outcome.OPEN))
    assert list(made.comments["web"])


@pytest.mark.parametrize(
    ("written", "word"),
    [
        ("RUN \\\n  --mount=type=bind,target=/x make\n", "`--mount`"),
        ("COPY <<EOF /x\nmake\nEOF\n", "`<<EOF`"),
        ("COPY --chmod=755 a b\n", "`--chmod`"),
        ("RUN --mount=type=cache,target=/x make\n", ""),
        ("RUN <<EOF\nmake\nEOF\n", ""),
    ],
)
def test_what_buildkit_alone_knows_is_told(tmp_path: Path, written: str, word: str) -> None:
    files = {"app/Dockerfile": f"FROM x\n{written}"}
    made = imported(tmp_path, "services: {web: {build: app}}", files=files)
    assert service(made, "web")["image"] == "app"
    said = [line for line in told(made, Outcome.OPEN) if "BuildKit" in line]
    assert (word in said[0]) if word else (said == [])
