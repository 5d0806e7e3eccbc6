"""People who sign in: accounts, passwords, one-time sign-in links, and the limit on guessing.

Owns accounts, sign-in links and attempts. Rights on events belong to `events`.
"""
