"""What organizers ask: definitions as data, frozen versions, kinds of question, and the check of answers.

Owns questionnaire versions. The answers themselves belong to `registration`.
"""
