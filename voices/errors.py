"""What can go wrong between a script and its sound. The message is Vietnamese, for the officer."""


class VoiceError(Exception):
    """Root of this room's errors. `str(error)` says what happened and what to do next, in Vietnamese."""


class NothingToSayError(VoiceError):
    """There is not one speakable syllable in the text. Permanent: the text must change."""


class EngineFailedError(VoiceError):
    """The engine could not render: it crashed, hung or its server is silent. May go better later or with another voice."""


class BadSoundError(VoiceError):
    """A sound file that was handed in cannot be used: broken, too long, silent."""


class VoiceNotInstalledError(VoiceError):
    """The voice's weights are not on this machine; `loa voices install` puts them there."""


class TextTooLongError(VoiceError):
    """More text than one bulletin may have. Permanent: it must be divided."""


class StorageError(VoiceError):
    """The disk is full or cannot be written. Goes better when the technician has made room."""


class ProductionCancelledError(VoiceError):
    """The caller asked to stop. Nothing was written."""
