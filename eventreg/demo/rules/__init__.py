"""Pure parts of the demo: the seminar as a plan, fictional people."""
