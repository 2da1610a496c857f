"""/v1/sources: the texts that facts are cited to."""

from api.resources import router_of
from db.sources import SOURCES

router = router_of(SOURCES, "The texts that facts are cited to.")
