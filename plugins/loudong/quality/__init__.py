"""Quality gates: Great Expectations suites kept as plain JSON, run where data cross a border."""
