"""How long the benchmark's customers think: its journeys and its oracle must agree. Imports no gevent."""

THINK = 0.05  # seconds
