"""The database's tables, one module a noun. Facts only; the acts on them live beside this folder."""

from server.tables.air import DeviceCommand, Emergency, Lease, PreparedEmergency, StationKey
from server.tables.areas import Area, AreaLevel, AreaPolicy, FormerCode
from server.tables.audit import AuditEntry
from server.tables.bulletins import (
    Bulletin,
    EarStatus,
    Production,
    ProductionStatus,
    SoundKind,
    StoredDocument,
    Version,
    VersionStatus,
)
from server.tables.cap import CapAlert, CapState
from server.tables.deliveries import Delivery, DeviceEvent
from server.tables.dictionary import DictionaryRow, PastedText
from server.tables.groups import SpeakerGroup, SpeakerGroupMember
from server.tables.health import HealthSample
from server.tables.inbox import InboxMessage, InboxStatus
from server.tables.notifications import Contact, Notification, NotificationRule
from server.tables.people import Grant, Notice, Person, RoleName, SignIn
from server.tables.programmes import Programme, ProgrammeRun, Relay
from server.tables.public import PublicSetting, Withheld
from server.tables.retention import RetentionRule
from server.tables.schedules import DayKind, Occurrence, OccurrenceStatus, Schedule, ScheduleStatus, SpecialDay
from server.tables.speakers import SELF_TEST_AT, Claim, Speaker
from server.tables.station import Revision
from server.tables.tickets import Fault, FaultNote, Feedback, FeedbackKind, FeedbackStatus
from server.tables.tracks import Track

__all__ = [
    "SELF_TEST_AT",
    "Area", "AreaLevel", "AreaPolicy", "AuditEntry", "Bulletin", "CapAlert", "CapState", "Claim", "Contact", "DayKind",
    "Delivery", "DeviceCommand", "DeviceEvent", "DictionaryRow", "EarStatus", "Emergency", "Fault", "FaultNote", "Feedback",
    "FeedbackKind", "FeedbackStatus", "FormerCode", "Grant", "HealthSample", "InboxMessage", "InboxStatus", "Lease",
    "Notice", "Notification", "NotificationRule", "Occurrence", "OccurrenceStatus", "PastedText", "Person",
    "PreparedEmergency", "Production", "ProductionStatus", "Programme", "ProgrammeRun", "PublicSetting", "Relay",
    "RetentionRule", "Revision", "RoleName", "Schedule", "ScheduleStatus", "SignIn", "SoundKind", "Speaker", "SpeakerGroup",
    "SpeakerGroupMember", "SpecialDay", "StationKey", "StoredDocument", "Track", "Version", "VersionStatus", "Withheld",
]  # fmt: skip
