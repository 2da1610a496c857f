"""The seven collections by name, each after those that its documents name."""

from collections.abc import Mapping

from db.agreements import AGREEMENTS
from db.delegations import DELEGATIONS
from db.errors import Fault, Invalid
from db.events import EVENTS
from db.organizations import ORGANIZATIONS
from db.people import PEOPLE
from db.queries import WORDS, read
from db.records import Collection
from db.signatories import SIGNATORIES
from db.sources import SOURCES
from db.validation import did_you_mean

REGISTER: Mapping[str, Collection] = {
    collection.name: collection
    for collection in (SOURCES, ORGANIZATIONS, PEOPLE, AGREEMENTS, SIGNATORIES, EVENTS, DELEGATIONS)
}


def named(parameter: str, text: str | None) -> list[Collection]:
    """The collections that a parameter names, with commas between them; none if it was left out."""
    names = read(parameter, WORDS, text) if text is not None else []
    for name in names:
        if name not in REGISTER:
            reason = f"{name!r} is no collection{did_you_mean(name, REGISTER)}"
            raise Invalid(Fault("", "unknown", reason, parameter))
    return [REGISTER[name] for name in names]
