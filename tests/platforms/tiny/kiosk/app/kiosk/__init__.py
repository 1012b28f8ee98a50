"""The smallest platform that can be rehearsed: a till and its store, for tests."""
