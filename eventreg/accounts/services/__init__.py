"""What changes accounts, by subject: accounts, passwords, sign-in links, signing in, and the limits on trying."""
