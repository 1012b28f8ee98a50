"""What of `infra` a rehearsal may aim at: a staging as it is described, and never a production."""

from __future__ import annotations

import pytest

from environments.topology import EnvironmentClass
from foundation.errors import ExitCode, Refused
from infra import rehearsing


def test_a_production_is_always_refused() -> None:
    with pytest.raises(Refused, match="shop is production: no load and no fault ever goes to it") as error:
        rehearsing.refuse_class("shop", EnvironmentClass.PRODUCTION)
    assert error.value.exit_code == ExitCode.REFUSED


def test_what_is_for_tests_is_brought_up_by_the_rehearsal_itself() -> None:
    with pytest.raises(Refused, match="of class test"):
        rehearsing.refuse_class("shop", EnvironmentClass.TEST)


def test_a_staging_is_taken() -> None:
    rehearsing.refuse_class("shop", EnvironmentClass.STAGING)
