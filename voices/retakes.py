"""What the ear did not understand is said another way, and kept only where the ear understands more of it.

Rendering is deterministic, so another try needs other settings. A voice that can (`takes_care`) says only the words
that were missed another way, and remembers for each word the way in which it was understood; any other voice says the
whole sentence a little slower, higher, lower or faster.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import structlog

from voices.ear import HeardSentence, Recogniser, listen
from voices.engine import Care, Clip, SpeechSettings
from voices.engines import takes_care
from voices.production import Progress, SpokenSentence, TimelineEntry
from voices.scoring import aligned, fold
from voices.studio import Lane, Studio

log = structlog.get_logger(__name__)
SHARE = 0.6
"""Sound made anew, as a share of all sound: so much more work a check may make. The worst sentences come first."""
_LEAST_SHARE_CHARS = 240.0
"""A short text may be said anew for as long as this takes to say (about 16 s), even where that is more than its share."""
MOST_TAKES = 4
"""Of one sentence: who is not understood then, is a case for the officer."""
_DELIVERIES = ((0.93, 0.0), (1.0, 1.0), (1.0, -1.0), (1.05, 0.5))
"""(factor of the speed, semitones) for a sentence said anew as a whole."""
_SLOWEST, _FASTEST = 0.7, 1.4
_HIGHEST_ST = 4.0


@dataclass(frozen=True)
class Take:
    """A sentence said another way, clearer than before."""

    settings: SpeechSettings
    clip: Clip
    heard: HeardSentence


def better_takes(
    sentences: Sequence[SpokenSentence],
    heard: Mapping[int, HeardSentence],
    *,
    studio: Studio,
    voice: str,
    settings: SpeechSettings,
    ear: Recogniser,
    lane: Lane = "bulk",
    share: float = SHARE,
    most_share: float = 0,
    in_time: Callable[[], bool] = lambda: False,
    on_progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> dict[int, Take]:
    """The sentences that could be made clearer, by index, each as the ear understood it best.

    `heard` is what the ear made of them when `voice` said them with `settings`. As much as `share` of the text is said again
    where that is needed, whatever the time, and from there as much as `most_share` while `in_time` says so. Without the latter
    the same question has the same answer, whatever the machine's load. Raises what `Studio.render` and `listen` raise.
    """
    trials = {
        index: _Trials(sentences[index].text, first, settings, careful=takes_care(voice))
        for index, first in heard.items()
    }
    whole = sum(trial.effort for trial in trials.values())
    left = max(share * whole, _LEAST_SHARE_CHARS if share else 0)
    more = most_share * whole
    at_a_time = max(2, len(trials) // 8)
    total = sum(not trial.done for trial in trials.values())
    while round_ := _affordable(trials, left) or (_affordable(trials, more)[:at_a_time] if in_time() else []):
        effort = sum(trials[index].effort for index in round_)
        left, more = left - effort, more - effort
        asked = {position: trials[index].next_settings() for position, index in enumerate(round_)}
        takes = studio.render(
            [sentences[index] for index in round_],
            voice=voice, settings=settings, lane=lane, cancelled=cancelled, overrides=asked,
        )  # fmt: skip
        for position, clip in takes:
            trials[round_[position]].heard(asked[position], clip, hear_sentence(clip, sentences[round_[position]], ear))
            if on_progress:
                done = total - sum(not trial.done for trial in trials.values())
                on_progress(Progress(stage="retake", done=done, total=total))
    better = {index: trial.best for index, trial in trials.items() if trial.best}
    log.info("Sentences retaken", takes=sum(trial.takes for trial in trials.values()), better=sorted(better))
    return better


def hear_sentence(clip: Clip, sentence: SpokenSentence, ear: Recogniser, index: int = 0) -> HeardSentence:
    """What the ear makes of one clip. Raises what `listen` raises."""
    entry = TimelineEntry(index=index, start_ms=0, end_ms=clip.duration_ms, text=sentence.text)
    return listen(clip, [entry], ear=ear).sentences[0]


def _affordable(trials: Mapping[int, "_Trials"], left: float) -> list[int]:
    """The next round: one take of every sentence that needs one, the worst first, while there is effort left."""
    chosen = []
    for index in sorted((i for i, trial in trials.items() if not trial.done), key=lambda i: -trials[i].errors):
        if trials[index].effort <= left:
            left -= trials[index].effort
            chosen.append(index)
    return chosen


class _Trials:
    """One sentence: what was tried, what was understood, what to try next."""

    def __init__(self, text: str, first: HeardSentence, settings: SpeechSettings, *, careful: bool) -> None:
        self.best: Take | None = None
        self.takes = 0
        self.effort = float(len(text))
        self._first = first
        self._settings = settings
        self._careful = careful
        self._tried = {settings}
        self._mistaken: dict[int, str] = {}
        """For each word that was ever missed, what it was first taken for."""
        self._ways: dict[int, int] = {}
        """For each of them, how many ways were tried."""
        self._understood: dict[int, tuple[Care, ...]] = {}
        """For each word that was ever understood, the care it was said with then: one or none."""
        self._learn(settings, first)

    @property
    def done(self) -> bool:
        return self.errors == 0 or self.takes >= MOST_TAKES

    @property
    def errors(self) -> float:
        """Words and characters wrong, as shares of those said."""
        return _errors(self.best.heard if self.best else self._first)

    def next_settings(self) -> SpeechSettings:
        missed = _missed(self.best.heard if self.best else self._first)
        if self._careful and missed:
            chosen = replace(self._settings, care=self._care(missed))
            if chosen not in self._tried:
                return chosen
        return self._delivered()

    def heard(self, settings: SpeechSettings, clip: Clip, heard: HeardSentence) -> None:
        self.takes += 1
        self._tried.add(settings)
        self._learn(settings, heard)
        if _errors(heard) < self.errors:
            self.best = Take(settings, clip, heard)

    def _learn(self, settings: SpeechSettings, heard: HeardSentence) -> None:
        missed = _missed(heard)
        care = {entry.word: (entry,) for entry in settings.care}
        for word in range(len(fold(heard.said).split())):
            if word in missed:
                self._mistaken.setdefault(word, missed[word])
            else:
                self._understood[word] = care.get(word, ())

    def _care(self, missed: Mapping[int, str]) -> tuple[Care, ...]:
        """What is understood stays; what another take made understood is taken from there; the rest is said a new way."""
        care: list[Care] = []
        for word in sorted(self._mistaken):
            if word in self._understood:
                care += self._understood[word]
            elif word in missed:
                self._ways[word] = self._ways.get(word, 0) + 1
                care.append(Care(word, self._mistaken[word], self._ways[word]))
        return tuple(care)

    def _delivered(self) -> SpeechSettings:
        """The best so far, delivered otherwise as a whole."""
        now = self.best.settings if self.best else self._settings
        speed, pitch_st = _DELIVERIES[self.takes % len(_DELIVERIES)]
        return replace(
            now,
            speed=min(_FASTEST, max(_SLOWEST, self._settings.speed * speed)),
            pitch_st=min(_HIGHEST_ST, max(-_HIGHEST_ST, self._settings.pitch_st + pitch_st)),
        )


def _errors(heard: HeardSentence) -> float:
    return heard.wer + heard.cer


def _missed(heard: HeardSentence) -> dict[int, str]:
    """For each word that was not understood, by number, what it was taken for; "" for one that was not heard."""
    pairs = aligned(fold(heard.said).split(), fold(heard.heard).split())
    said = [pair for pair in pairs if pair[0] is not None]
    return {word: taken or "" for word, (word_said, taken) in enumerate(said) if taken != word_said}
