"""A bulletin that has been listened to before anyone is asked to: what the ear did not understand is said another way."""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from voices.ear import EarReport, Recogniser, borrowed_ear, hearable, listen, report_of
from voices.engine import SpeechSettings
from voices.files import publish, room_on_disk
from voices.produce import produce
from voices.production import Arrangement, Production, Progress, SpokenSentence
from voices.retakes import better_takes
from voices.studio import Lane, Studio


class Checked(BaseModel):
    """A production with the ear's opinion of it, after retakes."""

    model_config = ConfigDict(frozen=True)

    production: Production
    heard: EarReport
    retaken: tuple[int, ...] = ()
    """The sentences that another take made clearer."""


def produce_checked(
    sentences: Sequence[SpokenSentence],
    out_dir: Path,
    *,
    studio: Studio,
    voice: str,
    settings: SpeechSettings,
    programme: Arrangement | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    lane: Lane = "bulk",
    fallbacks: Sequence[str] = (),
    ear: Recogniser | None = None,
) -> Checked:
    """`produce`, then `check`. Only the final file is left in `out_dir`. Raises what these two raise."""
    with room_on_disk():
        out_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out_dir, prefix=".tmp-") as scratch:
        made = produce(
            sentences, Path(scratch), studio=studio, voice=voice, settings=settings, programme=programme,
            on_progress=on_progress, cancelled=cancelled, lane=lane, fallbacks=fallbacks,
        )  # fmt: skip
        checked = check(
            made, sentences, Path(scratch), studio=studio, settings=settings, programme=programme,
            on_progress=on_progress, cancelled=cancelled, lane=lane, ear=ear,
        )  # fmt: skip
        final = out_dir / checked.production.opus.name
        with room_on_disk():
            publish(checked.production.opus, final)
    return checked.model_copy(update={"production": checked.production.model_copy(update={"opus": final})})


def check(
    made: Production,
    sentences: Sequence[SpokenSentence],
    out_dir: Path,
    *,
    studio: Studio,
    settings: SpeechSettings,
    programme: Arrangement | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    lane: Lane = "bulk",
    ear: Recogniser | None = None,
) -> Checked:
    """`listen` to what `produce` made of these very arguments; what is not understood is said another way
    (`better_takes`), the worst sentences first, and kept where the ear hears it better.

    Where one was kept the programme is a new file in `out_dir`; else it is `made`, untouched. What is still flagged
    afterwards is for the officer to judge. Raises what `produce` and `listen` raise.
    """
    with borrowed_ear(ear) as own:
        heard = listen(made.opus, made.timeline, ear=own, on_progress=on_progress, cancelled=cancelled)
        first = {sentence.index: sentence for sentence in reversed(heard.sentences) if sentence.index >= 0}
        better = better_takes(
            sentences, first, studio=studio, voice=made.voice, settings=settings, ear=own, lane=lane,
            on_progress=on_progress, cancelled=cancelled,
        )  # fmt: skip
        if better:
            made = produce(
                sentences, out_dir, studio=studio, voice=made.voice, settings=settings, programme=programme,
                on_progress=on_progress, cancelled=cancelled, lane=lane,
                overrides={index: take.settings for index, take in better.items()},
            ).model_copy(update={"notices": made.notices})  # fmt: skip
            heard = _heard_again(heard, made, frozenset(better), own)
    return Checked(production=made, heard=heard, retaken=tuple(sorted(better)))


def _heard_again(before: EarReport, made: Production, retaken: frozenset[int], ear: Recogniser) -> EarReport:
    """Only what was retaken is heard anew; what else there is sounds as before, only at another time."""
    anew = iter(listen(made.opus, [entry for entry in made.timeline if entry.index in retaken], ear=ear).sentences)
    starts = [entry.start_ms for entry in hearable(made.timeline)]
    return report_of(
        [
            next(anew) if old.index in retaken else old.model_copy(update={"start_ms": start_ms})
            for old, start_ms in zip(before.sentences, starts, strict=True)
        ]
    )
