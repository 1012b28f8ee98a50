"""What people do with an environment that stands: passwords, shells, logs, a node anew, what is left."""
