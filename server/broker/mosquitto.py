"""mosquitto as a child with a generated configuration: a password per device, and nobody in another's topics."""

import os
import shutil
import signal
import threading
from collections.abc import Mapping
from pathlib import Path

import structlog

from protocol import envelope, topics
from server.broker.address import GATEWAY_USER
from server.broker.own import OwnBroker, write_private
from server.broker.passwords import hash_password

_PACKET_BYTES = envelope.MAX_BYTES + 4096
"""A full message with its topic and properties."""
_RELOAD_TIMEOUT_S = 3.0

log = structlog.get_logger(__name__)


def find_program() -> str | None:
    """The program on PATH, or where Debian puts it."""
    return shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")


class Mosquitto(OwnBroker):
    """The broker of choice."""

    name = "mosquitto"

    def __init__(self, folder: Path, listen: str, station: str, program: str) -> None:
        super().__init__(folder, listen, station)
        self._program = program
        self._reloaded = threading.Event()
        self._passwords = folder / "passwords"
        self._rules = folder / "acl"
        self._write_accounts({})

    def admit(self, accounts: Mapping[str, str]) -> None:
        """Make exactly these users known (name → password hash); users no longer among them are disconnected."""
        self._write_accounts(accounts)
        if self._child is not None and self._child.running:
            self._reloaded.clear()
            self._child.signal(signal.SIGHUP)
            if not self._reloaded.wait(_RELOAD_TIMEOUT_S):
                log.warning("broker did not confirm the new accounts", accounts=len(accounts))

    def _command(self) -> list[str]:
        write_private(self._rules, access_rules(self.station))
        file = self.folder / "mosquitto.conf"
        write_private(file, self._configuration())
        return [self._program, "-c", str(file)]

    def _configuration(self) -> str:
        lines = [
            "per_listener_settings false",
            "allow_anonymous false",
            f"password_file {self._passwords}",
            f"acl_file {self._rules}",
            # Nothing depends on its memory: devices repeat events until our signed ack, we repeat what we published lately. Saving
            # at every change writes the whole file each time: 1 GB for 1,000 manifests, measured; an SD card would not last.
            "persistence true",
            f"persistence_location {self.folder}/",
            "autosave_on_changes false",
            "autosave_interval 30",
            "persistent_client_expiration 14d",
            # the default keeps 1,000 messages for a client that is away and drops the rest in silence
            "max_queued_messages 100000",
            "max_inflight_messages 1000",
            f"max_packet_size {_PACKET_BYTES}",
            "set_tcp_nodelay true",
            "log_dest stderr",
            "log_type error",
            "log_type warning",
            "log_type notice",
            "log_type information",
            "connection_messages false",
            f"listener {self.port} {self.listen}",
            # nobody takes over another's session by naming its client id
            "use_username_as_clientid true",
        ]
        if os.geteuid() == 0:  # else it would change its user, and with it forget to die with us
            lines.append("user root")
        return "\n".join(lines) + "\n"

    def _write_accounts(self, accounts: Mapping[str, str]) -> None:
        known = {GATEWAY_USER: hash_password(self.gateway_password), **accounts}
        write_private(self._passwords, password_lines(known))

    def _heard(self, line: str) -> None:
        if "Reloading config" in line:
            self._reloaded.set()
        super()._heard(line)


def password_lines(accounts: Mapping[str, str]) -> str:
    """The password file: name → `hash_password` of theirs."""
    return "".join(f"{user}:{digest}\n" for user, digest in sorted(accounts.items()))


def access_rules(station: str, gateway_user: str = GATEWAY_USER) -> str:
    """The ACL: the gateway may everything; a device writes what is its own to say and reads what is meant for it.

    `%u` is the user name, which the broker also takes for the client id. A SUBSCRIBE is always granted; the rules work on delivery.
    """
    write = [f"pattern write {topics.device(station, '%u', leaf)}" for leaf in topics.FROM_DEVICE]
    read = [f"pattern read {topics.device(station, '%u', leaf)}" for leaf in topics.TO_DEVICE]
    common = [f"pattern read {topic}" for topic in (topics.alert(station), topics.station_state(station))]
    return "\n".join([f"user {gateway_user}", f"topic readwrite {topics.ROOT}/{station}/#", *write, *read, *common, ""])
