"""The script: what will be said, sentence by sentence, and for every written word why it is said so.

Frozen models, stored and shown as JSON. Offsets count characters (code points) of the text named beside them.
"""

import hashlib
from enum import StrEnum
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from reading.document import BlockKind


class SentenceKind(StrEnum):
    """The part a sentence plays when it is read aloud."""

    TITLE = "title"
    HEADING = "heading"
    BODY = "body"
    LIST_ITEM = "list_item"
    TABLE_ROW = "table_row"
    UNREAD = "unread"
    """Letterhead, signature, recipients …: kept with a reason, read only if the officer says so."""


class FlagCode(StrEnum):
    """Why a place is doubtful."""

    AMBIGUOUS = "ambiguous"  # an abbreviation with several readings
    UNKNOWN_ABBREVIATION = "unknown_abbreviation"  # spelled letter by letter; offered for the dictionary
    FOREIGN_WORD = "foreign_word"  # no Vietnamese syllable and in no dictionary
    UNREAD_SYMBOL = "unread_symbol"  # a sign without a name
    ADDRESS = "address"  # a web or mail address: hardly understood over a loudspeaker
    FOREIGN_SCRIPT = "foreign_script"  # letters that are not Latin
    BROKEN_TEXT = "broken_text"  # control characters, half-converted fonts, endless words


class Choice(BaseModel):
    """One reading offered for a doubtful place."""

    model_config = ConfigDict(frozen=True)

    spoken: str
    note: str = ""
    """Vietnamese: where this reading comes from."""


class Flag(BaseModel):
    """A doubtful place in a sentence, `start`..`end` in `Sentence.written`."""

    model_config = ConfigDict(frozen=True)

    code: FlagCode
    start: int
    end: int
    written: str
    reason: str
    """Vietnamese, for the officer."""
    choices: tuple[Choice, ...] = ()
    """The first is what the script says now."""


class Token(BaseModel):
    """A piece of written text and what becomes of it. Tokens stand in reading order.

    `start`..`end` in `Sentence.written`; an inserted word (a table's column name) has start == end and written == "".
    """

    model_config = ConfigDict(frozen=True)

    start: int
    end: int
    written: str
    spoken: str
    """"" when skipped."""
    rule: str
    """What decided: the name of a rule ("date"), or of a dictionary row ("dictionary:national:UBND")."""
    confidence: float = Field(ge=0, le=1)
    skipped: str = ""
    """Vietnamese: why this is not spoken; "" when it is."""

    @property
    def changed(self) -> bool:
        """Whether it is said otherwise than it is written (case and edge punctuation apart)."""
        return self.written.strip(" ,.;:!?").casefold() != self.spoken.strip(" ,.;:!?").casefold()


class Edit(BaseModel):
    """Where a sentence stopped being the rules' work."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["text", "choice", "include", "exclude"]
    editor: str
    """Who: shown in the provenance, "" when unknown."""
    at: AwareDatetime
    before: str
    """What would have been said without this edit."""
    after: str


class Sentence(BaseModel):
    """One breath: spoken in one go, with a pause after it."""

    model_config = ConfigDict(frozen=True)

    id: str
    """Stable: derived from the content, so the same sentence of the same document has it at every reading."""
    written: str
    """As it stands in the document; a list item's marker stands before its first sentence."""
    spoken: str
    """What the voice says: lower and upper case as in `written`, punctuation only where the voice shall pause."""
    kind: SentenceKind
    block: int
    """Index of the block in `Document.blocks`."""
    start: int
    """Where it begins in that block's text."""
    end: int
    skipped_reason: str = ""
    """Vietnamese: why it is not read aloud; "" when it is read."""
    pause_after: Literal["clause", "sentence", "paragraph"] = "sentence"
    """"clause": cut for breath in the middle of a sentence."""
    tokens: tuple[Token, ...] = ()
    flags: tuple[Flag, ...] = ()
    """What is still doubtful; empty once the officer has resolved it."""
    edits: tuple[Edit, ...] = ()
    """Oldest first."""

    @property
    def edited(self) -> bool:
        """Whether a person changed what the rules said."""
        return bool(self.edits)

    @property
    def aloud(self) -> bool:
        """Whether it is read on air."""
        return not self.skipped_reason and bool(self.spoken.strip())


class Script(BaseModel):
    """A document as it will be read."""

    model_config = ConfigDict(frozen=True)

    title: str
    """As written, for lists and file names; "" when the document shows none."""
    document_sha256: str
    sentences: tuple[Sentence, ...]
    orphans: tuple[Sentence, ...] = ()
    """Edited sentences whose place is gone after a new reading: kept until the officer has seen them."""

    @property
    def aloud(self) -> tuple[Sentence, ...]:
        """The sentences that go on air, in order."""
        return tuple(sentence for sentence in self.sentences if sentence.aloud)

    @property
    def doubtful(self) -> tuple[Sentence, ...]:
        """The sentences on air that still carry a flag."""
        return tuple(sentence for sentence in self.sentences if sentence.aloud and sentence.flags)


def sentence_id(kind: BlockKind, written: str, occurrence: int) -> str:
    """Sixteen hex digits of the kind of block, the text and how many equal ones stood before it."""
    return hashlib.sha256(f"{kind}\n{occurrence}\n{written}".encode()).hexdigest()[:16]


def find(script: Script, sentence_id: str) -> Sentence:
    """The sentence of that id. Raises KeyError."""
    for sentence in script.sentences:
        if sentence.id == sentence_id:
            return sentence
    raise KeyError(sentence_id)


__all__ = ["Choice", "Edit", "Flag", "FlagCode", "Script", "Sentence", "SentenceKind", "Token", "find", "sentence_id"]
