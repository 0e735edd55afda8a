"""The transition table, exhaustively: every pair is either in the contract's list below or refused."""

import itertools

import pytest

from protocol.states import DEVICE_ENDS, DEVICE_STATES, ENDS, TRANSITIONS, State, may_follow, may_report

# Written from docs/protocol.md, not from the code.
CONTRACT = """
QUEUED: UNKNOWN EXPIRED WITHDRAWN
UNKNOWN: ACCEPTED FETCHING READY PLAYING INTERRUPTED RESUMED PLAYED CUT MISSED FAILED REJECTED CANCELLED SUPERSEDED
ACCEPTED: FETCHING READY MISSED FAILED REJECTED CANCELLED SUPERSEDED
FETCHING: READY MISSED FAILED REJECTED CANCELLED SUPERSEDED
READY: FETCHING PLAYING MISSED FAILED REJECTED CANCELLED SUPERSEDED
PLAYING: INTERRUPTED PLAYED CUT FAILED CANCELLED SUPERSEDED
INTERRUPTED: RESUMED CUT FAILED CANCELLED SUPERSEDED
RESUMED: INTERRUPTED PLAYED CUT FAILED CANCELLED SUPERSEDED
"""
ALLOWED = {
    (State(line.split(":")[0]), State(successor))
    for line in CONTRACT.strip().splitlines()
    for successor in line.split(":")[1].split()
}


@pytest.mark.parametrize(("state", "successor"), list(itertools.product(State, State)))
def test_every_pair(state, successor):
    assert may_follow(state, successor) is ((state, successor) in ALLOWED)


def test_every_state_has_a_row_and_every_end_is_final():
    assert set(TRANSITIONS) == set(State)
    assert all(not TRANSITIONS[end] for end in ENDS)


@pytest.mark.parametrize(("state", "report"), list(itertools.product(State, sorted(DEVICE_STATES))))
def test_a_report_never_undoes_an_end_and_always_replaces_unknown(state, report):
    if state in ENDS:
        assert not may_report(state, report)
    if state is State.UNKNOWN or (report in DEVICE_ENDS and state not in ENDS):
        assert may_report(state, report)
