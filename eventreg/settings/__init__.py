"""What an administrator sets in the browser: the instance's name, logo, colours, languages, legal pages, sign-in rules.

Owns the one row of settings and the legal pages. What is set on the machine (addresses, mail server, keys) is in `config`.
"""
