"""What is held about people: for how long, who sees it, and how a person gets it, takes it back and is forgotten.

It stands above the rooms that hold the data, and reaches down into them. Statuses, answers and consents stay theirs.
"""
