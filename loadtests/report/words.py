"""How a load is told in few words."""

from __future__ import annotations

from loadtests.judging.measurements import Measurements


def rate(measured: Measurements) -> str:
    """What it sends: "60/s", "black-friday with up to 60/s", "50 users"."""
    job = measured.job
    if job.locust is not None and job.closed:
        return f"{job.locust.users:,} users"
    return f"{job.rate:g}/s" if job.profile == "constant" else f"{job.profile} with up to {job.rate:g}/s"
