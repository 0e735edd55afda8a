"""Documents become a script that a broadcaster would read.

    script = read(extract(path))            # or read(document_from_text(text))
    script = merge_edits(old_script, script)

The promise: no written word vanishes. Each is spoken, skipped with a reason, or flagged.
"""

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
