"""The policy as a person writes it, and the plan that follows from it and two schemas. Copies nothing."""
