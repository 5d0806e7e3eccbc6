"""The outbox: messages committed with the fact they tell of, then sent by a worker.

Owns mail messages and their delivery. Knows no message's content: other rooms hand over what is rendered.
"""
