"""What journeys are made of; this is what a platform's `journeys.py` imports.

    from peakproof.journeys import Journey, check, task

For the generator's own process alone: importing this patches the standard library for gevent, as Locust does.
"""

from loadtests.generator import CheckFailed, Journey, Reply, StepFailed, basic, bearer, check, task

__all__ = ["CheckFailed", "Journey", "Reply", "StepFailed", "basic", "bearer", "check", "task"]
