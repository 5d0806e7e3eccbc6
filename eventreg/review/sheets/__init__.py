"""What leaves the list as a file: its columns, the cells of each person, and one writer for each format."""

from eventreg.review.sheets.sheet import Sheet, SheetColumn, head, list_sheet_columns

__all__ = ["Sheet", "SheetColumn", "head", "list_sheet_columns"]
