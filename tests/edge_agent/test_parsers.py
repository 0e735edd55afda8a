"""Everything that comes from outside may be anything: never a crash, never an accepted forgery."""

import base64
import contextlib
import json
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.box_settings import load_box
from edge_agent.errors import PermanentError
from edge_agent.runtime.box import chrony_offset_ms, modem_dbm, wireless_dbm
from protocol.envelope import Kind
from protocol.messages import Alert, Command, Operation
from tests.edge_agent.world import World

LEAVES = ("desired", "config", "cmd", "ack", "alert", "state")


def tokens(world: World) -> dict[str, str]:
    """One good message of each kind, none of them delivered."""
    job, alarm = world.job(3600), world.emergency(3600)
    held, world.agent.message = world.agent.message, lambda *_: None
    found = {
        "desired": world.order(job, world.job(7200, count=3)),
        "alert": world.seal(Kind.ALERT, Alert(job=alarm)),
        "cmd": world.seal(Kind.CMD, Command(command_id="c", op=Operation.VOLUME, args={"percent": 99})),
    }
    world.configure(volume_percent=99)
    found["config"] = world.config_token
    world.agent.message = held
    return found


def mutated(random: Random, token: str) -> str:
    """A message as an attacker would bend it: bytes, parts, header, claims."""
    head, body, signature = token.split(".")
    at = random.randrange(len(token))
    raw = bytearray(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    claims = json.loads(raw)
    claims[random.choice(list(claims))] = random.choice(
        [None, -1, 2**70, "x", [], {}, True, 1e308, "\ud800", claims["iss"]]
    )
    header = random.choice(
        [{"alg": "none"}, {"alg": "HS256", "kid": "x"}, {"alg": "Ed25519"}, {"alg": "EdDSA", "kid": 7}, []]
    )
    raw[random.randrange(len(raw))] ^= 1 << random.randrange(8)
    return random.choice(
        [
            token[:at] + chr(random.randrange(33, 126)) + token[at + 1 :],
            token[:at],
            token + chr(random.randrange(33, 126)) * random.randrange(1, 5),
            f"{_b64(json.dumps(header).encode())}.{body}.{signature}",
            f"{head}.{_b64(json.dumps(claims).encode())}.{signature}",
            f"{head}.{_b64(bytes(raw))}.{signature}",
            f"{head}.{body}.{_b64(random.randbytes(64))}",
        ]
    )


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def bombard(world: World, count: int, seed: int) -> None:
    good = tokens(world)
    random = Random(seed)
    for _ in range(count):
        leaf = random.choice(list(good))
        bent = mutated(random, good[leaf])
        if bent not in good.values():
            world.send(leaf, bent)
    assert list(world.agent.ledger) == []
    assert world.volume.now == 50
    assert world.agent.outbox.waiting < 500
    for leaf, token in good.items():  # and what is good is still believed
        world.send(leaf, token)
    world.run(2)
    assert len(list(world.agent.ledger)) == 3
    assert world.volume.now == 99


def test_ten_thousand_bent_messages(world):
    bombard(world, 10_000, 1)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_a_million_bent_messages(world):
    bombard(world, 1_000_000, 2)


@settings(max_examples=100, deadline=None)
@given(
    kid=st.text(st.characters(), max_size=50)
    | st.sampled_from(["\ud800", "k" * 200_000, "a\0b", "9" * 43])
    | st.floats(),
    leaf=st.sampled_from(LEAVES),
)
def test_any_name_of_a_key(tmp_path_factory, kid, leaf):
    """It is read before any signature is, and is reported: half a surrogate pair in it cannot be."""
    world = _shared(tmp_path_factory)
    head = json.dumps({"alg": "Ed25519", "kid": kid})
    world.agent.message(world.topic(leaf), f"{_b64(head.encode())}.{_b64(b'{}')}.{_b64(bytes(64))}".encode())
    world.agent.outbox.next_batch()
    assert list(world.agent.ledger) == []


@settings(max_examples=150, deadline=None)
@given(payload=st.binary(max_size=300), leaf=st.sampled_from(LEAVES))
def test_any_bytes_on_any_topic(tmp_path_factory, payload, leaf):
    world = _shared(tmp_path_factory)
    world.agent.message(world.topic(leaf), payload)
    assert list(world.agent.ledger) == []


@settings(max_examples=150, deadline=None)
@given(
    data=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda s: st.lists(s) | st.dictionaries(st.text(), s),
        max_leaves=20,
    )
)
def test_any_body_under_a_good_signature(tmp_path_factory, data):
    """The station's own mistakes, and those of its successors, are refused, not fatal."""
    from pydantic import BaseModel, RootModel

    world = _shared(tmp_path_factory)

    class Anything(RootModel):
        root: dict

    body: BaseModel = Anything(
        data if isinstance(data, dict) else {"jobs": data, "op": data, "job": data, "trust": data, "epoch": data}
    )
    for leaf, kind in (
        ("desired", Kind.DESIRED),
        ("config", Kind.CONFIG),
        ("cmd", Kind.CMD),
        ("ack", Kind.ACK),
        ("alert", Kind.ALERT),
    ):
        world.send(leaf, world.seal(kind, body))
    assert list(world.agent.ledger) == []


_WORLDS: list[World] = []


def _shared(tmp_path_factory) -> World:
    if not _WORLDS:
        _WORLDS.append(World(tmp_path_factory.mktemp("shared")))
    return _WORLDS[0]


@given(text=st.text(max_size=300))
def test_what_programs_print_is_a_number_or_nothing(text):
    assert isinstance(wireless_dbm(text), int | None)
    assert isinstance(modem_dbm(text), int | None)
    assert isinstance(chrony_offset_ms(text), float | None)


def test_what_programs_print_is_read():
    table = "Inter-| sta-|   Quality\n face | tus | link level noise\n wlan0: 0000   54.  -56.  -256        0\n"
    assert wireless_dbm(table) == -56
    assert modem_dbm("  LTE |  rssi: -65.00 dBm\n      |  rsrp: -97.00 dBm\n") == -97
    assert (
        chrony_offset_ms("A29FC801,162.159.200.1,4,1700000000.1,-0.000123,0.0001,0.0002,1,2,3,4,5,6,Normal\n") == -0.123
    )


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=200))
def test_any_box_file_is_read_or_explained(tmp_path_factory, text):
    folder = tmp_path_factory.getbasetemp()
    (folder / "box.toml").write_text(text, encoding="utf-8", errors="replace", newline="")
    with contextlib.suppress(PermanentError):
        load_box(folder)


def test_a_box_file_with_a_wrong_line_names_it(tmp_path):
    (tmp_path / "box.toml").write_text("[amplifier]\nline = 17\nwarmup = 3\n")
    with pytest.raises(PermanentError, match=r"amplifier\.warmup"):
        load_box(tmp_path)
    (tmp_path / "box.toml").write_text("[amplifier]\nline = 17\nwarm_up_s = 3\n[mixer]\nkind = 'amixer'\n")
    assert load_box(tmp_path).amplifier.warm_up_s == 3
