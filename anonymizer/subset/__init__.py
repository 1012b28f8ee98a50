"""A smaller copy whose references all lead somewhere. Only reads the source; chooses by a keyed hash."""
