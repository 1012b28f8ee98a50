"""The Docker Engine's own settings and files, by the CIS Docker Benchmark 1.6.0, chapters 2, 3 and 7."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from playbooks.auditing.evidence import Evidence, Missing
from playbooks.auditing.judging import Area, Finding, Judged, Seen, Severity, looked

_FIX = "`peakproof hosts configure --tags docker`"
DAEMON = "/etc/docker/daemon.json"
Settings = Mapping[str, object]


def parse(text: str) -> Settings:
    """daemon.json. Raises Missing: it is no JSON, so nothing is known of what it says."""
    try:
        found = json.loads(text or "{}")
    except json.JSONDecodeError as error:
        raise Missing(f"{DAEMON} is no JSON: {error.msg}") from error
    return found if isinstance(found, dict) else {}


def judge(evidence: Evidence) -> Judged:
    engine = evidence.section("docker", dict)
    settings = parse(evidence.text(DAEMON))
    return {
        "reached": Seen(findings=list(_reached(settings))),
        "containment": Seen(
            findings=list(_containment(settings, engine["info"])), facts=[_version(engine["info"])]
        ),
        "logging": Seen(findings=list(_logging(settings))),
        "files": looked(lambda: Seen(findings=list(_files(evidence.section("files", dict)["stats"])))),
        "overlays": Seen(findings=list(_overlays(engine["overlays"]))),
    }


def _version(info: Settings) -> str:
    return f"Docker Engine {info.get('ServerVersion')}"


def _cis(number: str, what: str, severity: Severity, *, fix: str = _FIX, accepted: str = "") -> Finding:
    return Finding(what=what, severity=severity, fix=fix, source=f"CIS Docker {number}", accepted=accepted)


def _reached(settings: Settings) -> Iterator[Finding]:
    hosts = settings.get("hosts")
    over_tcp = (
        [str(each) for each in hosts if str(each).startswith("tcp://")] if isinstance(hosts, list) else []
    )
    if over_tcp and not settings.get("tlsverify"):
        yield _cis(
            "2.7", f"the engine listens at {', '.join(over_tcp)} and asks for no certificate", Severity.HIGH
        )
    if settings.get("insecure-registries"):
        yield _cis("2.5", f"insecure registries: {settings['insecure-registries']}", Severity.HIGH)


def _containment(settings: Settings, info: Settings) -> Iterator[Finding]:
    if not settings.get("no-new-privileges"):
        yield _cis("2.14", "containers may gain privileges unless each says otherwise", Severity.MEDIUM)
    if settings.get("icc") is not False:
        yield _cis("2.2", "containers of the default bridge reach each other", Severity.LOW)
    if settings.get("userland-proxy") is not False:
        yield _cis(
            "2.16", "published ports go through a proxy process", Severity.LOW,
            accepted="it keeps the entry's port open where the virtual address is not just now, by which "
            "keepalived sees who could serve it" if settings.get("userland-proxy") else "",
        )  # fmt: skip
    if settings.get("iptables") is False:
        yield _cis(
            "2.4", "the engine makes no rules of its own: published ports are nobody's", Severity.MEDIUM
        )
    if settings.get("experimental"):
        yield _cis("2.18", "experimental features are on", Severity.LOW)
    if "name=seccomp,profile=unconfined" in _options(info):
        yield _cis("2.17", "no seccomp profile", Severity.MEDIUM)
    if not any(option.startswith("name=userns") for option in _options(info)):
        yield _cis(
            "2.9", "root in a container is root's number on the host", Severity.LOW,
            accepted="user namespaces exclude host networks and shared volumes; containers run as users of "
            "their own, without capabilities",
        )  # fmt: skip


def _options(info: Settings) -> list[str]:
    found = info.get("SecurityOptions")
    return [str(option) for option in found] if isinstance(found, list) else []


def _logging(settings: Settings) -> Iterator[Finding]:
    options = settings.get("log-opts")
    driver = settings.get("log-driver", "json-file")
    if driver == "none":
        yield _cis("2.13", "containers write no log", Severity.MEDIUM)
    if driver == "json-file" and not (isinstance(options, dict) and options.get("max-size")):
        yield _cis("2.13", "logs of containers grow without a limit", Severity.MEDIUM)
    if settings.get("log-level") == "debug":
        yield _cis("2.3", "the engine logs at level debug", Severity.LOW)


# Path -> (the benchmark's numbers, group, the widest mode): chapter 3.
_OWNED = {
    "/lib/systemd/system/docker.service": ("3.1, 3.2", "root", 0o644),
    "/lib/systemd/system/docker.socket": ("3.3, 3.4", "root", 0o644),
    "/etc/docker": ("3.5, 3.6", "root", 0o755),
    "/run/docker.sock": ("3.15, 3.16", "docker", 0o660),
    DAEMON: ("3.17, 3.18", "root", 0o644),
    "/etc/default/docker": ("3.19, 3.20", "root", 0o644),
    "/run/containerd/containerd.sock": ("3.23, 3.24", "root", 0o660),
}


def _files(stats: Mapping[str, Mapping[str, object] | None]) -> Iterator[Finding]:
    for path, (number, group, widest) in _OWNED.items():
        found = stats.get(path)
        if found is None:
            continue
        if (found["owner"], found["group"]) != ("root", group):
            what = f"{path} belongs to {found['owner']}:{found['group']}, not root:{group}"
            yield _cis(number, what, Severity.HIGH if path.endswith(".sock") else Severity.MEDIUM)
        mode = int(str(found["mode"]))
        if mode & ~widest:
            severity = Severity.HIGH if mode & 0o002 else Severity.MEDIUM
            yield _cis(number, f"{path} has mode {mode:04o}, wider than {widest:04o}", severity)


def _overlays(overlays: list[Mapping[str, object]]) -> Iterator[Finding]:
    for each in overlays:
        options = each["options"]
        if not (isinstance(options, dict) and "encrypted" in options):
            yield _cis(
                "7.3", f"the overlay {each['name']} is not encrypted by the engine", Severity.MEDIUM,
                fix="`swarm_encryption: esp`, then its environment anew; services speak TLS all the same",
            )  # fmt: skip


AREA = Area(
    title="Docker Engine",
    checks={
        "reached": "Do only those reach the engine who may?",
        "containment": "Does the engine keep containers in by default?",
        "logging": "Are containers' logs kept, and limited?",
        "files": "Do the engine's files and sockets belong to root, closed to others?",
        "overlays": "Are networks across hosts encrypted?",
    },
    judge=judge,
)
