"""CSV and Parquet files, folders of them, and stdin to stdout: masked under the same policies as databases."""
