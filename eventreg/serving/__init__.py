"""Serving: one supervisor that loads the application once, then forks the web server and the mail worker.

Owns processes, the listening address and what goes to the log; knows no room's business.
"""
