"""Documents become a script that a broadcaster would read.

    script = read(extract(path))            # or read(document_from_text(text))
    script = merge_edits(old_script, script)

The promise: no written word vanishes. Each is spoken, skipped with a reason, or flagged.

The names are fetched from their modules when first asked for: the process that only extracts a file does without the rules.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reading.dialect import Dialect
    from reading.document import UNREAD_KINDS, Block, BlockKind, Document
    from reading.edits import (
        UnknownSentenceError,
        choose,
        edit_sentence,
        exclude_sentence,
        include_sentence,
        merge_edits,
    )
    from reading.errors import ExtractionFailedError, ReadingError, UnreadableDocumentError
    from reading.lexicon import ImportedTable, Layer, Lexicon, Row, RowError, format_table, parse_table
    from reading.reader import read, read_line
    from reading.rows import Sounding, how_it_sounds, scripts_changed_by
    from reading.script import Choice, Edit, Flag, FlagCode, Script, Sentence, SentenceKind, Token, find
    from reading.text_document import document_from_text

__all__ = [
    "UNREAD_KINDS", "Block", "BlockKind", "Choice", "Dialect", "Document", "Edit", "ExtractionFailedError", "Flag",
    "FlagCode",
    "ImportedTable", "Layer", "Lexicon", "ReadingError", "Row", "RowError", "Script", "Sentence", "SentenceKind",
    "Sounding",
    "Token", "UnknownSentenceError", "UnreadableDocumentError", "choose", "document_from_text", "edit_sentence",
    "exclude_sentence", "find", "format_table", "how_it_sounds", "include_sentence", "merge_edits", "parse_table",
    "read",
    "read_line", "scripts_changed_by",
]  # fmt: skip

_NAMES_OF = {
    "dialect": "Dialect",
    "document": "UNREAD_KINDS Block BlockKind Document",
    "edits": "UnknownSentenceError choose edit_sentence exclude_sentence include_sentence merge_edits",
    "errors": "ExtractionFailedError ReadingError UnreadableDocumentError",
    "lexicon": "ImportedTable Layer Lexicon Row RowError format_table parse_table",
    "reader": "read read_line",
    "rows": "Sounding how_it_sounds scripts_changed_by",
    "script": "Choice Edit Flag FlagCode Script Sentence SentenceKind Token find",
    "text_document": "document_from_text",
}
_HOMES = {name: module for module, names in _NAMES_OF.items() for name in names.split()}


def __getattr__(name: str) -> object:
    """The public name, imported from its module on first use."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'reading' has no attribute {name!r}")
    value = getattr(import_module(f"reading.{home}"), name)
    globals()[name] = value
    return value
