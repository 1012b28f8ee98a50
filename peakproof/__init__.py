"""Joins the rooms: season plan, rehearsal, timeline, report, and the root of the command line."""
