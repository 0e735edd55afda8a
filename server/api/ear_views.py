"""What the recogniser heard, as the API shows it."""

from typing import Any

from pydantic import BaseModel

from server.tables import EarStatus, Production
from voices import EarReport


class HeardView(BaseModel):
    """One sentence as it was said and as it was heard. Rates are errors in characters and words, 0…1 and above."""

    sentence_id: str
    """"" for the station call and the closing."""
    index: int
    start_ms: int
    said: str
    heard: str
    cer: float
    wer: float
    missing: tuple[str, ...]
    invented: tuple[str, ...]
    misheard: tuple[tuple[str, str], ...]
    """(said, heard)."""
    length_mismatch: bool
    flagged: bool
    """The officer should listen to this one: more than 40 % of its characters wrong, or far more or fewer words."""
    retaken: bool
    """It was said once more, and this is the clearer take."""


class EarView(BaseModel):
    """Whether it was checked by ear, and the verdict. `passed`, `cer` and `wer` are over all sentences together."""

    status: EarStatus
    note: str
    """Vietnamese: why nobody listened; "" otherwise."""
    passed: bool | None = None
    """At most 20 % of the characters wrong; None until it has been heard."""
    cer: float | None = None
    wer: float | None = None
    flagged: int = 0
    """How many sentences the officer should listen to."""
    sentences: list[HeardView] = []


def ear_view(production: Production, ids: list[str]) -> EarView:
    """`ids` are those of the script's sentences that are read aloud, in order."""
    if production.ear is None:
        return EarView(status=production.ear_status, note=production.ear_note)
    stored: dict[str, Any] = dict(production.ear)
    retaken = set(stored.pop("retaken", ()))
    report = EarReport.model_validate(stored)
    return EarView(
        status=production.ear_status,
        note=production.ear_note,
        passed=report.passed,
        cer=report.cer,
        wer=report.wer,
        flagged=len(report.flagged),
        sentences=[
            HeardView(
                **sentence.model_dump(),
                sentence_id=ids[sentence.index] if 0 <= sentence.index < len(ids) else "",
                retaken=sentence.index in retaken,
            )
            for sentence in report.sentences
        ],
    )
