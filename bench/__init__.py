"""The benchmarks: `make bench` prints a table and writes `bench/results.json`.

Every figure is measured against a bare limit of the same run, since machines differ and drift: read the ratios. A figure's
row is `{name, database, value, unit, limit, ratio, spread}`; `limit` is the bare limit in the same unit or null, `ratio` is
value / limit, `spread` is (largest - smallest) / median over the rounds.
"""
