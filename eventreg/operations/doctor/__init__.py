"""Looking at an instance from outside: what is in order, what is doubtful, what is broken, and how to mend it.

Changes nothing and sends nothing; makes neither keys nor tables.
"""

from eventreg.operations.doctor.examination import examine
from eventreg.operations.doctor.findings import Finding, Level

__all__ = ["Finding", "Level", "examine"]
