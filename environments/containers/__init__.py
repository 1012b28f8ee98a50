"""The engine that builds a topology out of containers, with Testcontainers. What runs is asked of Docker alone."""
