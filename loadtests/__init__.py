"""Load tests: open arrivals, honest clocks, a ledger of what was sent. Usable alone on any URL.

Only loadtests.generator imports Locust and gevent: it is a process of its own.
"""
