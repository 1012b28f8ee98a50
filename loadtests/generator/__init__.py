"""The generator: the process that sends the load, and what journeys are made with. Home of Locust, gevent.

Journeys import all this from `peakproof.journeys`: a project may well have a package `loadtests` of its own.

Importing this patches the standard library for gevent, as Locust does: never import it in another process.
"""

import locust  # first: it patches sockets before anything keeps an unpatched one
from locust import task

from loadtests.generator.http.credentials import basic, bearer
from loadtests.generator.journey import Journey
from loadtests.generator.replies import CheckFailed, Reply, StepFailed, check

__all__ = ["CheckFailed", "Journey", "Reply", "StepFailed", "basic", "bearer", "check", "locust", "task"]
