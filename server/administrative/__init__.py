"""The communes of Việt Nam since 1 July 2025, and what the older ones became. No district level."""

from server.administrative.units import Commune, FormerUnit, commune, communes_named, former, former_named, formerly

__all__ = ["Commune", "FormerUnit", "commune", "communes_named", "former", "former_named", "formerly"]
