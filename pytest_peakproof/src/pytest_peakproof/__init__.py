"""An environment of Peakproof as a pytest fixture. Needs pytest alone: it speaks JSON with the command."""

from pytest_peakproof.environment import Credentials, PeakproofEnv

__all__ = ["Credentials", "PeakproofEnv"]
