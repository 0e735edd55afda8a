"""iotcore (rumqttd in a wheel) in a child of its own: for a machine without mosquitto. It knows no passwords and no ACL."""

import sys
from collections.abc import Mapping

import structlog

from protocol import envelope
from server.broker.own import OwnBroker, write_private

_CODE = (
    "import logging, sys; from iotcore.iotcore import IotCoreBroker; "
    "logging.getLogger('rumqttd').setLevel(logging.CRITICAL); "  # it logs every packet as an error
    "IotCoreBroker(config_path=sys.argv[1]).run_forever()"
)

log = structlog.get_logger(__name__)


class Embedded(OwnBroker):
    """The broker of last resort. Truth does not depend on it: every message is signed and judged by who signed it."""

    name = "iotcore"

    def start(self) -> None:
        """Start it, and say what it cannot do."""
        log.warning(
            "mosquitto is not installed: using a broker without passwords or topic rules, install mosquitto for production",
            host=self.listen,
            port=self.port,
        )
        super().start()

    def admit(self, accounts: Mapping[str, str]) -> None:
        """It has no accounts: everybody who reaches the port is let in."""

    def _command(self) -> list[str]:
        file = self.folder / "iotcore.toml"
        write_private(file, self._configuration())
        return [sys.executable, "-I", "-c", _CODE, str(file)]

    def _configuration(self) -> str:
        return f"""
id = 0
[router]
id = 0
max_connections = 10010
max_outgoing_packet_count = 200
max_segment_size = 104857600
max_segment_count = 10
[v5.1]
name = "v5-1"
listen = "{self.listen}:{self.port}"
next_connection_delay_ms = 1
[v5.1.connections]
connection_timeout_ms = 60000
max_payload_size = {envelope.MAX_BYTES + 4096}
max_inflight_count = 1000
dynamic_filters = true
"""
