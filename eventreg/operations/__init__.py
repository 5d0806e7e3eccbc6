"""What an administrator does with a whole instance: preparing, looking after, backing up, restoring.

Owns no table. Stands at the top, beside the command line, since it concerns every room.
"""


class OperationRefused(Exception):
    """What was asked cannot be done; the message says why, and what to do. Nothing was changed."""
