"""/v1/signatories: who signed, in what capacity, on behalf of which party."""

from api.resources import router_of
from db.signatories import SIGNATORIES

router = router_of(SIGNATORIES, "Who signed, in what capacity, on behalf of which party.")
