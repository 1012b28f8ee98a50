"""What a copy needs on every engine: how rows are read, told of, put in order, put aside. Knows no engine."""
