"""Proposes a policy for a database: what each column seems to hold, how sure that is, and why."""
