"""The audit report: what was masked how, what the check saw, and a signature that anybody can check."""
