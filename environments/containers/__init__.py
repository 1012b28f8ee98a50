"""The engine that builds a topology of containers, with Testcontainers. Docker alone knows what runs."""
