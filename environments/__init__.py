"""Environments: what a person defines becomes a topology, and a topology becomes containers that answer."""
