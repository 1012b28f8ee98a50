"""What happened, as it is written and read back: times, counters, checks, answers, ledger, summary."""
