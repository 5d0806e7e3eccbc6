"""Events: texts, days and programme, institutions with their roles, contact person, categories, privacy notice, team.

Owns all of these. What organizers ask belongs to `questionnaires`, who registers to `registration`.
"""
