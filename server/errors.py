"""What can go wrong at the station. `str(error)` is Vietnamese, for the person who asked: what happened and what to do."""


class StationError(Exception):
    """Root of this room's errors. `status` is the HTTP status it becomes, `code` a stable word for programs."""

    status = 400
    code = "bad_request"


class NotFoundError(StationError):
    """There is no such thing, or not for this person."""

    status = 404
    code = "not_found"


class ForbiddenError(StationError):
    """The person may not do this here."""

    status = 403
    code = "forbidden"


class NotSignedInError(StationError):
    """Nobody is signed in."""

    status = 401
    code = "not_signed_in"


class ConflictError(StationError):
    """It cannot be done in the state that the thing is in."""

    status = 409
    code = "conflict"


class InvalidInputError(StationError):
    """What was sent cannot be used."""

    status = 422
    code = "invalid_input"


class BusyError(StationError):
    """Try again: the station is short of something that passes."""

    status = 503
    code = "busy"
