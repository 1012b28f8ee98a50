"""A Compose file taken over: read by the Compose specification, written as a platform and a definition."""
