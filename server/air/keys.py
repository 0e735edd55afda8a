"""The station's own keys: one that signs orders, one that alone can raise an emergency. Private halves are files, 0600."""

import json
from pathlib import Path

import structlog
from joserfc import jws
from sqlmodel import Session, col, select

from protocol.keys import PublicKey, Role, SigningKey, TrustSet, station_owner
from server.database import Database
from server.errors import ConflictError, NotFoundError
from server.tables import Speaker, StationKey
from server.tables.columns import now

log = structlog.get_logger(__name__)


class KeyStore:
    """Loads the keys, makes them on first start."""

    def __init__(self, database: Database, folder: Path, station: str) -> None:
        self._database = database
        self._folder = folder
        self._station = station
        self._keys: dict[Role, SigningKey] = {}

        self._stamps: dict[Role, int] = {}

    def open(self) -> None:
        """Load or make both keys. Under the database's write lock, so that of several processes one makes them."""
        with self._database.write() as session:
            for role in (Role.STATION, Role.EMERGENCY):
                self._keys[role] = self._open(session, role)
                self._stamps[role] = self._file(role).stat().st_mtime_ns

    def refresh(self) -> None:
        """Take up a key that another process has adopted since."""
        for role, stamp in list(self._stamps.items()):
            present = self._file(role).stat().st_mtime_ns
            if present != stamp:
                self._keys[role], self._stamps[role] = SigningKey.load(self._file(role)), present
                log.info("signing with another key from now on", role=role, kid=self._keys[role].kid)

    def prepare(self, session: Session, role: Role) -> StationKey:
        """Make the successor of a key and tell the devices to believe it; nothing is signed with it yet.

        Asked twice, the same successor. Inside `Database.write()`.
        """
        file = self._successor(role)
        if file.exists():
            key = SigningKey.load(file)
        else:
            key = SigningKey.generate(role, station_owner(self._station))
            key.save(file)
        row = session.get(StationKey, key.kid)
        if row is None:
            row = StationKey(kid=key.kid, role=role, public=key.public.model_dump(mode="json"))
            session.add(row)
            session.flush()
        return row

    def adopt(self, session: Session, role: Role, *, force: bool) -> StationKey:
        """Sign with the successor from now on. Raises ConflictError while a device may not believe it yet, unless forced.

        The old key is still believed until it is revoked. Inside `Database.write()`.
        """
        if not self._successor(role).exists():
            raise ConflictError("Chưa có khóa mới. Hãy tạo khóa mới trước, đợi các loa nhận, rồi mới chuyển sang.")
        waiting = unaware(session)
        if waiting and not force:
            raise ConflictError(
                f"Còn {len(waiting)} cụm loa chưa báo đã nhận khóa mới ({', '.join(waiting[:3])}…). Hãy đợi, hoặc chọn chuyển ngay."
            )
        successor = SigningKey.load(self._successor(role))
        row = session.get(StationKey, successor.kid)
        assert row is not None
        _retire_others(session, role, {successor.kid})
        session.flush()
        self._successor(role).replace(self._file(role))  # what a failure after this leaves undone, `open` does
        self.refresh()
        return row

    def revoke(self, session: Session, kid: str, reason: str) -> StationKey:
        """Believe a key no longer; devices drop what it signed. Raises NotFoundError, ConflictError (it signs at present)."""
        row = session.get(StationKey, kid)
        if row is None:
            raise NotFoundError("Không có khóa này.")
        if kid in {key.kid for key in self._keys.values()}:
            raise ConflictError("Khóa này đang dùng để ký. Hãy chuyển sang khóa mới trước khi thu hồi.")
        if row.revoked_at is None:
            row.revoked_at, row.reason = now(), reason
            session.add(row)
        return row

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
        following = self._successor(role)
        _retire_others(session, role, {key.kid} | ({SigningKey.load(following).kid} if following.exists() else set()))
        return key

    def _file(self, role: Role) -> Path:
        return self._folder / f"{role}.json"

    def _successor(self, role: Role) -> Path:
        return self._folder / f"{role}.next.json"

    @property
    def station(self) -> SigningKey:
        """Signs everything but alerts."""
        return self._keys[Role.STATION]

    @property
    def emergency(self) -> SigningKey:
        """Signs alerts and nothing else."""
        return self._keys[Role.EMERGENCY]


def _retire_others(session: Session, role: Role, kept: set[str]) -> None:
    """No key of the role but these signs any more; what others have signed is signed anew. Nothing to do for none."""
    others = session.exec(
        select(StationKey).where(
            StationKey.role == role, col(StationKey.retired_at).is_(None), col(StationKey.kid).not_in(kept)
        )
    ).all()
    for row in others:
        row.retired_at = now()
        session.add(row)
    if others:
        for speaker in session.exec(select(Speaker).where(col(Speaker.enrolled_at).is_not(None))):
            speaker.desired_digest, speaker.config_digest, speaker.desired_stale = "", "", True
            session.add(speaker)


def unaware(session: Session) -> list[str]:
    """Enrolled speakers that have not said yet that they hold their newest configuration, and with it every key."""
    trust = trust_set(session)
    rows = session.exec(
        select(Speaker.id, Speaker.config_rev, Speaker.reported, Speaker.config_token)
        .where(col(Speaker.enrolled_at).is_not(None))
        .order_by(Speaker.id)
    )
    return [
        speaker_id
        for speaker_id, config_rev, reported, token in rows
        if reported.get("config_rev", 0) < config_rev or not _carries(token, trust)
    ]


def _carries(config_token: str, trust: TrustSet) -> bool:
    """Whether the configuration last published has these keys. It is our own: read without being verified."""
    if not config_token:
        return False
    claims = json.loads(jws.extract_compact(config_token.encode()).payload)
    return TrustSet.model_validate(claims["body"]["trust"]) == trust


def trust_set(session: Session) -> TrustSet:
    """What a device shall believe: every key of the station that is not revoked, and the ids of those that are."""
    rows = session.exec(select(StationKey).order_by(StationKey.kid)).all()
    return TrustSet(
        keys=tuple(PublicKey.model_validate(row.public) for row in rows if row.revoked_at is None),
        revoked=tuple(row.kid for row in rows if row.revoked_at is not None),
    )
