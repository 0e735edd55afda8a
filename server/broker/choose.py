"""Which broker: the configured one, else mosquitto, else the embedded one."""

from collections.abc import Mapping
from typing import Protocol

from server.broker.address import BrokerAddress
from server.broker.configured import Configured
from server.broker.embedded import Embedded
from server.broker.mosquitto import Mosquitto, find_program
from server.errors import InvalidInputError
from server.settings import Settings


class Broker(Protocol):
    """What the station asks of a broker."""

    name: str

    @property
    def address(self) -> BrokerAddress:
        """How the gateway reaches it, and as whom."""

    def start(self) -> None:
        """Ready to be connected to when this returns. Raises StationError."""

    def stop(self) -> None:
        """Safe to call twice."""

    def admit(self, accounts: Mapping[str, str]) -> None:
        """Make exactly these users known: name → `hash_password` of theirs."""


def open_broker(settings: Settings) -> Broker:
    """The broker that the settings ask for, not yet started. Raises InvalidInputError if it cannot be had."""
    if settings.broker_url:
        return Configured(settings.broker_url, settings.broker_dir, settings.station)
    if settings.broker_choice not in {"auto", "mosquitto", "iotcore"}:
        raise InvalidInputError("LOA_BROKER_CHOICE phải là auto, mosquitto hoặc iotcore.")
    program = None if settings.broker_choice == "iotcore" else find_program()
    if program is not None:
        return Mosquitto(settings.broker_dir, settings.host, settings.station, program)
    if settings.broker_choice == "mosquitto":
        raise InvalidInputError("Máy này chưa cài mosquitto. Hãy cài gói mosquitto, hoặc đặt LOA_BROKER_CHOICE=auto.")
    return Embedded(settings.broker_dir, settings.host, settings.station)
