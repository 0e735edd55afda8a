"""Every message of the station, bent anywhere and signed well: its mistakes are refused or obeyed, and never fatal."""

import base64
import copy
import json
from collections import defaultdict
from datetime import timedelta
from random import Random

import pytest
from pydantic import BaseModel, RootModel

from protocol.envelope import Kind
from protocol.jobs import Stream
from protocol.messages import Operation
from protocol.priorities import Priority
from tests.edge_agent.world import World

ODD = [
    None, -1, 0, 1, 4, 2**31, 2**53, 2**70, -(2**70), 1e308, -1e308, 0.1, float("nan"), float("inf"), True,
    "", "x", "\0", "A" * 3000, [], {}, [[]], [None], {"a": 1},
    "2020-01-01T00:00:00Z", "2199-12-31T23:59:59Z", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00",
    "2026-03-02T05:00:00", "2026-03-02T05:00:01Z", "2026-03-02T06:00:00+07:00",
    "24:00", "00:00", "Asia", "../etc/passwd", "UTC", "0" * 64,
]  # fmt: skip
POLICY = {
    "allowed": [{"start": "05:00", "end": "22:00"}, {"start": "23:00", "end": "01:00", "weekdays": [1, 2]}],
    "ceilings": [{"window": {"start": "12:00", "end": "13:00"}, "percent": 30}],
    "session_minutes": 30,
}


class Anything(RootModel):
    root: dict


class Station:
    """A world and one good body of each kind of message."""

    def __init__(self, folder, seed: int) -> None:
        folder.mkdir()
        world = self.world = World(folder, seed=seed)
        world.output.lengths = defaultdict(lambda: 1000, world.output.lengths)
        held, world.agent.message = world.agent.message, lambda *_: None
        fallback = world.audio(5)
        stream = Stream(urls=("http://a/b",), until=world.now + timedelta(seconds=600), fallback=fallback)
        first = world.job(30)
        jobs = [
            first,
            world.job(60, count=3, chime=True, here=False),
            world.job(20, priority=Priority.URGENT, supersedes=(first.job_id,), gain_db=-3.0),
            world.job(10, priority=Priority.RELAY, stream=stream),
        ]
        alarm = world.alert_token(world.emergency(5))
        more = {"alerts": (alarm,), "prefetch": (world.audio(3, here=False),), "cancels": ({"job_id": first.job_id},)}
        world.configure(policy=POLICY)
        self.good = {
            "desired": _body(world.order(*jobs, **more)),
            "config": _body(world.config_token) | {"heartbeat_s": 100, "self_test_at": "12:10:00"},
            "alert": _body(world.alert_token(world.emergency(0, count=3), devices=("loa-1",), authority="x")),
            "ack": {"epoch": world.agent.outbox.epoch, "seq": 1, "desired_rev": 5},
            "state": {"online": True, "at": "2026-03-02T05:00:00Z"},
        }
        world.agent.message = held

    def say(self, random: Random) -> None:
        """One bent message, and some time after it; now and then the power, the clock or somebody at the button as well."""
        world, leaf = self.world, random.choice([*self.good, "cmd"])
        body = self.good.get(leaf) or {
            "command_id": str(random.random()),
            "op": random.choice(list(Operation)).value,
            "args": random.choice([{}, {"percent": 5}, {"lines": 3}]),
        }
        message: BaseModel = Anything(bent(random, body))
        world.send(leaf, world.seal(Kind(leaf), message))
        if random.random() < 0.3:
            world.run(random.choice([0.1, 1, 20]))
        match random.randrange(60):
            case 0:
                world.crash(off_s=random.choice([0, 5, 100]))
                lengths = world.output.lengths
                world.boot(same_machine_boot=random.random() < 0.5)
                world.output.lengths = lengths
            case 1:
                world.agent.button()
            case 2:
                world.clock.step(random.choice([-1e5, -3600, -1, 1, 3600, 1e5, 1e8]))


def _body(token: str) -> dict:
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))["body"]


def _places(value, path=()):
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in list(items):
        yield from _places(inner, (*path, key))


def bent(random: Random, good: dict) -> dict:
    """One to three things in it replaced, dropped, doubled or put elsewhere."""
    body = copy.deepcopy(good)
    for _ in range(random.choice([1, 1, 1, 2, 3])):
        places = list(_places(body))
        if not places:
            break
        *path, key = random.choice(places)
        parent = body
        for step in path:
            parent = parent[step]
        act = random.random()
        if act < 0.6:
            parent[key] = copy.deepcopy(random.choice(ODD))
        elif act < 0.75:
            del parent[key]
        elif act < 0.9 and isinstance(parent, list):
            parent.append(copy.deepcopy(parent[key]))
        else:
            body[random.choice(["jobs", "job", "audio", "alerts", "policy", "trust"])] = copy.deepcopy(parent[key])
    return body


def bombard(folder, count: int, seed: int) -> None:
    random = Random(seed)
    for turn in range(count // 100):
        station = Station(folder / str(turn), seed)
        for _ in range(100):
            station.say(random)
        station.world.store.close()


def test_whatever_the_station_signs_ends_nothing(tmp_path):
    bombard(tmp_path, 500, 1)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_whatever_the_station_signs_ends_nothing_for_long(tmp_path):
    bombard(tmp_path, 50_000, 2)
