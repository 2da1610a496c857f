"""/v1/organizations: states and their bodies, international organisations, companies."""

from api.resources import router_of
from db.organizations import ORGANIZATIONS

router = router_of(ORGANIZATIONS, "States and their bodies, international organisations, companies.")
