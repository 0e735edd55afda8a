"""Where the way from the station to the horn is broken: nothing is claimed that nobody measured."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from server.chain import Health, Hop, Outcome, Signs, chain
from server.chain_words import HOP_NAMES, WHAT_TO_DO, WHY

AT = datetime(2026, 12, 1, 10, tzinfo=UTC)
JUST_NOW, LONG_AGO = AT - timedelta(seconds=30), AT - timedelta(hours=5)
PLAYED = Outcome(at=AT - timedelta(hours=2), played=True, evidence="E2")
WELL = Signs(at=AT, enrolled=True, online=True, last_heard_at=JUST_NOW, others_heard_at=JUST_NOW, outcome=PLAYED)


def states(signs):
    return [link.health.value[0] for link in chain(signs).links]


@pytest.mark.parametrize(
    ("evidence", "found"),
    [("E1", "gggu uu"), ("E2", "gggg uu"), ("E3", "gggg gu"), ("E4", "gggg gg")],
)
def test_only_what_was_proven_is_good(evidence, found):
    assert "".join(states(replace(WELL, outcome=replace(PLAYED, evidence=evidence)))) == found.replace(" ", "")


@pytest.mark.parametrize(
    ("signs", "hop", "why", "since"),
    [
        (replace(WELL, enrolled=False, online=False, last_heard_at=None), Hop.AGENT, "no_box", None),
        (replace(WELL, online=False, presence_at=LONG_AGO, last_heard_at=LONG_AGO), Hop.AGENT, "offline", LONG_AGO),
        (replace(WELL, last_heard_at=LONG_AGO), Hop.AGENT, "hangs", LONG_AGO),
        (replace(WELL, under_voltage=True), Hop.AGENT, "under_voltage", JUST_NOW),
        (
            replace(WELL, online=False, last_heard_at=LONG_AGO, others_heard_at=LONG_AGO),
            Hop.BROKER,
            "all_silent",
            LONG_AGO,
        ),
        (
            replace(WELL, outcome=Outcome(at=LONG_AGO, played=False, reason="no_output")),
            Hop.SOUND_CARD,
            "no_output",
            LONG_AGO,
        ),
        (replace(WELL, faults={"power": LONG_AGO}), Hop.AMPLIFIER, "no_power", LONG_AGO),
        (replace(WELL, faults={"rattle": LONG_AGO}), Hop.HORN, "horn_rattles", LONG_AGO),
        (replace(WELL, faults={"horn_silent": LONG_AGO, "rattle": JUST_NOW}), Hop.HORN, "horn_silent", LONG_AGO),
    ],
)
def test_the_broken_hop_is_named_with_its_time(signs, hop, why, since):
    found = chain(signs)
    assert found.broken is not None
    assert (found.broken.hop, found.broken.why, found.broken.since) == (hop, why, since)
    behind = found.links[list(Hop).index(hop) + 1 :]
    assert {(link.health, link.why) for link in behind} <= {(Health.UNKNOWN, "behind")}
    assert all(link.health is not Health.BAD for link in found.links[: list(Hop).index(hop)])


def test_one_lost_heartbeat_is_no_fault():
    assert chain(replace(WELL, last_heard_at=AT - timedelta(minutes=11))).broken is None


def test_an_old_broadcast_proves_nothing_about_today():
    old = replace(PLAYED, at=AT - timedelta(days=5), evidence="E4")
    assert states(replace(WELL, outcome=old))[3:] == ["u", "u", "u"]


def test_alone_and_silent_blames_the_box_not_the_station():
    found = chain(replace(WELL, online=False, last_heard_at=LONG_AGO, others_heard_at=None))
    assert found.broken is not None
    assert found.broken.hop is Hop.AGENT


def test_the_sooner_it_breaks_the_worse():
    broker = chain(replace(WELL, online=False, last_heard_at=LONG_AGO, others_heard_at=LONG_AGO))
    horn = chain(replace(WELL, faults={"weak": LONG_AGO}))
    assert broker.rank < horn.rank < chain(WELL).rank


def test_every_reason_has_words_and_every_breakage_advice():
    assert set(HOP_NAMES) == set(Hop)
    assert set(WHAT_TO_DO) <= set(WHY)
    unhappy = {"all_silent", "no_box", "offline", "hangs", "under_voltage", "no_output", "no_power", "loose"}
    assert unhappy | {"horn_silent", "horn_weak", "horn_rattles", "ear_broken"} == set(WHAT_TO_DO)


def test_a_deaf_box_says_so_and_blames_nobody():
    found = chain(replace(WELL, faults={"microphone": LONG_AGO}))
    assert (found.broken, found.links[-1].why, found.links[-1].since) == (None, "ear_broken", LONG_AGO)


def test_a_test_that_was_heard_proves_the_whole_way_for_as_long_as_it_is_fresh():
    heard = replace(WELL, tested_at=LONG_AGO)
    assert states(heard) == ["g"] * 6
    assert (chain(heard).links[-1].why, chain(heard).links[-1].since) == ("test_was_heard", LONG_AGO)
    assert states(replace(heard, outcome=None)) == ["g"] * 6
    assert states(replace(WELL, tested_at=AT - timedelta(days=4)))[4:] == ["u", "u"]
    assert chain(replace(heard, faults={"rattle": JUST_NOW})).links[-1].why == "horn_rattles"
    refused = Outcome(at=AT - timedelta(hours=8), played=False, reason="no_output")
    assert chain(replace(heard, outcome=refused)).broken is None
    assert chain(replace(heard, outcome=replace(refused, at=JUST_NOW))).broken is not None


def test_a_box_without_a_sound_card_is_mute_whatever_it_played_into_a_file():
    found = chain(replace(WELL, faults={"sound_card": LONG_AGO}))
    assert found.broken is not None
    assert (found.broken.hop, found.broken.since) == (Hop.SOUND_CARD, LONG_AGO)
