"""What people and machines are shown: the screen, tables, JSON, JUnit, CSV, metrics. Decides nothing."""
