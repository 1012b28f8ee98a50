"""Apache Spark: the same masks over data frames, for what outgrows a machine. Needs `peakproof[spark]`.

Nothing else in this room imports it.
"""
