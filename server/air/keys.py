"""The station's own keys: one that signs orders, one that alone can raise an emergency. Private halves are files, 0600."""

from pathlib import Path

import structlog
from sqlmodel import Session, select

from protocol.keys import PublicKey, Role, SigningKey, TrustSet, station_owner
from server.database import Database
from server.tables import StationKey

log = structlog.get_logger(__name__)


class KeyStore:
    """Loads the keys, makes them on first start."""

    def __init__(self, database: Database, folder: Path, station: str) -> None:
        self._database = database
        self._folder = folder
        self._station = station
        self._keys: dict[Role, SigningKey] = {}

    def open(self) -> None:
        """Load or make both keys. Under the database's write lock, so that of several processes one makes them."""
        with self._database.write() as session:
            for role in (Role.STATION, Role.EMERGENCY):
                self._keys[role] = self._open(session, role)

    def _open(self, session: Session, role: Role) -> SigningKey:
        file = self._file(role)
        if file.exists():
            key = SigningKey.load(file)
        else:
            key = SigningKey.generate(role, station_owner(self._station))
            key.save(file)
            log.info("made a key", role=role, kid=key.kid)
        if session.get(StationKey, key.kid) is None:
            session.add(StationKey(kid=key.kid, role=role, public=key.public.model_dump(mode="json")))
        return key

    def _file(self, role: Role) -> Path:
        return self._folder / f"{role}.json"

    @property
    def station(self) -> SigningKey:
        """Signs everything but alerts."""
        return self._keys[Role.STATION]

    @property
    def emergency(self) -> SigningKey:
        """Signs alerts and nothing else."""
        return self._keys[Role.EMERGENCY]


def trust_set(session: Session) -> TrustSet:
    """What a device shall believe: every key of the station that is not revoked, and the ids of those that are."""
    rows = session.exec(select(StationKey).order_by(StationKey.kid)).all()
    return TrustSet(
        keys=tuple(PublicKey.model_validate(row.public) for row in rows if row.revoked_at is None),
        revoked=tuple(row.kid for row in rows if row.revoked_at is not None),
    )
