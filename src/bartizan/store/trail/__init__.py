"""The past of accounts as Parquet files and a manifest that is written last; see decision 0021."""
