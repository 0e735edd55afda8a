"""Bodies survive the wire, ids stay out of MQTT's grammar, and a job that makes no sense is not made."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from protocol import topics
from protocol.ids import Slug, next_revision
from protocol.jobs import Audio, Job
from protocol.keys import BadKeyError, PublicKey, Role, SigningKey
from protocol.messages import Desired
from protocol.priorities import Priority

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
AUDIO = Audio(sha256="a" * 64, bytes=10, duration_ms=1000, urls=("/agent/v1/audio/" + "a" * 64,))


def job(**changes) -> Job:
    values = {
        "job_id": "01a20038-b648-7582-a635-44479cfb14f9",
        "priority": Priority.NORMAL,
        "not_before": NOW,
        "start_at": NOW,
        "not_after": NOW + timedelta(minutes=5),
        "audio": AUDIO,
    }
    return Job(**(values | changes))


def test_a_manifest_survives_the_wire():
    desired = Desired(valid_until=NOW + timedelta(days=9), jobs=(job(), job(attempt=2)))
    assert Desired.model_validate(desired.model_dump(mode="json", exclude_defaults=True)) == desired


def test_fields_of_newer_senders_are_ignored():
    assert Desired.model_validate({"valid_until": NOW, "colour": "blue"}).jobs == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"audio": None},
        {"start_at": NOW - timedelta(seconds=1)},
        {"not_after": NOW - timedelta(seconds=1)},
        {"start_at": NOW.replace(tzinfo=None)},
        {"gain_db": 40},
        {"job_id": "../../etc"},
        {"audio": {"sha256": "a" * 64, "bytes": 0, "duration_ms": 1, "urls": []}},
    ],
)
def test_a_job_that_makes_no_sense_is_refused(changes):
    with pytest.raises(ValidationError):
        job(**changes)


@given(st.text(max_size=20))
def test_no_id_can_carry_mqtt_grammar(text):
    try:
        slug = TypeAdapter(Slug).validate_python(text)
    except ValidationError:
        return
    assert slug.isascii()
    assert not set(slug) & set("/+#$ \n")
    parsed = topics.parse_device(topics.device("xa", slug, "evt"))
    assert parsed is not None
    assert (parsed.station, parsed.device_id, parsed.leaf) == ("xa", slug, "evt")


def test_topics_of_others_are_not_parsed():
    for topic in ("loa/v1/xa/alert", "loa/v2/xa/dev/a/evt", "loa/v1/xa/dev/a/other", "loa/v1/xa/dev/a/evt/x"):
        assert topics.parse_device(topic) is None


def test_revisions_rise_whatever_the_clock_does():
    first = next_revision(NOW)
    assert next_revision(NOW - timedelta(days=400), first) == first + 1
    assert next_revision(NOW + timedelta(seconds=1), first) == first + 1000


def test_a_key_file_is_for_its_owner_only_and_comes_back(tmp_path):
    key = SigningKey.generate(Role.DEVICE, "device:xa/loa-1")
    key.save(tmp_path / "keys" / "device.json")
    assert (tmp_path / "keys" / "device.json").stat().st_mode & 0o777 == 0o600
    assert SigningKey.load(tmp_path / "keys" / "device.json").kid == key.kid
    (tmp_path / "broken").write_text("{}")
    with pytest.raises(BadKeyError):
        SigningKey.load(tmp_path / "broken")
    with pytest.raises(BadKeyError):
        _ = PublicKey(role=Role.DEVICE, owner="device:xa/loa-1", x="???").kid
