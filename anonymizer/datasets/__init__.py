"""Datasets: masked, verified, signed and encrypted files, the only way in which data leaves production."""
