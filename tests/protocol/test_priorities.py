"""The table answers every question, and an emergency is never held up by anything less."""

import itertools

import pytest

from protocol.priorities import TABLE, Afterwards, Entry, Priority, rule


def test_every_pair_has_a_rule():
    assert set(TABLE) == set(itertools.product(Priority, Priority))


@pytest.mark.parametrize("playing", [Priority.URGENT, Priority.NORMAL, Priority.RELAY])
def test_an_emergency_breaks_into_everything_less_and_lets_it_go_on_afterwards(playing):
    assert rule(playing, Priority.EMERGENCY).entry is Entry.CUT
    assert rule(playing, Priority.EMERGENCY).afterwards is Afterwards.RESUME


@pytest.mark.parametrize("arriving", list(Priority))
def test_nothing_breaks_into_an_emergency(arriving):
    assert rule(Priority.EMERGENCY, arriving).entry is Entry.WAIT


@pytest.mark.parametrize("arriving", [Priority.URGENT, Priority.NORMAL])
def test_a_bulletin_is_not_broken_by_its_equal_or_by_urgent(arriving):
    assert rule(Priority.NORMAL, arriving).entry is Entry.WAIT
    assert rule(Priority.RELAY, arriving).entry is Entry.DUCK
