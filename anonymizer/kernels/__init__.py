"""Loops over bytes and numbers as machine code. `loops` says what they do; nothing here knows a rule."""
