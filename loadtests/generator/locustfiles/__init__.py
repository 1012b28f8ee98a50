"""Locustfiles as they are: their own closed model, or open arrivals on their users. Changes no locustfile."""
