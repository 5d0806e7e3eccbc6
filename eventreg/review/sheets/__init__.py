"""What leaves the list as a file: its columns, the cells of each person, and one writer for each format."""

from eventreg.review.sheets.columns import SheetColumn, head, list_sheet_columns
from eventreg.review.sheets.sheet import Sheet

__all__ = ["Sheet", "SheetColumn", "head", "list_sheet_columns"]
