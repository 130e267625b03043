"""Benchmarks: what they measure they print as ratios, side by side on the same machine. None of them is a test."""
