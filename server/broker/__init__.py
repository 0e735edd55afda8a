"""The MQTT broker: one that was configured, or one of our own as a child that dies with the station."""

from server.broker.address import GATEWAY_USER, BrokerAddress
from server.broker.choose import Broker, open_broker
from server.broker.passwords import hash_password, new_password

__all__ = ["GATEWAY_USER", "Broker", "BrokerAddress", "hash_password", "new_password", "open_broker"]
