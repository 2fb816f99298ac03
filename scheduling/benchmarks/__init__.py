"""What the engines are worth, measured: ``python -m scheduling.benchmarks`` writes ``docs/measurements.md``."""
