"""Master and workers of one load on several machines, over Locust's own protocol. Decides no verdict."""
