"""Whatever the contract may say by a code, the screens say in words, in both languages, and what is wrong comes with advice."""

import importlib
import pkgutil
from enum import Enum

import pytest

import protocol
from protocol.envelope import Kind
from protocol.errors import Refusal
from protocol.keys import Role
from protocol.messages import ClockState, Evidence, Finding, Operation, Problem
from protocol.priorities import Afterwards, Entry, Priority
from protocol.states import Reason, State
from server import care, words
from server.chain import FAULT_WHY, Health, Hop, Signs, chain
from server.console.languages import translator
from server.faults import FOUND, KINDS
from server.tables.columns import now

SHOWN = {
    State: words.STATE_NAMES,
    Reason: words.REASON_NAMES,
    Priority: words.PRIORITY_NAMES,
    Evidence: words.EVIDENCE_NAMES,
    ClockState: words.CLOCK_NAMES,
    Operation: words.OPERATION_NAMES,
    Problem: words.PROBLEM_NAMES,
    Finding: words.FINDING_NAMES,
    Refusal: words.REFUSAL_NAMES,
}
NEVER_SHOWN = {Kind, Role, Entry, Afterwards}
"""Kinds of messages and keys are nobody's business; what becomes of two broadcasts at once is told by the plan's own words."""
ADVISED = {Problem: words.PROBLEM_ADVICE, Finding: words.FINDING_ADVICE}


def enumerations():
    for module in pkgutil.iter_modules(protocol.__path__):
        found = importlib.import_module(f"protocol.{module.name}")
        yield from (
            kind
            for kind in vars(found).values()
            if isinstance(kind, type) and issubclass(kind, Enum) and kind.__module__ == found.__name__
        )


def test_every_enumeration_of_the_contract_is_shown_in_words_or_never():
    assert set(enumerations()) == set(SHOWN) | NEVER_SHOWN


@pytest.mark.parametrize("kind", SHOWN, ids=lambda kind: kind.__name__)
def test_every_member_has_words_in_both_languages(kind):
    english = translator("en")
    for member in kind:
        text = SHOWN[kind][member]
        assert text
        assert english(text) != text, member
        assert member.name not in text
        assert str(member.value) not in text


@pytest.mark.parametrize("problem", Problem)
def test_what_was_not_done_is_said_and_advised_upon(problem):
    told = care.answer(Operation.VOLUME, ok=False, detail=f"{problem}: ALSA lib pcm.c")
    assert (told.said, told.own_words) == (words.PROBLEM_NAMES[problem], "ALSA lib pcm.c")
    assert told.advice


@pytest.mark.parametrize("finding", Finding)
def test_every_finding_of_a_self_test_leads_to_the_horn(finding):
    good = finding is Finding.GOOD
    told = care.answer(Operation.SELF_TEST, ok=good, detail=finding)
    assert told.said == words.FINDING_NAMES[finding]
    assert bool(told.advice) is not good
    if good:
        return
    kind = f"horn_{finding}"
    at = now()
    signs = Signs(at=at, enrolled=True, online=True, last_heard_at=at, others_heard_at=at, faults={kind: at})
    broken = chain(signs).broken
    assert (broken.hop, broken.health) == (Hop.HORN, Health.BAD)
    assert words.WHAT_TO_DO[broken.why] == told.advice
    assert kind in FOUND


def test_every_fault_but_the_nameless_has_advice():
    assert set(FAULT_WHY) == (set(KINDS) | set(FOUND)) - {"other"}
    assert all(words.WHAT_TO_DO[why] and words.WHY[why] for why in FAULT_WHY.values())


def test_words_that_this_station_does_not_know_stay_the_boxs_own():
    told = care.answer(Operation.UPDATE, ok=False, detail="Bản 2.0 không cài được, máy giữ bản đang chạy")
    assert (told.said, told.advice) == ("", "")
    assert told.own_words.startswith("Bản 2.0")
    assert care.refusal("something_newer") == "something_newer"
    assert care.refusal("bad_hash") != "bad_hash"
