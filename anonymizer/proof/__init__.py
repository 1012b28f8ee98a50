"""The check of a copy and the measures of its risk. Shares no code with what masks."""
