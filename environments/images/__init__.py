"""Images: one folder each, built FROM each other on this machine, tagged by the hash of all that is in them.

`ensure` makes sure that they exist; nothing here starts a container that stays.
"""

from __future__ import annotations

from environments.images.build import BuildFailed
from environments.images.builder import catalogue, ensure, planned, refreshed, superseded
from environments.images.construction import BuiltImage
from environments.images.progress import ImageProgress, Report, State, silent

__all__ = [
    "BuildFailed",
    "BuiltImage",
    "ImageProgress",
    "Report",
    "State",
    "catalogue",
    "ensure",
    "planned",
    "refreshed",
    "silent",
    "superseded",
]
