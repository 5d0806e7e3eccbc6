"""Who did what to which record, and when: append-only, chained by hash within each event.

Owns audit entries and their erasable details. Knows no other room: records are named by kind and id.
"""
