"""Ansible, run: what is checked before, what is shown meanwhile, what came of it."""
