"""The log of acts: complete, and nobody changes it unseen."""

import json
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from typer.testing import CliRunner

from loa.audit_command import app
from server import audit

DATABASES = "both"


def log_of(commune):
    with commune.station().database.read() as session:
        return list(audit.entries(session))


def test_every_act_of_the_job_is_in_the_log(commune):
    commune.speaker("loa-1")
    version = commune.approved()
    occurrence = commune.schedule(version)["occurrences"][0]["id"]
    commune.call("canbo", "POST", f"/occurrences/{occurrence}/withdraw")
    log = log_of(commune)
    assert audit.verify(log).ok
    acts = [entry["act"] for entry in log]
    for act in ("station.set_up", "area.create", "person.create", "sign_in", "bulletin.create", "version.submit", "version.approve",
                "schedule.create", "occurrence.withdraw"):  # fmt: skip
        assert act in acts
    approval = next(entry for entry in log if entry["act"] == "version.approve")
    assert approval["object"] == version
    assert approval["detail"]["audio_sha256"] == "ab" * 32
    assert "mật khẩu" not in json.dumps(log, ensure_ascii=False)


def test_what_failed_leaves_no_act(commune):
    commune.token("canbo")
    before = len(log_of(commune))
    commune.error("canbo", "POST", "/bulletins", 404, data={"text": "Họp.", "area_id": "khong-co"})
    assert len(log_of(commune)) == before


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE auditentry SET actor = 'khac' WHERE number = 3",
        "DELETE FROM auditentry WHERE number = 4",
        "UPDATE auditentry SET at = at_plus WHERE number = 5",
    ],
)
def test_changing_the_database_by_hand_is_seen(commune, tampering):
    with commune.station().database.write() as session:
        if "at_plus" in tampering:
            at = session.connection().execute(text("SELECT at FROM auditentry WHERE number = 5")).scalar_one()
            at = datetime.fromisoformat(at) if isinstance(at, str) else at
            session.connection().execute(
                text("UPDATE auditentry SET at = :at WHERE number = 5"), {"at": at + timedelta(seconds=1)}
            )
        else:
            session.connection().execute(text(tampering))
    verdict = audit.verify(log_of(commune))
    assert not verdict.ok
    assert verdict.broken_at in {3, 4, 5}


CHAIN = []
for number in range(1, 9):
    previous = CHAIN[-1]["hash"] if CHAIN else audit.GENESIS
    entry = {"number": number, "at": "2026-01-01T00:00:00.000000+00:00", "actor": "a", "act": f"act{number}", "object": "",
             "detail": {"n": number}, "previous_hash": previous, "hash": ""}  # fmt: skip
    CHAIN.append({**entry, "hash": audit.seal(entry)})


@given(
    st.integers(0, 7),
    st.sampled_from(["actor", "act", "object", "at", "detail", "previous_hash", "hash", "number"]),
    st.text(max_size=8),
)
@settings(max_examples=200)
def test_any_change_of_any_entry_is_seen(index, key, value):
    changed = [dict(entry) for entry in CHAIN]
    if changed[index][key] == value:
        return
    changed[index][key] = value
    assert audit.verify(CHAIN).ok
    assert not audit.verify(changed).ok


@given(st.permutations(range(8)))
@settings(max_examples=100)
def test_any_other_order_is_seen(order):
    assert audit.verify([CHAIN[i] for i in order]).ok == (list(order) == list(range(8)))


def test_an_export_is_verified_anywhere(tmp_path):
    file = tmp_path / "log.jsonl"
    file.write_text("".join(json.dumps(entry) + "\n" for entry in CHAIN))
    run = CliRunner().invoke
    good = run(app, ["verify", str(file)])
    assert good.exit_code == 0
    assert CHAIN[-1]["hash"] in good.output
    file.write_text("".join(json.dumps(entry) + "\n" for entry in CHAIN[:-2]))
    assert run(app, ["verify", str(file)]).exit_code == 0  # a cut end alone cannot be seen …
    assert (
        run(app, ["verify", str(file), "--last-hash", CHAIN[-1]["hash"]]).exit_code == 1
    )  # … but with the hash noted before
    file.write_text(file.read_text().replace("act3", "act0"))
    bad = run(app, ["verify", str(file)])
    assert bad.exit_code == 1
    assert "mục số 3" in bad.output


def test_what_is_no_log_is_not_called_whole(tmp_path):
    run = CliRunner().invoke
    absent = tmp_path / "nowhere"
    for arguments in (["verify", "--data", str(absent)], ["export", "--data", str(absent)]):
        refused = run(app, arguments)
        assert refused.exit_code == 1
        assert "Không có đài nào trong thư mục" in refused.output
    assert not absent.exists()
    garbage = tmp_path / "log.jsonl"
    garbage.write_bytes(bytes(range(256)) * 8)
    assert run(app, ["verify", str(garbage)]).exit_code == 1
