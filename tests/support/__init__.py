"""What the tests stand on: real databases, an application each, a page client, a mail server, a browser.

Each file offers fixtures; `tests/conftest.py` lists them. Nothing here knows a room's business.
"""
