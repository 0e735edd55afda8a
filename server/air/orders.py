"""What is sent at once and not retained: alerts and commands."""

from collections.abc import Iterator

from protocol import topics
from server.air import commands, emergencies, lease
from server.air.keys import KeyStore
from server.database import Database
from server.tables.columns import now


class Orders:
    """Sends each once per connection to the broker; what came twice the devices tell by revision."""

    def __init__(self, database: Database, keys: KeyStore, station: str, holder: str) -> None:
        self._database = database
        self._keys = keys
        self._station = station
        self._holder = holder
        self._sent: set[int] = set()

    def again(self) -> None:
        """The broker may have lost what we sent: alerts are sent once more."""
        self._sent.clear()

    def due(self) -> Iterator[list[tuple[str, str]]]:
        """(topic, token) to send now; alerts first. Raises LeaseLostError."""
        with self._database.read() as session:
            tokens = emergencies.in_the_air(session, now())
            some = commands.any_unsent(session, now())
        yield [(topics.alert(self._station), token) for rev, token in tokens if rev not in self._sent]
        self._sent = {rev for rev, _ in tokens}
        if some:
            with self._database.write() as session:
                lease.require(session, self._holder)
                messages = commands.unsent(session, key=self._keys.station, station=self._station, at=now())
            yield messages
