"""CSV and Parquet files, folders of them, and stdin to stdout: masked under a policy, as databases are."""
