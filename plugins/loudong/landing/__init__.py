"""Landing: files of known shape become append-only tables in which every row says when it became known."""
