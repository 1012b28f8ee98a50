"""Load from several machines: what is sent to them, how their clocks are compared. Connects to nothing."""
