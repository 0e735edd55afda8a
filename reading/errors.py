"""What can go wrong between a document and its script. The message is Vietnamese, for the person who sent the document."""


class ReadingError(Exception):
    """Root of this room's errors. `str(error)` says what happened and what to do next, in Vietnamese."""


class UnreadableDocumentError(ReadingError):
    """The file cannot become text: empty, not what its name says, encrypted, broken, too large. Permanent: send another."""


class ExtractionFailedError(ReadingError):
    """Extraction ran out of its limits or a tool of the system is missing. May go better another time or on another station."""
