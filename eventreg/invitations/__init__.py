"""Ways in beside the public form: access codes and personal invitations."""
