"""MariaDB and MySQL as source and target: the same policies, plans and masks as for PostgreSQL."""
