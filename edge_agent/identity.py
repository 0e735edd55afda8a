"""Who this box is: what enrolment gave it. Beside the database, so that a damaged database does not cost the identity."""

import os
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError

from edge_agent.errors import EnrolmentError
from protocol.enrolment import EnrolAnswer
from protocol.errors import ProtocolError
from protocol.keys import SigningKey, device_owner, station_owner

KEY_FILE = "device.key"
IDENTITY_FILE = "identity.json"


class Identity(BaseModel):
    """The station's answer and where it was given."""

    model_config = ConfigDict(frozen=True)

    station_url: str
    answer: EnrolAnswer

    @property
    def device(self) -> str:
        """This device as audience and issuer."""
        return device_owner(self.answer.station, self.answer.device_id)

    @property
    def station(self) -> str:
        """Its station as audience and issuer."""
        return station_owner(self.answer.station)

    def save(self, state: Path) -> None:
        """Write it for its owner's eyes only, durably and whole or not at all."""
        write_private(state / IDENTITY_FILE, self.model_dump_json(indent=1).encode())

    @classmethod
    def load(cls, state: Path) -> Self:
        """Read it; raises EnrolmentError if this box is not enrolled."""
        try:
            return cls.model_validate_json((state / IDENTITY_FILE).read_bytes())
        except FileNotFoundError as error:
            raise EnrolmentError(f"Máy này chưa được đăng ký ({state}). Hãy chạy: loa agent enrol") from error
        except (ValidationError, OSError) as error:
            message = f"Tệp {state / IDENTITY_FILE} hỏng. Hãy lấy mã mới ở đài và chạy lại: loa agent enrol"
            raise EnrolmentError(message) from error


def load_key(state: Path) -> SigningKey:
    """The device's private key; raises EnrolmentError if it cannot be read."""
    try:
        return SigningKey.load(state / KEY_FILE)
    except (OSError, ProtocolError) as error:
        message = f"Không đọc được khóa của máy ({state / KEY_FILE}). Hãy lấy mã mới ở đài và chạy lại: loa agent enrol"
        raise EnrolmentError(message) from error


def write_private(path: Path, data: bytes) -> None:
    """Replace a file (0600), on disk when this returns: either the old content or the new, never a part."""
    part = path.with_name(path.name + ".part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Put a folder's entries on disk: a renamed file is there after a power cut only then."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
