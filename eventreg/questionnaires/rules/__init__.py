"""Pure decisions about questionnaires: the form of a definition, the kinds of question, the check of answers."""
