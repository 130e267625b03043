"""The warehouse: a PostgreSQL of three roles, reached by URL, changed by numbered migrations."""
