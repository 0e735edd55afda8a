"""What anybody may see and hear without signing in, and nothing else."""

from server.public.archive import Aired, aired, audio_of, find_aired
from server.public.office import Office, office_of
from server.public.rules import Rules, decide, rules_of, withhold
from server.public.schedule import Coming, coming

__all__ = [
    "Aired", "Coming", "Office", "Rules", "aired", "audio_of", "coming", "decide", "find_aired", "office_of",
    "rules_of", "withhold",
]  # fmt: skip
