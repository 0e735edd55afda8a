"""An envelope is believed only if every claim about it holds: one test a lie, each with real keys and real bytes."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.envelope import MAX_BYTES, Claims, Kind, seal, unseal
from protocol.errors import Refusal, RefusedError, TooLargeError
from protocol.keys import Keyring, Role, SigningKey, device_owner, station_owner
from protocol.messages import Ack, Presence, StationState

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
STATION = station_owner("xa")
DEVICE = device_owner("xa", "loa-1")
station_key = SigningKey.generate(Role.STATION, STATION)
emergency_key = SigningKey.generate(Role.EMERGENCY, STATION)
device_key = SigningKey.generate(Role.DEVICE, DEVICE)
stranger = SigningKey.generate(Role.STATION, STATION)
KEYRING = Keyring([station_key.public, emergency_key.public, device_key.public])


def sealed(**changes) -> str:
    arguments = {
        "key": station_key,
        "audience": DEVICE,
        "rev": 7,
        "now": NOW,
        "expires": NOW + timedelta(hours=1),
    } | changes
    return seal(arguments.pop("kind", Kind.ACK), arguments.pop("body", Ack(epoch="e", seq=3)), **arguments)


def refusal(token: str | bytes, **changes) -> Refusal:
    arguments = {"kind": Kind.ACK, "keyring": KEYRING, "audience": DEVICE, "now": NOW} | changes
    with pytest.raises(RefusedError) as error:
        unseal(token, **arguments)
    return error.value.refusal


def tampered(token: str, **claims) -> str:
    header, payload, signature = token.split(".")
    body = json.loads(base64.urlsafe_b64decode(payload + "=="))
    body |= claims
    forged = base64.urlsafe_b64encode(json.dumps(body).encode()).decode().rstrip("=")
    return f"{header}.{forged}.{signature}"


def test_an_honest_message_comes_through_whole():
    claims = unseal(sealed(), kind=Kind.ACK, keyring=KEYRING, audience=(STATION, DEVICE), now=NOW)
    assert (claims.iss, claims.aud, claims.rev, claims.iat) == (STATION, DEVICE, 7, NOW)
    assert Ack.model_validate(claims.body) == Ack(epoch="e", seq=3)


def test_lies_are_refused_by_name():
    assert refusal(tampered(sealed(), rev=8)) is Refusal.BAD_SIGNATURE
    assert refusal(tampered(sealed(), aud=device_owner("xa", "loa-2"))) is Refusal.BAD_SIGNATURE
    assert refusal(sealed(key=stranger)) is Refusal.UNKNOWN_KEY
    assert refusal(sealed(), audience=device_owner("xa", "loa-2")) is Refusal.WRONG_AUDIENCE
    assert refusal(sealed(), kind=Kind.DESIRED) is Refusal.WRONG_KIND
    assert refusal(sealed(), now=NOW + timedelta(hours=2)) is Refusal.EXPIRED
    revoked = Keyring([station_key.public], revoked=[station_key.kid])
    assert refusal(sealed(), keyring=revoked) is Refusal.REVOKED_KEY
    assert refusal("") is Refusal.MALFORMED
    assert refusal(b"\xff" * 100) is Refusal.MALFORMED
    assert refusal("x" * (MAX_BYTES + 1)) is Refusal.MALFORMED


def test_a_key_signs_only_what_its_role_allows():
    with pytest.raises(ValueError, match="may not sign"):
        sealed(key=device_key)
    # a device that forges the station's message with its own, known key
    forged = SigningKey(role=Role.STATION, owner=DEVICE, jwk=device_key.jwk)
    assert refusal(sealed(key=forged)) is Refusal.WRONG_ROLE
    # and a station key that raises an emergency
    alarm = SigningKey(role=Role.EMERGENCY, owner=STATION, jwk=station_key.jwk)
    token = sealed(key=alarm, kind=Kind.ALERT, audience=STATION)
    assert refusal(token, kind=Kind.ALERT, audience=STATION) is Refusal.WRONG_ROLE


def test_a_device_cannot_speak_as_another():
    thief = SigningKey(role=Role.DEVICE, owner=device_owner("xa", "loa-2"), jwk=device_key.jwk)
    token = sealed(key=thief, kind=Kind.PRESENCE, body=Presence(online=True, session=1), audience=STATION)
    assert refusal(token, kind=Kind.PRESENCE, audience=STATION) is Refusal.WRONG_ISSUER


def test_another_algorithm_is_not_negotiable():
    header, payload, _ = sealed().split(".")
    for algorithm in ("none", "HS256", "EdDSA"):
        swapped = (
            base64.urlsafe_b64encode(json.dumps({"alg": algorithm, "kid": station_key.kid}).encode())
            .decode()
            .rstrip("=")
        )
        assert refusal(f"{swapped}.{payload}.") is Refusal.MALFORMED
    assert header


def test_without_a_trusted_clock_an_expiry_is_not_judged():
    old = sealed(now=NOW - timedelta(days=300), expires=NOW - timedelta(days=299))
    assert unseal(old, kind=Kind.ACK, keyring=KEYRING, audience=DEVICE, now=None).rev == 7


def test_a_message_larger_than_a_packet_is_not_made():
    with pytest.raises(TooLargeError):
        sealed(body=Ack(epoch="x" * MAX_BYTES, seq=1))


@given(st.binary(max_size=400))
def test_bytes_from_outside_never_do_more_than_be_refused(raw):
    assert refusal(raw) is not None


@given(st.integers(0, 2000), st.integers(1, 255))
def test_one_changed_byte_is_enough(position, change):
    token = bytearray(sealed().encode())
    position %= len(token)
    token[position] ^= change
    try:
        claims = unseal(bytes(token), kind=Kind.ACK, keyring=KEYRING, audience=DEVICE, now=NOW)
    except RefusedError:
        return
    # the last base64url digit of a part carries unused bits: other letters, the very same signed bytes
    assert claims == unseal(sealed(), kind=Kind.ACK, keyring=KEYRING, audience=DEVICE, now=NOW)


def test_claims_are_readable_by_any_jose_tool():
    payload = sealed(body=StationState(online=True, at=NOW), kind=Kind.STATE).split(".")[1]
    claims = Claims.model_validate_json(base64.urlsafe_b64decode(payload + "=="))
    assert claims.v == 1
    assert claims.body == {"online": True, "at": "2026-11-21T10:00:00Z"}
