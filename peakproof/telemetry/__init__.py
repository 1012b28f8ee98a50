"""What happens inside the environment while a load runs, and what saturates first. Decides no verdict."""
