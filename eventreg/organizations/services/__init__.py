"""Use cases that write the directory of institutions."""

from eventreg.organizations.services.merging import merge_organizations
from eventreg.organizations.services.recording import add_organization, create_organization, edit_organization

__all__ = ["add_organization", "create_organization", "edit_organization", "merge_organizations"]
