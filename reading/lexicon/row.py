"""One row of a dictionary."""

from pydantic import BaseModel, ConfigDict


class Row(BaseModel):
    """`written` is said `spoken`; with conditions, only in the company they name."""

    model_config = ConfigDict(frozen=True)

    written: str
    """Exactly as written, case and dots included ("UBND", "Tp.")."""
    spoken: str
    after: tuple[str, ...] = ()
    """It holds when one of these phrases stands directly before the written form ("hội" before "CĐ")."""
    before: tuple[str, ...] = ()
    """… or one of these directly behind it ("xã" behind "CT")."""
    among: tuple[str, ...] = ()
    """… or one of these anywhere in the sentence."""
    source: str = ""
    """Where the reading comes from: a law, a style guide, common use, the commune's own."""
    note: str = ""

    @property
    def conditional(self) -> bool:
        """Whether the row holds only in some company."""
        return bool(self.after or self.before or self.among)
