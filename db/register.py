"""The seven collections by name, each after those that its documents name."""

from collections.abc import Mapping

from db.agreements import AGREEMENTS
from db.delegations import DELEGATIONS
from db.events import EVENTS
from db.organizations import ORGANIZATIONS
from db.people import PEOPLE
from db.records import Collection
from db.signatories import SIGNATORIES
from db.sources import SOURCES

REGISTER: Mapping[str, Collection] = {
    collection.name: collection
    for collection in (SOURCES, ORGANIZATIONS, PEOPLE, AGREEMENTS, SIGNATORIES, EVENTS, DELEGATIONS)
}
