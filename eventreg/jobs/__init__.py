"""Long, later and periodic work: rows claimed like mail, done in short transactions by the worker.

Owns jobs. What a kind of job does is plugged in by the assembly (`eventreg.app`).
"""
