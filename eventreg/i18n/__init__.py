"""Languages: which one a reader gets, how content, dates, places and countries are written in it.

Interface texts are gettext (`locale/`); content is data (`kernel.text`). Owns the language cookie.
"""
