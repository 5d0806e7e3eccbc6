"""What kinds of institutions there are."""

from __future__ import annotations

import enum


class OrganizationKind(enum.Enum):
    """What an institution is, whatever its role at an event."""

    INTERNATIONAL = "international"
    GOVERNMENT = "government"
    ACADEMIC = "academic"
    CIVIL_SOCIETY = "civil_society"
    FOUNDATION = "foundation"
    PRIVATE = "private"
    OTHER = "other"
