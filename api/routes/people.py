"""/v1/people: those who signed, led, negotiated or spoke."""

from api.resources import router_of
from db.people import PEOPLE

router = router_of(PEOPLE, "Those who signed, led, negotiated or spoke.")
