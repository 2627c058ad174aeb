"""Places, agencies and facilities: paths, zones, federal circuits and districts, each with its days of validity."""

from dueprocess.places.book import ROLES, Agency, Place, PlaceBook, PlaceError, PlaceKind, load_places

__all__ = ["ROLES", "Agency", "Place", "PlaceBook", "PlaceError", "PlaceKind", "load_places"]
