"""All that the voices room must know to make the audio of a version."""

from dataclasses import dataclass

from sqlmodel import Session

from reading import Sentence
from server.bulletins import sounds, store, tracks
from server.bulletins.manner import Manner, manner_of
from server.settings import Settings
from server.tables import Bulletin, Version
from voices import Arrangement, SpeechSettings, SpokenSentence


@dataclass(frozen=True)
class Recipe:
    """The same recipe gives the same audio."""

    sentences: tuple[SpokenSentence, ...]
    speech: SpeechSettings
    programme: Arrangement


def recipe_of(session: Session, settings: Settings, version: Version) -> Recipe:
    """The version's script, manner and recordings as they are now."""
    manner = manner_of(version)
    recordings = tracks.tracks_of(session, version.id)
    sound = session.get_one(Bulletin, version.bulletin_id).sound
    return Recipe(
        sentences=tuple(spoken(sentence, manner) for sentence in store.script_of(version).aloud),
        speech=manner.speech(),
        programme=sounds.arranged(sound, settings, recordings)
        if sound
        else tracks.arranged(manner.programme(), settings, recordings),
    )


def spoken(sentence: Sentence, manner: Manner) -> SpokenSentence:
    """A sentence of the script as the voices room wants it."""
    return SpokenSentence(text=sentence.spoken, pause_after=sentence.pause_after, key_fact=manner.is_key_fact(sentence))
