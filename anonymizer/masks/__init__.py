"""A plan's rules bound to the key: Arrow batches in, masked Arrow batches out."""
