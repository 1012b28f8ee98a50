"""What the load's benchmark measures with: a web server that does nothing else, peers, an oracle."""
