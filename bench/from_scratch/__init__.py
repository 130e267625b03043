"""The transaction and repayment features of one date from all landed rows, each by hand in DuckDB, polars and pandas.

What one more day costs is compared with the fastest of them. Each reads the Parquet files that `export` writes, and
`agree` holds its table beside the mart's rows.
"""

import os

THREADS = 2
# polars reads it when it is imported.
os.environ.setdefault("POLARS_MAX_THREADS", str(THREADS))
