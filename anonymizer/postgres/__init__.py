"""PostgreSQL as source and target: one snapshot, workers, chunks, and a run that can be taken up again."""
