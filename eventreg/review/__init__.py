"""The organizers' review: the attendee list, one registration, decisions, exports, messages as they arrive.

Owns no table. What a decision changes belongs to `registration`, what a message is to `mail`.
"""
