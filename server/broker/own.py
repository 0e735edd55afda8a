"""A broker of our own: its folder, its port, its gateway's password and the child process. What differs is the program."""

import os
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path

import structlog

from server.broker.address import GATEWAY_USER, BrokerAddress
from server.broker.child import Child
from server.broker.passwords import new_password
from server.broker.ports import keep_port, wait_open
from server.errors import BusyError

_START_TIMEOUT_S = 15.0

log = structlog.get_logger(__name__)


class OwnBroker(ABC):
    """Listens on the station's own address; on loopback unless the station is open to the network."""

    name: str

    def __init__(self, folder: Path, listen: str, station: str) -> None:
        self.folder = folder
        self.station = station
        folder.mkdir(parents=True, exist_ok=True)
        self.listen = listen
        self._local = "127.0.0.1" if listen in {"0.0.0.0", "", "::"} else listen  # noqa: S104  told apart, not bound
        self.port = keep_port(folder / "port", self._local)
        self.gateway_password = _kept_secret(folder / "gateway-password")
        self._child: Child | None = None

    @property
    def address(self) -> BrokerAddress:
        """How the gateway, on this machine, reaches it."""
        return BrokerAddress(self._local, self.port, GATEWAY_USER, self.gateway_password)

    def start(self) -> None:
        """Start it and wait until it listens. Raises BusyError if it does not."""
        child = self._child = Child(self.name, self._command(), self.folder / "lock", self._heard)
        child.start()
        if not wait_open(self._local, self.port, _START_TIMEOUT_S) or not child.running:
            child.stop()
            self._child = None
            raise BusyError(
                f"Máy chủ MQTT không khởi động được ở cổng {self.port}. Hãy xem chương trình nào đang giữ cổng này, rồi thử lại."
            )
        log.info("broker listens", broker=self.name, host=self.listen, port=self.port)

    def stop(self) -> None:
        """Stop it; safe to call twice."""
        if self._child is not None:
            self._child.stop()
            self._child = None

    @abstractmethod
    def admit(self, accounts: Mapping[str, str]) -> None:
        """Make exactly these users known (name → password hash); in force when this returns."""

    @abstractmethod
    def _command(self) -> list[str]:
        """Write the configuration; the program and its arguments."""

    def _heard(self, line: str) -> None:
        """What the program printed."""
        log.debug("broker says", broker=self.name, line=line)


def _kept_secret(file: Path) -> str:
    """The password in `file`, made on first use, for our eyes only."""
    if not file.exists():
        write_private(file, new_password())
    return file.read_text()


def write_private(file: Path, text: str) -> None:
    """Write a file that only its owner reads; whole or not at all."""
    part = file.with_name(file.name + ".part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())
    part.rename(file)
