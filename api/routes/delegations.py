"""/v1/delegations: people sent together, and the events that they attended."""

from api.resources import router_of
from db.delegations import DELEGATIONS

router = router_of(DELEGATIONS, "People sent together, and the events that they attended.")
