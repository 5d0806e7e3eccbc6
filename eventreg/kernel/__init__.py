"""Plain Python that every room stands on: clock, refusals, multilingual text, keys, sealed values, link tokens.

Owns no table, knows neither Flask nor SQLAlchemy.
"""
