"""A box becomes a speaker: its own key, the station's answer. Safe to run again."""

import os
import platform
from pathlib import Path

import httpx
from pydantic import ValidationError

from edge_agent.errors import EnrolmentError, StationUnreachableError
from edge_agent.identity import IDENTITY_FILE, KEY_FILE, Identity
from protocol.enrolment import ENROL_PATH, EnrolAnswer, EnrolRequest
from protocol.errors import ProtocolError
from protocol.keys import Role, SigningKey, device_owner

_NOT_YET = "not-enrolled"


def enrol(station_url: str, claim_code: str, state: Path, *, version: str) -> Identity:
    """Show the claim code, keep the answer. A box that is enrolled at this station already stays as it is.

    What root writes is given to the owner of the folder: the agent's user reads it.
    Raises EnrolmentError (the code is not good) or StationUnreachableError (try again).
    """
    station_url = station_url.rstrip("/")
    if (state / IDENTITY_FILE).exists():
        known = Identity.load(state)
        if known.station_url == station_url:
            return known
        raise EnrolmentError(
            f"Máy này đã thuộc đài {known.station_url}. Muốn chuyển đài, hãy xóa thư mục {state} trước."
        )
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = _key(state)
    request = EnrolRequest(
        claim_code=claim_code.strip(),
        public_key=key.public.x,
        hardware=_read("/proc/device-tree/model") or platform.machine(),
        serial=_read("/proc/device-tree/serial-number"),
        version=version,
    )
    answer = _ask(station_url, request)
    # The key's name is known only now; the same key, so that a lost answer can be asked for again.
    owner = device_owner(answer.station, answer.device_id)
    SigningKey(role=Role.DEVICE, owner=owner, jwk=key.jwk).save(state / KEY_FILE)
    identity = Identity(station_url=station_url, answer=answer)
    identity.save(state)
    _give_to_owner(state)
    return identity


def _give_to_owner(state: Path) -> None:
    if os.geteuid() == 0:
        owner = state.stat()
        for name in (KEY_FILE, IDENTITY_FILE):
            os.chown(state / name, owner.st_uid, owner.st_gid)


def _key(state: Path) -> SigningKey:
    try:
        return SigningKey.load(state / KEY_FILE)
    except FileNotFoundError:
        pass
    except ProtocolError:
        (state / KEY_FILE).unlink()
    key = SigningKey.generate(Role.DEVICE, _NOT_YET)
    key.save(state / KEY_FILE)
    return key


def _ask(station_url: str, request: EnrolRequest) -> EnrolAnswer:
    try:
        response = httpx.post(station_url + ENROL_PATH, json=request.model_dump(), timeout=30.0)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        message = f"Không kết nối được tới đài {station_url} ({type(error).__name__}). Hãy kiểm tra mạng và địa chỉ rồi thử lại."
        raise StationUnreachableError(message) from error
    if response.status_code >= 500:
        raise StationUnreachableError(f"Đài đang gặp sự cố (HTTP {response.status_code}). Hãy thử lại sau ít phút.")
    if response.status_code >= 300:
        raise EnrolmentError(f"Đài không nhận mã này: {_said(response)} Hãy lấy mã mới ở đài rồi chạy lại.")
    try:
        return EnrolAnswer.model_validate_json(response.content)
    except ValidationError as error:
        raise EnrolmentError(f"{station_url} không trả lời như một đài Loa Làng. Hãy kiểm tra địa chỉ.") from error


def _said(response: httpx.Response) -> str:
    """What the station says about it, in its own words if it has any."""
    try:
        body = response.json()
    except ValueError:
        return f"HTTP {response.status_code}."
    said = body.get("error") if isinstance(body, dict) else None
    words = said.get("message") if isinstance(said, dict) else None
    return words if isinstance(words, str) else f"HTTP {response.status_code}."


def _read(path: str) -> str:
    try:
        return Path(path).read_text().strip("\0\n ")[:100]
    except (OSError, UnicodeDecodeError):
        return ""
