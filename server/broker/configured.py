"""A broker that somebody else runs: we only know where it is."""

from collections.abc import Mapping
from pathlib import Path

import structlog

from server.broker.address import BrokerAddress
from server.broker.mosquitto import access_rules, password_lines
from server.broker.own import write_private
from server.broker.passwords import hash_password

log = structlog.get_logger(__name__)


class Configured:
    """The operator's broker. Accounts and rules are written as files in mosquitto's format for it to read (docs/gateway.md)."""

    name = "configured"

    def __init__(self, url: str, folder: Path, station: str) -> None:
        self.address = BrokerAddress.parse(url)
        self._folder = folder
        self._station = station

    def start(self) -> None:
        """Nothing to start."""
        log.info("using the configured broker", host=self.address.host, port=self.address.port)

    def stop(self) -> None:
        """Nothing to stop."""

    def admit(self, accounts: Mapping[str, str]) -> None:
        """Write the files; whoever runs the broker makes it read them again."""
        self._folder.mkdir(parents=True, exist_ok=True)
        gateway = self.address
        write_private(self._folder / "acl", access_rules(self._station, gateway.username))
        known = {gateway.username: hash_password(gateway.password), **accounts}
        write_private(self._folder / "passwords", password_lines(known))
