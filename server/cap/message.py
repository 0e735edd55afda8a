"""What a CAP message says, as far as a loudspeaker is concerned."""

from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict

from server.errors import InvalidInputError


class CapError(InvalidInputError):
    """The file is no CAP message that could be aired."""

    code = "bad_cap"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class CapArea(_Part):
    """A place as the sender describes it."""

    description: str
    polygons: tuple[tuple[tuple[float, float], ...], ...] = ()
    """Closed rings of (latitude, longitude), degrees WGS 84."""
    circles: tuple[tuple[float, float, float], ...] = ()
    """(latitude, longitude, radius in km)."""
    geocodes: tuple[tuple[str, str], ...] = ()
    """(valueName, value): which system of codes, and the code."""


class CapInfo(_Part):
    """The message in one language."""

    language: str
    categories: tuple[str, ...]
    event: str
    response_types: tuple[str, ...] = ()
    urgency: str
    severity: str
    certainty: str
    effective: AwareDatetime | None = None
    onset: AwareDatetime | None = None
    expires: AwareDatetime | None = None
    sender_name: str = ""
    headline: str = ""
    description: str = ""
    instruction: str = ""
    contact: str = ""
    areas: tuple[CapArea, ...] = ()


class CapReference(_Part):
    """An earlier message that this one is about."""

    sender: str
    identifier: str
    sent: AwareDatetime


class CapMessage(_Part):
    """One `<alert>`."""

    identifier: str
    sender: str
    sent: AwareDatetime
    status: str
    msg_type: str
    scope: str
    note: str = ""
    references: tuple[CapReference, ...] = ()
    infos: tuple[CapInfo, ...] = ()
    signed: bool = False
    """Carries an XML signature. Nobody has verified it."""

    @property
    def info(self) -> CapInfo | None:
        """The block that would be read: the Vietnamese one, else the first."""
        vietnamese = (info for info in self.infos if info.language.lower().split("-")[0] in {"vi", "vie"})
        return next(vietnamese, self.infos[0] if self.infos else None)

    @property
    def test(self) -> bool:
        """Whether the sender calls it a test or an exercise."""
        return self.status in {"Exercise", "Test"}

    def as_facts(self) -> dict[str, Any]:
        """As JSON, for the row."""
        return self.model_dump(mode="json")
