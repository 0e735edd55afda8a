"""Dictionaries of written forms: abbreviations, names, foreign words. The nearest layer wins."""

from reading.lexicon.lexicon import Entry, Layer, Lexicon
from reading.lexicon.row import Row
from reading.lexicon.table import ImportedTable, RowError, format_table, parse_table

__all__ = ["Entry", "ImportedTable", "Layer", "Lexicon", "Row", "RowError", "format_table", "parse_table"]
