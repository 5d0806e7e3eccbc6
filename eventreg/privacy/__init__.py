"""What is held about people: for how long, who sees it, and how a person gets it, takes it back and is forgotten."""
