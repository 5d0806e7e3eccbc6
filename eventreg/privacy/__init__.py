"""What people are promised of their data: who finds them on a list of participants, and to whom outside the team they are given.

It stands above the rooms that hold the data, and reaches down into them. Statuses, answers and consents stay theirs.
"""
