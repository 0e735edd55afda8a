"""What the meters make of bytes that are known, and what a month is made of."""

from loa.tap import Passed
from loa.traffic.handshake import handshake_bytes
from loa.traffic.meters import HttpMeter, MqttMeter
from loa.traffic.month import BULLETINS_A_DAY, DAYS, Counted, month
from loa.traffic.session import share, without
from loa.traffic.tally import Kind, Tally


def publish(topic: str, payload: bytes) -> bytes:
    """An MQTT 5 PUBLISH with QoS 1 (3.3): topic, packet id, no properties."""
    body = len(topic).to_bytes(2, "big") + topic.encode() + b"\0\1" + b"\0" + payload
    length, digits = len(body), bytearray()
    while True:
        length, digit = divmod(length, 128)
        digits.append(digit | (0x80 if length else 0))
        if not length:
            return bytes([0x32, *digits]) + body


def test_packets_are_counted_whole_however_they_were_cut():
    desired = publish("loa/v1/xa/dev/loa-1/desired", b"x" * 5000)
    beat, ping = publish("loa/v1/xa/dev/loa-1/hb", b"y" * 300), b"\xc0\x00"
    stream = desired + beat + ping
    for step in (1, 7, 1400, len(stream)):
        tally = Tally()
        meter = MqttMeter(tally)
        for start in range(0, len(stream), step):
            meter.look(Passed(line=0, up=False, data=stream[start : start + step], mono_s=0.0))
        assert tally.payload == {Kind.MANIFESTS: len(desired), Kind.HEALTH: len(beat), Kind.LINE: 2}
        assert meter.sizes[Kind.MANIFESTS] == [len(desired)]


def test_both_ways_of_a_line_are_apart():
    tally = Tally()
    meter = MqttMeter(tally)
    down, up = publish("loa/v1/xa/dev/loa-1/ack", b"a" * 100), publish("loa/v1/xa/dev/loa-1/evt", b"b" * 100)
    for data, is_up in ((down[:50], False), (up[:50], True), (down[50:], False), (up[50:], True)):
        meter.look(Passed(line=0, up=is_up, data=data, mono_s=0.0))
    assert tally.payload == {Kind.ACKS: len(down), Kind.EVENTS: len(up)}


def test_a_connection_belongs_to_its_last_request():
    tally = Tally()
    meter = HttpMeter(tally)
    for line, up, data in (
        (0, True, b"GET /agent/v1/audio/" + b"0" * 64 + b" HTTP/1.1\r\n\r\n"),
        (0, False, b"s" * 1000),
        (1, True, b"POST /agent/v1/poll HTTP/1.1\r\n\r\n{}"),
        (1, False, b"p" * 10),
        (0, True, b"POST /agent/v1/events HTTP/1.1\r\n\r\n"),
        (0, False, b"e" * 20),
    ):
        meter.look(Passed(line=line, up=up, data=data, mono_s=0.0))
    assert tally.payload[Kind.AUDIO] == 1000 + 97
    assert tally.payload[Kind.POLL] == 10 + 34
    assert tally.payload[Kind.EVENTS] == 20 + 34
    assert meter.requests[Kind.EVENTS] == 1
    assert meter.connections == dict.fromkeys(Kind, 0) | {Kind.AUDIO: 1, Kind.POLL: 1}


def test_carrying_costs_segments_and_records():
    tally = Tally()
    tally.add(Kind.AUDIO, 13_978)
    assert (tally.tls[Kind.AUDIO], tally.ip[Kind.AUDIO]) == (22, 15 * 52)  # ten segments, five acknowledgements
    before = tally.copy()
    tally.add(Kind.AUDIO, 100)
    assert tally.since(before).payload[Kind.AUDIO] == 100
    assert before.payload[Kind.AUDIO] == 13_978


def test_parts_of_a_tally():
    tally = Tally()
    for _ in range(4):
        tally.add(Kind.HEALTH, 500)
    tally.add(Kind.POLL, 900)
    assert share(tally, Kind.HEALTH, 4).payload == {Kind.HEALTH: 500}
    assert not share(tally, Kind.HEALTH, 0).payload
    assert without(tally, Kind.POLL).payload.total() == 2000


def test_a_handshake_carries_two_certificates():
    assert 1500 < handshake_bytes() < 8000


def test_a_month_is_twenty_bulletins_a_day():
    bulletin, planning = Tally(), Tally()
    bulletin.add(Kind.AUDIO, 540_000)
    counted = Counted(
        reconnection=Tally(), planning=planning, bulletin=bulletin, report=Tally(), poll=Tally(), heartbeat=Tally(),
        opened={Kind.AUDIO: 1}, handshake=3000, manifest_bytes=10_000, bytes_a_job=500,
    )  # fmt: skip
    found = month(counted)
    audio = DAYS * BULLETINS_A_DAY * (540_000 + bulletin.tls[Kind.AUDIO] + 3000)
    assert found["by_kind_mb"]["audio"] == round(audio / 1e6, 2)
    assert found["ok"] is True
    assert found["manifest_bytes"]["a_week_ahead"] == 80_000
    planning.add(Kind.MANIFESTS, 1_000_000)
    assert month(counted)["not_audio_mb"] > 25
    assert month(counted)["ok"] is False
