"""What can go wrong on the box. `str(error)` is Vietnamese, for the technician in front of it."""


class AgentError(Exception):
    """Root of this room's errors."""


class TransientError(AgentError):
    """Worth another try later without anybody doing anything."""


class PermanentError(AgentError):
    """Will fail again until somebody acts."""


class EnrolmentError(PermanentError):
    """The station did not take this box, or the box is not enrolled."""


class StationUnreachableError(TransientError):
    """No answer from the station over HTTP."""


class SoundError(PermanentError):
    """No sound can come out of this box as it is set up."""
