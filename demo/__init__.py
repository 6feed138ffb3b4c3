"""A small town portal that lives: the world outside, for the demo, the tests and the benchmarks."""
