"""States of one job on one device, and which may follow which. The table is data; docs/protocol.md prints it.

Once published to a device only that device moves the job: until it has spoken the station knows nothing (UNKNOWN), which is not
a failure. An end is never undone; a late report always replaces UNKNOWN.
"""

from enum import StrEnum


class State(StrEnum):
    """Every state of the contract."""

    # set by the station, only for what was never published to that device
    QUEUED = "QUEUED"
    EXPIRED = "EXPIRED"
    WITHDRAWN = "WITHDRAWN"
    # published, and the device has not spoken yet
    UNKNOWN = "UNKNOWN"
    # set by the device
    ACCEPTED = "ACCEPTED"
    FETCHING = "FETCHING"
    READY = "READY"
    PLAYING = "PLAYING"
    INTERRUPTED = "INTERRUPTED"
    RESUMED = "RESUMED"
    PLAYED = "PLAYED"
    CUT = "CUT"
    MISSED = "MISSED"
    FAILED = "FAILED"
    REJECTED = "REJECTED"
    CANCELLED = "CANCELLED"
    SUPERSEDED = "SUPERSEDED"


S = State
STATION_ENDS = frozenset({S.EXPIRED, S.WITHDRAWN})
DEVICE_ENDS = frozenset({S.PLAYED, S.CUT, S.MISSED, S.FAILED, S.REJECTED, S.CANCELLED, S.SUPERSEDED})
ENDS = STATION_ENDS | DEVICE_ENDS
SOUNDING = frozenset({S.PLAYING, S.RESUMED})
DEVICE_STATES = DEVICE_ENDS | {S.ACCEPTED, S.FETCHING, S.READY, S.PLAYING, S.INTERRUPTED, S.RESUMED}

_BEFORE_START = frozenset({S.MISSED, S.FAILED, S.REJECTED, S.CANCELLED, S.SUPERSEDED})
_AFTER_START = frozenset({S.PLAYED, S.CUT, S.FAILED, S.CANCELLED, S.SUPERSEDED})

TRANSITIONS: dict[State, frozenset[State]] = {
    S.QUEUED: frozenset({S.UNKNOWN, S.EXPIRED, S.WITHDRAWN}),
    S.UNKNOWN: DEVICE_STATES,
    S.ACCEPTED: frozenset({S.FETCHING, S.READY}) | _BEFORE_START,
    S.FETCHING: frozenset({S.READY}) | _BEFORE_START,
    S.READY: frozenset({S.FETCHING, S.PLAYING}) | _BEFORE_START,  # FETCHING again: the file on disk went bad
    S.PLAYING: frozenset({S.INTERRUPTED}) | _AFTER_START,
    S.INTERRUPTED: frozenset({S.RESUMED, S.CUT, S.FAILED, S.CANCELLED, S.SUPERSEDED}),
    S.RESUMED: frozenset({S.INTERRUPTED}) | _AFTER_START,
    **dict.fromkeys(ENDS, frozenset()),
}


def may_follow(state: State, successor: State) -> bool:
    """Whether a job in `state` may move to `successor`. Repeating the same report is not a move."""
    return successor in TRANSITIONS[state]


def may_report(state: State, report: State) -> bool:
    """Whether the station moves a job from `state` on a device's report.

    Wider than `may_follow` on one point: a device that lost its outbox may skip steps, and its word on how a job ended is
    believed from any state that is not an end.
    """
    return state not in ENDS and (may_follow(state, report) or report in DEVICE_ENDS)


class Reason(StrEnum):
    """Why a job ended as it did; a closed list that the screens translate."""

    # MISSED
    TOO_LATE = "too_late"  # not_after passed, or later than max_start_delay
    CLOCK = "clock"  # no clock to be trusted when it was due
    NO_AUDIO = "no_audio"  # the audio was not here in time; FAILED: of a relay, nothing came in its whole slot
    OFF = "off"  # the device was off when it was due
    BUSY = "busy"  # something that goes first sounded until it was too late
    # CUT
    POWER = "power"  # power or the process was lost while it sounded
    STOP_ALL = "stop_all"
    LOCAL_STOP = "local_stop"  # the button on the box
    TRUST_LOST = "trust_lost"  # the key that signed it was revoked
    PREEMPTED = "preempted"  # something that goes first, and it could not go on afterwards
    # REJECTED, CUT
    POLICY = "policy"  # quiet hours, minutes a session
    NOT_AN_EMERGENCY = "not_an_emergency"  # emergency priority without the emergency key
    # FAILED
    BAD_AUDIO = "bad_audio"  # fetched, hash right, but it cannot be decoded
    NO_OUTPUT = "no_output"  # no sound device, or it refused
    INTERNAL = "internal"
    # CANCELLED
    ORDERED = "ordered"  # by the station
    ALL_CLEAR = "all_clear"  # the end of an emergency
