"""How long the parts of a bulletin last: measured where its audio is there, else estimated from its syllables."""

from dataclasses import dataclass

from sqlmodel import Session

from server.bulletins import store
from server.bulletins.manner import key_facts_of, manner_of
from server.productions.recipe import recipe_of
from server.settings import Settings
from server.tables import Production, ProductionStatus, Version

_SYLLABLES_A_S = 3.5
"""Our voices at their own pace; a written word of the spoken form is a syllable."""
_CHIME_MS = 2 * 2_440 + 2 * 300
"""Three bell notes before and three after, each with the silence beside them (`voices.chime`, `voices.programme`)."""


@dataclass(frozen=True)
class Lengths:
    """In milliseconds. `measured`: of finished audio, else estimated."""

    text_ms: int
    """The text read once, with its pauses."""
    facts_ms: int
    chime_ms: int
    whole_ms: int | None
    """The whole programme as it is now; None while its audio is not there."""
    measured: bool


def of(session: Session, settings: Settings, version: Version) -> Lengths:
    """Of the version as it stands."""
    production = store.production_of(session, version)
    recipe, chosen = recipe_of(session, settings, version), manner_of(version)
    spoken = {index: (0, _estimated_ms(each.text, chosen.speed)) for index, each in enumerate(recipe.sentences)}
    ready = production is not None and production.status is ProductionStatus.READY and bool(production.timeline)
    if ready:
        assert production is not None
        spoken = _measured(production) or spoken
    aloud = [sentence.id for sentence in store.script_of(version).aloud]
    facts = {aloud.index(fact) for fact in key_facts_of(store.script_of(version), chosen)}
    first, last = min(spoken.values(), default=(0, 0)), max(spoken.values(), default=(0, 0))
    pauses_ms = max(0, len(spoken) - 1) * chosen.sentence_pause_ms
    return Lengths(
        text_ms=last[1] - first[0] if ready else sum(end for _, end in spoken.values()) + pauses_ms,
        facts_ms=sum(end - start for index, (start, end) in spoken.items() if index in facts),
        chime_ms=_CHIME_MS,
        whole_ms=production.duration_ms if ready and production is not None else None,
        measured=ready,
    )


def _measured(production: Production) -> dict[int, tuple[int, int]]:
    """Beginning and end of each sentence when it is read first."""
    found: dict[int, tuple[int, int]] = {}
    for entry in production.timeline:
        if entry["index"] >= 0:
            found.setdefault(entry["index"], (entry["start_ms"], entry["end_ms"]))
    return found


def _estimated_ms(text: str, speed: float) -> int:
    return round(len(text.split()) / (_SYLLABLES_A_S * speed) * 1000)
