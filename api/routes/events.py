"""/v1/events: what happened, to one agreement, to several at once, or to none."""

from api.resources import router_of
from db.events import EVENTS

router = router_of(EVENTS, "What happened, to one agreement, to several at once, or to none.")
