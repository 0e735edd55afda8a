"""How one syllable is to sound in one accent: the model's symbols, the tone's curve, the room it needs."""

from dataclasses import dataclass

from voices.kokoro.rules import Creak, Curve, Murmur, Rules
from voices.kokoro.syllable import Syllable, Tone

_CONTOUR_OF = {
    Tone.NGANG: "ngang", Tone.HUYEN: "huyen", Tone.SAC: "sac", Tone.HOI: "hoi", Tone.NGA: "nga", Tone.NANG: "nang",
}  # fmt: skip
_SHORT = frozenset({"nang", "nang_stop", "sac_stop"})


@dataclass(frozen=True)
class Realisation:
    """One syllable, ready for the model. `onset` and `rime` are its symbols; lengths are in frames of 25 ms."""

    onset: str
    rime: str
    """Carries the tone; begins with the glide where there is one. Never empty."""
    nucleus: int
    """So many symbols of the rime, the glide with them, come before its coda; 0 where the rime is not taken apart."""
    nucleus_share: float | None
    """Part of the rime's time for them; the model's own where None."""
    contour: Curve
    """Semitones around the speaker's median."""
    energy: Curve | None
    """Added to the model's energy over the rime."""
    creak: Creak | None
    """How the voice breaks in the rime, done to the sound itself."""
    murmur: Murmur | None
    """The voice before its burst, put into the sound where the model has none."""
    voiced: bool
    """The onset has voice from its first frame."""
    stopped: bool
    """The tone ends before the last symbol, which is a closure."""
    onset_least: float
    rime_least: float
    rime_factor: float
    """The rime lasts this times what the model would give it, or the least if that is more."""
    gap_least: float = 0.0
    """Before the syllable, where another one of the phrase precedes it."""


def realise(syllable: Syllable, rules: Rules) -> Realisation:
    """The syllable by the rules of an accent."""
    contour = contour_of(syllable)
    glide = "w" if syllable.glide else ""
    nucleus = glide + rules.nucleus[syllable.nucleus]
    whole = rules.rime.get(syllable.nucleus + syllable.coda)
    short = syllable.coda and syllable.nucleus in {"ă", "â"} and whole is None
    duration = rules.duration
    low = contour in {"nang", "nang_stop"}
    factor = (duration.nang if low else 1.0) * (duration.offglide if syllable.coda in {"j", "w"} else 1.0)
    return Realisation(
        onset=rules.onset[syllable.onset],
        rime=nucleus + rules.coda[syllable.coda] if whole is None else glide + whole,
        nucleus=len(nucleus) if whole is None else 0,
        nucleus_share=duration.short_share if short else None,
        contour=rules.contour[contour],
        energy=rules.energy.get(contour),
        creak=rules.creak.get(contour),
        murmur=rules.murmur.get(syllable.onset),
        voiced=syllable.onset in rules.strength.voiced,
        stopped=syllable.stopped,
        onset_least=duration.onset_least,
        rime_least=duration.rime_least * (duration.short if contour in _SHORT else 1.0),
        rime_factor=factor,
    )


def contour_of(syllable: Syllable) -> str:
    """The contour's name: before a stop any high or level tone is sắc's, any low one nặng's."""
    if syllable.stopped:
        return "nang_stop" if syllable.tone in {Tone.HUYEN, Tone.NANG} else "sac_stop"
    return _CONTOUR_OF[syllable.tone]
