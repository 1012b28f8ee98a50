"""What a failed task said: the lines that matter, what to do about them, never what is kept back."""

from __future__ import annotations

import pytest

from playbooks.running.saying import diff, hint, said, whole


@pytest.mark.parametrize(
    ("result", "lines"),
    [
        ({"msg": "Task failed: Module failed: it is wrong"}, ("it is wrong",)),
        (
            {"msg": "non-zero return code", "rc": 2, "stderr": "a\nb\nc\nd"},
            ("b", "c", "d", "it ended with status 2"),
        ),
        (
            {"msg": "non-zero return code", "rc": 1, "stdout": "only here"},
            ("only here", "it ended with status 1"),
        ),
        (
            {"msg": "MODULE FAILURE", "module_stderr": "Traceback\nKeyError: 'x'"},
            ("Traceback", "KeyError: 'x'"),
        ),
        ({"msg": "one\n\ntwo\nthree\nfour"}, ("one", "two", "three")),
        ({"censored": "hidden", "msg": "s3cret"}, ("what it said is kept back, because it handles secrets",)),
        ({}, ("it failed and said nothing",)),
    ],
)
def test_the_lines_that_matter(result: dict[str, object], lines: tuple[str, ...]) -> None:
    assert said(result) == lines


def test_of_a_loop_the_items_that_failed_are_told_by_name() -> None:
    items = [
        {"failed": True, "msg": "no such package", "item": {"name": "x"}, "_ansible_item_label": "x"},
        {"failed": False, "msg": "fine", "item": "y", "_ansible_item_label": "y"},
    ]
    assert said({"msg": "One or more items failed", "results": items}) == ("x: no such package",)


@pytest.mark.parametrize(
    ("line", "advice"),
    [
        ("E: Could not get lock /var/lib/dpkg/lock-frontend", "another program installs packages"),
        ("Temporary failure resolving 'mirror'", "the host finds no names"),
        ("E: Unable to locate package auditd", "package mirror"),
        ("OSError: [Errno 28] No space left on device", "make room"),
        ("Unable to start service docker: Job for docker.service failed", "`journalctl -u docker`"),
        ("Missing sudo password", "`sudo -n true`"),
        ("'logs_server' is undefined", "docs/hosts/roles.md"),
    ],
)
def test_what_is_known_has_advice(line: str, advice: str) -> None:
    assert advice in str(hint([line]))


def test_what_is_not_known_has_none() -> None:
    assert hint(["the moon is in the wrong place"]) is None


def test_nothing_of_what_is_kept_back_is_told_to_those_who_ask_for_all() -> None:
    assert "s3cret" not in str(whole({"censored": "hidden", "stdout": "s3cret"}))
    assert whole({"msg": "m", "stdout": "a\nb"}) == ("m", "a", "b")


def test_a_change_is_told_as_lines() -> None:
    written = {
        "diff": {"before": "a\nb\n", "after": "a\nc\n", "before_header": "/etc/x", "after_header": "/etc/x"}
    }
    assert diff(written) == ("--- /etc/x", "+++ /etc/x", "@@ -1,2 +1,2 @@", " a", "-b", "+c")
    template = {
        "before": "a",
        "before_header": "/etc/x",
        "after": "b",
        "after_header": "/t/ansible-local-1/x",
    }
    assert diff({"diff": [template]})[:2] == ("--- /etc/x", "+++ /etc/x")
    mode = {"diff": [{"before": {"mode": "0644"}, "after": {"mode": "0600"}}]}
    assert diff(mode)[-2:] == ("-mode: 0644", "+mode: 0600")
    assert diff({"results": [{"diff": {"prepared": "+ package"}}]}) == ("+ package",)
