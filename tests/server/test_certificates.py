"""The station's own authority: believed for private names alone, kept, renewed; and a real station answers by it."""

import asyncio
import contextlib
import ssl
import stat
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from loa.children import Children
from loa.stage import Stage, StageOptions
from server import certificates, process
from server.settings import Settings
from tests.loops import run
from tests.waiting import LONGEST_S


def verifier(ca, name):
    import ipaddress

    try:
        subject = x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        subject = x509.DNSName(name)
    return PolicyBuilder().store(Store([ca])).build_server_verifier(subject)


def test_the_leaf_is_good_for_this_machine(tmp_path):
    made = certificates.ensure(tmp_path / "tls", "192.168.7.9")
    ca = x509.load_pem_x509_certificate(made.ca.read_bytes())
    leaf = x509.load_pem_x509_certificate(made.chain.read_bytes())
    for name in ("localhost", "127.0.0.1", "192.168.7.9"):
        verifier(ca, name).verify(leaf, [])
    with pytest.raises(VerificationError):
        verifier(ca, "192.168.7.10").verify(leaf, [])
    assert stat.S_IMODE(made.key.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "tls" / "ca.key").stat().st_mode) == 0o600
    assert leaf.not_valid_after_utc - leaf.not_valid_before_utc <= timedelta(days=398)


def test_the_authority_cannot_vouch_for_the_rest_of_the_world(tmp_path):
    made = certificates.ensure(tmp_path / "tls")
    ca, signer = certificates._authority(made.ca, tmp_path / "tls" / "ca.key")
    certificates._leaf(made, ca, signer, ["bank.example.com"])
    leaf = x509.load_pem_x509_certificate(made.chain.read_bytes())
    with pytest.raises(VerificationError):
        verifier(ca, "bank.example.com").verify(leaf, [])


def test_what_is_trusted_stays_and_what_ends_is_renewed(tmp_path, monkeypatch):
    made = certificates.ensure(tmp_path / "tls")
    ca, leaf = made.ca.read_bytes(), made.chain.read_bytes()
    assert certificates.ensure(tmp_path / "tls").chain.read_bytes() == leaf
    monkeypatch.setattr(certificates, "_RENEWED", timedelta(days=400))
    renewed = certificates.ensure(tmp_path / "tls")
    assert renewed.ca.read_bytes() == ca
    assert renewed.chain.read_bytes() != leaf
    monkeypatch.undo()
    moved = certificates.ensure(tmp_path / "tls", "10.9.8.7")
    assert moved.ca.read_bytes() == ca
    end = x509.load_pem_x509_certificate(moved.chain.read_bytes()).not_valid_after_utc
    assert end > datetime.now(UTC) + timedelta(days=390)


def test_an_authority_whose_years_are_over_is_followed_by_another(tmp_path, monkeypatch):
    monkeypatch.setattr(certificates, "_CA_LASTS", timedelta(0))
    ended = certificates.ensure(tmp_path / "tls").ca.read_bytes()
    monkeypatch.undo()
    made = certificates.ensure(tmp_path / "tls", "10.9.8.7")
    assert made.ca.read_bytes() != ended
    leaf, ca = (x509.load_pem_x509_certificate(file.read_bytes()) for file in (made.chain, made.ca))
    verifier(ca, "10.9.8.7").verify(leaf, [])


@pytest.mark.parametrize("ruin", ["another key", "another leaf", "another pair", "an empty file"])
def test_files_that_do_not_belong_together_are_made_anew(tmp_path, ruin):
    made, other = certificates.ensure(tmp_path / "tls"), certificates.ensure(tmp_path / "other")
    if ruin in {"another key", "another pair"}:
        made.key.write_bytes(other.key.read_bytes())
    if ruin in {"another leaf", "another pair"}:
        made.chain.write_bytes(other.chain.read_bytes())
    if ruin == "an empty file":
        made.key.write_bytes(b"")
    again = certificates.ensure(tmp_path / "tls")
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(again.chain, again.key)
    leaf, ca = (x509.load_pem_x509_certificate(file.read_bytes()) for file in (again.chain, again.ca))
    leaf.verify_directly_issued_by(ca)


def test_a_station_that_runs_shows_the_renewed_one(tmp_path, monkeypatch):
    settings = Settings(data_dir=tmp_path)
    first = certificates.ensure(settings.tls_dir, "10.9.8.7")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(first.chain, first.key)
    believed = ssl.create_default_context(cafile=first.ca)
    believed.check_hostname = False

    async def shown(port):
        _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=believed)
        leaf = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
        await ended(writer)
        return leaf

    async def ended(writer):
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()

    async def serve():
        async with await asyncio.start_server(lambda _, writer: ended(writer), "127.0.0.1", 0, ssl=context) as server:
            port = server.sockets[0].getsockname()[1]
            before = await shown(port)
            monkeypatch.setattr(certificates, "_RENEWED", timedelta(days=400))
            monkeypatch.setattr(process, "_RENEWED_S", 0.01)
            care = asyncio.create_task(process.keep_certified(context, settings))
            async with asyncio.timeout(LONGEST_S):
                while await shown(port) == before:
                    pass
            care.cancel()

    run(serve())


def test_the_station_answers_by_it(tmp_path, monkeypatch):
    monkeypatch.setenv("LOA_HTTPS_PORT", "0")
    with Children(tmp_path / "logs") as children:
        stage = Stage(StageOptions(folder=tmp_path / "commune", sink="wav"), children)
        stage.start_station()
        authority = httpx.get(f"{stage.url}/loa-lang-ca.crt", timeout=LONGEST_S)
        assert authority.headers["content-type"] == "application/x-x509-ca-cert"
        (tmp_path / "ca.crt").write_bytes(authority.content)
        trusting = ssl.create_default_context(cafile=str(tmp_path / "ca.crt"))
        url = stage.station["https_url"]
        with httpx.Client(verify=trusting, timeout=LONGEST_S) as client:
            answer = client.get(f"{url}/thiet-lap")
            assert "Thiết lập đài truyền thanh" in answer.text
            assert url in client.get(f"{url}/tin-cay").text
            stage.set_up()
            for address in (url, stage.url):  # both doors, one after the other: ports share their cookies
                fields = {"username": "canbo", "password": stage.passwords["canbo"]}
                client.post(f"{address}/dang-nhap", data=fields)
                assert client.get(f"{address}/api/v1/me").json()["username"] == "canbo"
        with pytest.raises(httpx.ConnectError):
            httpx.get(url, timeout=LONGEST_S)
