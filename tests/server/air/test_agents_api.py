"""What boxes ask for over HTTP, and what people see of them."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI
from fastapi.responses import PlainTextResponse
from fastapi.testclient import TestClient

from loa.simulated_device import SimulatedDevice, new_key
from protocol.enrolment import AUDIO_PATH, ENROL_PATH, EVENTS_PATH, POLL_PATH, EnrolAnswer
from protocol.envelope import Kind, seal, unseal
from protocol.keys import Keyring, Role, device_owner, station_owner
from protocol.messages import Ack, EventBatch, HttpProof, JobReport, PollAnswer
from protocol.states import State
from server import speakers as stored
from server.api import agents, commands, emergencies, live, occurrences, speakers
from server.live import Watch
from server.people import sign_in
from server.refusals import install
from server.station import Station as Process
from server.tables import RoleName, SignIn
from server.tables.columns import now


@pytest.fixture
def client(guarded_station):
    app = FastAPI()
    app.state.station = Process(
        settings=guarded_station.settings, database=guarded_station.database, workshop=None, air=guarded_station.air
    )
    for module in (speakers, commands, emergencies, occurrences, live):
        app.include_router(module.router, prefix="/api/v1")
    app.include_router(agents.router)
    install(app, lambda _, status, message: PlainTextResponse(message, status_code=status), teller=lambda _: str)
    with guarded_station.database.write() as session:
        session.add(
            SignIn(
                token_sha256=sign_in._digest("t"),
                person_id=guarded_station.officer.id,
                expires_at=now() + sign_in.LASTS,
            )
        )
    return TestClient(app, headers={"Authorization": "Bearer t"}, raise_server_exceptions=False)


def enrolled(client, speaker_id="loa-a"):
    area = client.get("/api/v1/speakers").json()
    assert "items" in area
    client.post("/api/v1/speakers", json={"id": speaker_id, "name": "Loa", "area_id": "thon-1"})
    code = client.post(f"/api/v1/speakers/{speaker_id}/claim").json()["code"]
    key = new_key("thu", speaker_id)
    answer = client.post(ENROL_PATH, json={"claim_code": code, "public_key": key.public.x, "serial": "s1"})
    assert answer.status_code == 200, answer.text
    return key, EnrolAnswer.model_validate(answer.json()), code


def proof(key, method, path, *, at=None):
    at = at or now()
    token = seal(
        Kind.HTTP,
        HttpProof(method=method, path=path),
        key=key,
        audience=station_owner("thu"),
        rev=int(at.timestamp() * 1000),
        now=at,
        expires=at + timedelta(minutes=5),
    )
    return {"Authorization": f"Bearer {token}"}


def test_a_claim_code_turns_one_box_into_the_speaker_once(client, guarded_station):
    _, enrolment, code = enrolled(client)
    assert (enrolment.station, enrolment.device_id, enrolment.broker.username) == ("thu", "loa-a", "loa-a")
    assert {public.role for public in enrolment.trust.keys} == {Role.STATION, Role.EMERGENCY}
    again = client.post(ENROL_PATH, json={"claim_code": code, "public_key": new_key("thu", "x").public.x})
    assert again.status_code == 403
    assert "Mã ghép loa" in again.json()["error"]["message"]
    shown = client.get("/api/v1/speakers/loa-a").json()
    assert shown["serial"] == "s1"
    assert shown["enrolled_at"] is not None
    assert shown["up_to_date"] is None
    assert not any("token" in name or "password" in name or "key" in name for name in shown)
    assert enrolment.broker.password not in json.dumps(shown)
    assert guarded_station.row("loa-a").broker_password_hash.startswith("$7$")


def test_a_later_code_voids_the_earlier_and_a_bad_key_uses_none_up(client):
    client.post("/api/v1/speakers", json={"id": "loa-a", "name": "Loa", "area_id": "thon-1"})
    first, second = (client.post("/api/v1/speakers/loa-a/claim").json()["code"] for _ in range(2))
    good = new_key("thu", "loa-a").public.x
    assert client.post(ENROL_PATH, json={"claim_code": first, "public_key": good}).status_code == 403
    assert client.post(ENROL_PATH, json={"claim_code": second, "public_key": "bad"}).status_code == 422
    assert client.post(ENROL_PATH, json={"claim_code": second.lower(), "public_key": good}).status_code == 200


def test_who_guesses_codes_is_slowed_down(client):
    answers = [
        client.post(ENROL_PATH, json={"claim_code": f"guess-{n}", "public_key": "x"}).status_code for n in range(10)
    ]
    assert answers[0] == 403
    assert answers[-1] == 429


@pytest.mark.parametrize("bad_id", ["Loa", "a b", "a/b", "#", "+", "x" * 65, "-a", "loa_a", ""])
def test_a_speakers_id_is_a_slug(client, bad_id):
    answer = client.post("/api/v1/speakers", json={"id": bad_id, "name": "Loa", "area_id": "thon-1"})
    assert answer.status_code == 422
    assert answer.json()["error"]["message"]


def test_audio_is_for_enrolled_boxes_by_range_and_only_what_the_database_knows(client, guarded_station):
    key, _, _ = enrolled(client)
    guarded_station.approved(b"0123456789" * 100)
    sha256 = hashlib.sha256(b"0123456789" * 100).hexdigest()
    path = f"{AUDIO_PATH}/{sha256}"
    whole = client.get(path, headers=proof(key, "GET", path))
    assert whole.status_code == 200
    assert hashlib.sha256(whole.content).hexdigest() == sha256
    part = client.get(path, headers={**proof(key, "GET", path), "Range": "bytes=500-"})
    assert part.status_code == 206
    assert part.content == whole.content[500:]
    (guarded_station.settings.audio_dir / ("f" * 64 + ".opus")).write_bytes(b"unknown")
    for other in ("f" * 64, "0" * 64):
        unknown = f"{AUDIO_PATH}/{other}"
        assert client.get(unknown, headers=proof(key, "GET", unknown)).status_code == 404
    assert client.get(f"{AUDIO_PATH}/..%2f..%2fstation.sqlite3", headers=proof(key, "GET", path)).status_code in {
        401,
        404,
        422,
    }


def test_a_proof_is_good_for_its_own_request_key_and_time_only(client, guarded_station):
    key, _, _ = enrolled(client)
    guarded_station.approved(b"x")
    path = f"{AUDIO_PATH}/{hashlib.sha256(b'x').hexdigest()}"
    stranger = new_key("thu", "loa-a")
    for headers in (
        {"Authorization": ""},
        {"Authorization": "Bearer t"},
        proof(stranger, "GET", path),
        proof(new_key("thu", "nobody"), "GET", path),
        proof(new_key("other", "loa-a"), "GET", path),
        proof(key, "POST", path),
        proof(key, "GET", POLL_PATH),
        proof(key, "GET", path, at=now() - timedelta(hours=1)),
    ):
        answer = client.get(path, headers=headers)
        assert answer.status_code == 401, headers
    assert client.get(path, headers=proof(key, "GET", path)).status_code == 200


def test_a_poll_brings_the_signed_messages_and_the_time_even_to_a_box_without_a_clock(
    client, guarded_station, wait_until
):
    key, answer, _ = enrolled(client)
    occurrence = guarded_station.broadcast("loa-a")
    guarded_station.air.kick()
    guarded_station.wait_state(occurrence, "loa-a", State.UNKNOWN)
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    reply = client.post(POLL_PATH, json={"nonce": "n" * 20}, headers=proof(key, "POST", POLL_PATH, at=long_ago))
    assert reply.status_code == 200, reply.text
    keyring, me = Keyring.of(answer.trust), device_owner("thu", "loa-a")
    claims = unseal(reply.text, kind=Kind.POLL, keyring=keyring, audience=me, now=now())
    body = PollAnswer.model_validate(claims.body)
    assert body.nonce == "n" * 20
    assert abs((body.at - now()).total_seconds()) < 10
    desired = unseal(body.desired, kind=Kind.DESIRED, keyring=keyring, audience=me, now=now())
    assert [job["job_id"] for job in desired.body["jobs"]] == [occurrence]
    wait_until(lambda: guarded_station.row("loa-a").config_token != "")
    known = client.post(
        POLL_PATH, json={"nonce": "n" * 20, "desired_rev": desired.rev}, headers=proof(key, "POST", POLL_PATH)
    )
    later = PollAnswer.model_validate(unseal(known.text, kind=Kind.POLL, keyring=keyring, audience=me, now=now()).body)
    assert later.desired is None
    assert later.config is not None


def test_events_over_http_are_committed_and_acknowledged(client, guarded_station):
    key, answer, _ = enrolled(client)
    occurrence = guarded_station.broadcast("loa-a")
    guarded_station.air.kick()
    guarded_station.wait_state(occurrence, "loa-a", State.UNKNOWN)
    device = SimulatedDevice("thu", "loa-a", key, answer.trust, answer.broker)
    batch = EventBatch(epoch="e1", oldest=1, events=(device.event(JobReport(job_id=occurrence, state=State.PLAYED)),))
    token = device.sealed(Kind.EVT, batch)
    reply = client.post(EVENTS_PATH, content=token, headers=proof(key, "POST", EVENTS_PATH))
    assert reply.status_code == 200, reply.text
    claims = unseal(
        reply.text, kind=Kind.ACK, keyring=Keyring.of(answer.trust), audience=device_owner("thu", "loa-a"), now=now()
    )
    ack = Ack.model_validate(claims.body)
    assert (ack.epoch, ack.seq) == ("e1", 1)
    assert ack.desired_rev, "a manifest was made for it"
    assert guarded_station.delivery(occurrence, "loa-a").state is State.PLAYED
    events = client.get("/api/v1/speakers/loa-a/events").json()["items"]
    assert [(event["seq"], event["type"], event["data"]["state"]) for event in events] == [(1, "job", "PLAYED")]
    forged = device.sealed(Kind.EVT, batch, key=new_key("thu", "loa-a"))
    assert client.post(EVENTS_PATH, content=forged, headers=proof(key, "POST", EVENTS_PATH)).status_code == 422


def test_speakers_are_listed_page_by_page_within_the_persons_place(client):
    for number in range(5):
        client.post("/api/v1/speakers", json={"id": f"loa-{number}", "name": "Loa", "area_id": "thon-1"})
    first = client.get("/api/v1/speakers", params={"limit": 3}).json()["items"]
    rest = client.get("/api/v1/speakers", params={"limit": 3, "after": first[-1]["id"]}).json()["items"]
    assert [speaker["id"] for speaker in first + rest] == [f"loa-{number}" for number in range(5)]
    assert client.get("/api/v1/speakers", params={"area_id": "thon-2"}).json()["items"] == []
    changed = client.patch(
        "/api/v1/speakers/loa-1", json={"area_id": "thon-2", "in_repair": True, "volume_percent": 30}
    ).json()
    assert (changed["area_name"], changed["in_repair"], changed["volume_percent"]) == ("thon-2", True, 30)


def test_commands_and_emergencies_over_the_api(client, guarded_station):
    enrolled(client)
    sent = client.post("/api/v1/speakers/loa-a/commands", json={"op": "self_test"})
    assert sent.status_code == 202
    assert client.get(f"/api/v1/speakers/loa-a/commands/{sent.json()['id']}").json()["ok"] is None
    assert client.post("/api/v1/speakers/loa-a/commands", json={"op": "shell"}).status_code == 422
    assert (
        client.post("/api/v1/speakers/loa-a/commands", json={"op": "volume", "args": {"percent": 101}}).status_code
        == 422
    )
    body = {"area_id": "xa", "authority": "Chủ tịch xã", "confirm": True, "version_id": guarded_station.approved()}
    raised = client.post("/api/v1/emergencies", json=body)
    assert raised.status_code == 201, raised.text
    assert raised.json()["deliveries"][0]["state"] == "UNKNOWN"
    cleared = client.post(f"/api/v1/emergencies/{raised.json()['id']}/all-clear")
    assert cleared.json()["cleared_at"] is not None
    assert [item["id"] for item in client.get("/api/v1/emergencies").json()["items"]] == [raised.json()["id"]]
    assert client.post("/api/v1/stop-all", json={"area_id": "xa"}).json() == {"speakers": 1}
    assert client.post("/api/v1/emergencies", json={**body, "confirm": False}).status_code == 422


def test_a_viewer_is_told_each_change_once(guarded_station, devices):
    with guarded_station.database.write() as session:
        place = guarded_station.areas["thon-1"].id
        stored.create(session, guarded_station.officer, speaker_id="loa-a", name="x", area_id=place)
    watch = Watch(guarded_station.areas["xa"].id)
    elsewhere = Watch(guarded_station.areas["thon-2"].id)

    def seen(viewer):
        with guarded_station.database.read() as session:
            return [(name, data.get("state")) for name, data in viewer.changes(session) if name == "delivery"]

    occurrence = guarded_station.broadcast("loa-a")
    assert seen(watch) == [("delivery", State.QUEUED)]  # and so it stays while there is no box
    device = devices(guarded_station.box("loa-a"))
    device.wait_for(lambda d: len(d.body.jobs) == 1)
    assert seen(watch) == [("delivery", State.UNKNOWN)]
    assert seen(watch) == []
    device.report(occurrence, State.ACCEPTED)
    guarded_station.wait_state(occurrence, "loa-a", State.ACCEPTED)
    assert seen(watch) == [("delivery", State.ACCEPTED)]
    assert seen(elsewhere) == []


def test_without_a_right_there_is_no_way(client, guarded_station):
    enrolled(client)
    with guarded_station.database.write() as session:
        person = guarded_station.people[RoleName.TECHNICIAN]
        session.add(SignIn(token_sha256=sign_in._digest("u"), person_id=person.id, expires_at=now() + sign_in.LASTS))
    technician = {"Authorization": "Bearer u"}
    body = {"area_id": "xa", "authority": "Chủ tịch xã", "confirm": True, "version_id": guarded_station.approved()}
    assert client.post("/api/v1/emergencies", json=body, headers=technician).status_code == 403
    assert client.get("/api/v1/speakers", headers={"Authorization": "Bearer nobody"}).status_code == 401


def test_boxes_that_are_enrolled_at_the_same_moment_all_get_in(client):
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda number: enrolled(client, f"loa-{number}")[1], range(4)))
    assert sorted(answer.device_id for answer in answers) == [f"loa-{number}" for number in range(4)]
    assert len({answer.broker.password for answer in answers}) == 4
