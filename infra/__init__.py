"""Infrastructure: the same topology as a Pulumi program. No other room imports Pulumi."""
