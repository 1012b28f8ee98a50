"""A host's certificate is for every name by which others in the site find it."""

from __future__ import annotations

import pytest

from environments.site import Site
from playbooks.deriving.certificates import variables


@pytest.mark.parametrize(
    ("host", "names"),
    [
        ({"docker": "ssh://ops@a.example:2222", "address": "10.0.0.11"}, ["a", "10.0.0.11", "a.example"]),
        ({"docker": "ssh://a", "address": "10.0.0.11"}, ["a", "10.0.0.11"]),
        ({"docker": "ssh://10.0.0.11"}, ["a", "10.0.0.11"]),
    ],
)
def test_each_name_is_there_once_and_the_sites_own_first(host: dict[str, object], names: list[str]) -> None:
    site = Site.model_validate({"site": "s", "hosts": {"a": host}, "subnets": "10.9.0.0/16"})
    assert variables(site) == {"a": {"certificates_names": names}}
