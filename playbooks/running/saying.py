"""What a failed task said, in the lines that matter, and what to do. Pure: from Ansible's results."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence

Result = Mapping[str, object]
_LINES = 3
"""How many lines of a program's output are told; the rest is there with --verbose."""
_SAYS_NOTHING = re.compile("non-zero return code|One or more items failed|MODULE FAILURE|All items completed")
_TRACE = re.compile(r"^(Traceback|\s+File |\(traceback unavailable\))")
_SCRATCH = re.compile(r"/ansible-(local|tmp)-")
_NOISE = re.compile(r"^((Task|Module|Action) failed: )+")

# Searched in order in what a task said -> what to do.
HINTS: Sequence[tuple[str, str]] = (
    (
        r"dpkg.*lock|lock-frontend|Could not get lock",
        "another program installs packages there (unattended-upgrades?): wait for it, then run it again",
    ),
    (
        r"Temporary failure resolving|Could not resolve",
        "the host finds no names: is its resolver right, and may it reach the mirror?",
    ),
    (
        r"Unable to (fetch|locate)|404 +Not Found|Failed to fetch|Failed to update apt cache",
        "the host's package mirror lacks it or is not reached: `apt-get update` there tells more",
    ),
    (r"No space left on device", "make room on the host, then run it again"),
    (r"[Rr]ead-only file system", "a disk of the host is read-only: `dmesg` there says why"),
    (
        r"Missing sudo password|sudo: a password is required",
        "the automation user needs sudo without a password: `sudo -n true` must work there",
    ),
    (
        r"Unable to (start|restart|reload) service (?P<unit>\S+?):?(\s|$)|Job for (?P<job>\S+) failed",
        "`journalctl -u {unit}` on the host says why the service did not start",
    ),
    (
        r"is undefined|argument_spec|missing required arguments",
        "a variable of the role is missing or mistyped: docs/hosts/roles.md says what it takes",
    ),
    (r"^Failed to connect|[Ss]hared connection .* closed", "is the host up? `ssh` to it by hand tells more"),
)


def said(result: Result) -> tuple[str, ...]:
    """What a task says for people: its message, or where that says nothing, a program's last lines."""
    if "censored" in result:
        return ("what it said is kept back, because it handles secrets",)
    told = [line for each in _parts(result) for line in _brief(each)]
    return tuple(dict.fromkeys(told)) or ("it failed and said nothing",)


def whole(result: Result) -> tuple[str, ...]:
    """All that a task's result says, for --verbose."""
    if "censored" in result:
        return said(result)
    return tuple(
        line
        for each in _parts(result)
        for key in ("msg", "module_stderr", "module_stdout", "stderr", "stdout")
        for line in str(each.get(key) or "").splitlines()
    )


def hint(said: Sequence[str]) -> str | None:
    """What to do about it, where that is known."""
    text = "\n".join(said)
    for pattern, advice in HINTS:
        found = re.search(pattern, text, re.MULTILINE)
        if found:
            named = found.groupdict()
            return advice.format(unit=named.get("unit") or named.get("job") or "UNIT")
    return None


def diff(result: Result) -> tuple[str, ...]:
    """What a task changed or would, as lines of `diff -u`; nothing of what is kept back."""
    found = result.get("diff")
    parts = [found] if isinstance(found, dict) else found if isinstance(found, list) else []
    inner = result.get("results")
    more = inner if isinstance(inner, list) else []
    return tuple(
        [line for part in parts for line in _diff(part)]
        + [line for item in more if isinstance(item, dict) for line in diff(item)]
    )


def _parts(result: Result) -> list[Result]:
    """The result, or the items of a loop that failed."""
    items = result.get("results")
    if not isinstance(items, list):
        return [result]
    return [each for each in items if isinstance(each, dict) and each.get("failed")] or [result]


def _brief(result: Result) -> Iterator[str]:
    message = _NOISE.sub("", str(result.get("msg") or "").strip())
    if "item" in result and "_ansible_item_label" in result:
        message = f"{result['_ansible_item_label']}: {message}"
    lines = [line for line in message.splitlines() if line.strip() and not _TRACE.match(line)]
    if lines and not _SAYS_NOTHING.search(lines[0]):
        yield from lines[:_LINES]
        return
    for key in ("stderr", "module_stderr", "stdout", "module_stdout"):
        output = [line for line in str(result.get(key) or "").splitlines() if line.strip()]
        if output:
            yield from output[-_LINES:]
            break
    if "rc" in result:
        yield f"it ended with status {result['rc']}"


def _diff(part: object) -> Iterator[str]:
    if not isinstance(part, dict):
        return
    if "prepared" in part:
        yield from str(part["prepared"]).splitlines()
        return
    before, after = (_text(part.get(key)) for key in ("before", "after"))
    old, new = (str(part.get(f"{key}_header") or key) for key in ("before", "after"))
    if _SCRATCH.search(new):  # of a template it is the file on this machine, gone by now
        new = old
    yield from difflib.unified_diff(before, after, old, new, lineterm="", n=1)


def _text(value: object) -> list[str]:
    if isinstance(value, dict):
        return [f"{key}: {inner}" for key, inner in value.items()]
    return str(value if value is not None else "").splitlines()
