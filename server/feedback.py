"""Residents' feedback (góp ý): a word without a name, an answer by the authority, published when both may be read by all."""

import secrets
import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import timedelta

from sqlmodel import Session, col, func, select

from server import areas, audit, notices
from server.errors import ConflictError, InvalidInputError, NotFoundError, StationError
from server.people import rights
from server.public import find_aired, rules_of
from server.tables import Feedback, FeedbackKind, FeedbackStatus, Person, RoleName
from server.tables.columns import now

KIND_NAMES = {
    FeedbackKind.TOO_LOUD: "Loa quá to",
    FeedbackKind.TOO_QUIET: "Loa quá nhỏ",
    FeedbackKind.TOO_EARLY: "Phát quá sớm hoặc quá muộn",
    FeedbackKind.NOT_HEARD: "Không nghe được loa",
    FeedbackKind.NOT_CLEAR: "Nghe không rõ lời",
    FeedbackKind.OTHER: "Việc khác",
}
"""Kinds as screens call them."""
STATUS_NAMES = {
    FeedbackStatus.NEW: "Chờ trả lời",
    FeedbackStatus.ANSWERED: "Đã trả lời",
    FeedbackStatus.DROPPED: "Không xử lý",
}
"""Statuses as screens call them."""
LONGEST_TEXT = 1000
LONGEST_ANSWER = 2000
_A_DAY = 300
"""More than this in 24 hours is no commune but a machine."""
_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


class TooManyError(StationError):
    """Somebody writes faster than people do."""

    status = 429
    code = "too_many_attempts"


class Pace:
    """How often one address may write. In memory, per process; nothing about a resident is kept."""

    def __init__(self, most: int = 5, window_s: float = 600.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._window_s, self._clock = most, window_s, clock
        self._times: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def take(self, address: str) -> None:
        """One more. Raises TooManyError, which costs nothing further."""
        at = self._clock()
        with self._lock:
            self._times = {key: times for key, times in self._times.items() if times[-1] > at - self._window_s}
            times = self._times.setdefault(address, deque(maxlen=self._most))
            if len(times) == self._most and times[0] > at - self._window_s:
                raise TooManyError("Bà con vừa gửi nhiều góp ý liền nhau. Xin đợi ít phút rồi gửi tiếp.")
            times.append(at)


def give(session: Session, *, kind: FeedbackKind, text: str, area_id: str, version_id: str = "") -> Feedback:
    """Take a resident's word. Raises InvalidInputError, NotFoundError (place, bulletin), TooManyError."""
    if not rules_of(session).feedback:
        raise InvalidInputError("Xã chưa nhận góp ý qua trang này. Xin liên hệ Ủy ban nhân dân xã.")
    text = text.strip()
    if kind is FeedbackKind.OTHER and not text:
        raise InvalidInputError("Xin viết vài lời để xã biết việc gì.")
    if len(text) > LONGEST_TEXT:
        raise InvalidInputError(f"Góp ý dài quá {LONGEST_TEXT} ký tự. Xin viết ngắn hơn.")
    top = areas.top(session)
    area = areas.find(session, area_id) if area_id else top
    if not areas.contains(session, top.id, area.id):
        raise NotFoundError("Không có địa bàn này.")
    at = now()
    if version_id:
        find_aired(session, at, version_id)
    today = session.exec(
        select(func.count()).select_from(Feedback).where(col(Feedback.created_at) > at - timedelta(days=1))
    )
    if today.one() >= _A_DAY:
        raise TooManyError("Hôm nay đài nhận quá nhiều góp ý. Xin gửi lại vào ngày mai.")
    code = "".join(secrets.choice(_LETTERS) for _ in range(10))
    row = Feedback(code=code, kind=kind, text=text, area_id=area.id, version_id=version_id or None, created_at=at)
    session.add(row)
    session.flush()
    audit.record(session, audit.STATION, "feedback.take", row.id, kind=kind.value, area=area.id)
    for person in session.exec(select(Person).where(Person.role == RoleName.OFFICER, col(Person.active).is_(True))):
        if rights.may(session, person, rights.Action.READ, area.id):
            notices.tell(session, person, "feedback", row.id, f"Góp ý mới: {KIND_NAMES[kind]} ({area.name}).", "/gop-y")
    return row


def by_code(session: Session, code: str) -> Feedback:
    """What a resident asks for. Raises NotFoundError."""
    plain = code.upper().replace("-", "").replace(" ", "")
    row = session.exec(select(Feedback).where(Feedback.code == plain)).first()
    if row is None:
        raise NotFoundError("Không có góp ý nào mang mã này. Xin xem lại mã đã ghi.")
    return row


def published(session: Session, *, limit: int = 50) -> list[Feedback]:
    """What everybody may read: answered, and put up by who answered."""
    return list(
        session.exec(
            select(Feedback)
            .where(Feedback.status == FeedbackStatus.ANSWERED, col(Feedback.published).is_(True))
            .order_by(col(Feedback.answered_at).desc())
            .limit(limit)
        )
    )


def inbox(session: Session, person: Person, *, limit: int = 200, offset: int = 0) -> list[Feedback]:
    """What was written about the person's place and below: unanswered first, then the newest; `offset` leaves out the first."""
    return list(
        session.exec(
            select(Feedback)
            .where(col(Feedback.area_id).in_(rights.reach(session, person)))
            .order_by(col(Feedback.status) != FeedbackStatus.NEW, col(Feedback.created_at).desc(), col(Feedback.id))
            .limit(limit)
            .offset(offset)
        )
    )


def answer(session: Session, person: Person, feedback_id: str, text: str, *, publish: bool) -> Feedback:
    """Answer, or correct the answer. Raises NotFoundError, ForbiddenError, InvalidInputError."""
    row = _manage(session, person, feedback_id)
    text = text.strip()
    if not text or len(text) > LONGEST_ANSWER:
        raise InvalidInputError(f"Hãy viết câu trả lời, không quá {LONGEST_ANSWER} ký tự.")
    row.status, row.answer, row.published = FeedbackStatus.ANSWERED, text, publish
    row.answered_by, row.answered_at = person.id, now()
    session.add(row)
    audit.record(session, person.id, "feedback.answer", row.id, answer=text, published=publish)
    return row


def drop(session: Session, person: Person, feedback_id: str) -> Feedback:
    """Put away what needs no answer. Raises NotFoundError, ForbiddenError, ConflictError (answered already)."""
    row = _manage(session, person, feedback_id)
    if row.status is FeedbackStatus.ANSWERED:
        raise ConflictError("Góp ý này đã được trả lời.")
    row.status = FeedbackStatus.DROPPED
    session.add(row)
    audit.record(session, person.id, "feedback.drop", row.id)
    return row


def _manage(session: Session, person: Person, feedback_id: str) -> Feedback:
    row = session.get(Feedback, feedback_id)
    if row is None or not rights.may(session, person, rights.Action.READ, row.area_id):
        raise NotFoundError("Không có góp ý này.")
    if not rights.may(session, person, rights.Action.APPROVE, row.area_id):
        rights.require(session, person, rights.Action.WRITE, row.area_id)
    return row
