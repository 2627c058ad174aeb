"""Places, agencies and facilities: paths, zones, federal circuits and districts, each with its days of validity."""

from dueprocess.places.book import ROLES, Agency, Place, PlaceBook, PlaceError, PlaceKind, load_places
from dueprocess.places.vintage import vintage_of

__all__ = ["ROLES", "Agency", "Place", "PlaceBook", "PlaceError", "PlaceKind", "load_places", "vintage_of"]
