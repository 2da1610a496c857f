"""What can go wrong between a program and the service.

Failure                       the root
├── Unanswered                no answer came: the connection, or the time that one waits (`__cause__` says which)
│   └── NotSent               the request never left
├── Unreadable                something else than this service answers, or one that is much newer
├── Unsure                    an answer was lost, and the change cannot be told from another's any more
├── Contended                 others were faster again and again
└── Refused                   the service said no: `status`, `slug`, `title`, `detail`, `errors`, `request_id`
    ├── NotParseable          400
    ├── NotAuthentic          401  the key is missing, or is nobody's
    ├── NotAllowed            403  the key's scope does not reach so far
    ├── NotFound              404
    ├── Clash                 409
    │   ├── Taken                  the id is in use, or was
    │   └── StillNamed             others name the record: `errors` lists them
    ├── Withdrawn             410  its history can be read
    ├── Stale                 412  somebody else changed the record meanwhile
    ├── TooLarge              413, 414
    ├── Invalid               422  `errors` names each member or parameter that is wrong
    │   └── BadCursor
    ├── TooOften              429  said by a proxy in front of the service
    └── Failed                5xx
        └── Unavailable       502, 503, 504
            └── Busy               nothing was written

A webhook that this service did not send raises NotGenuine (api/signing.py).
"""

from collections.abc import Mapping, Sequence

import httpx
from pydantic import ValidationError

from api.schemas import Problem, ProblemError


class Failure(Exception):
    """The root of all that the client raises."""


class Unanswered(Failure):
    """No answer came. Whether a change was written can be seen in the record."""


class NotSent(Unanswered):
    """There was no connection: nothing was written."""


class Unreadable(Failure):
    """The answer has not the shape that this release knows."""


class Unsure(Failure):
    """The first answer was lost, and the same change sent again found another version: its own, or somebody else's."""


class Contended(Failure):
    """The change was made for the newest version each time, and each time somebody else was faster."""


class Refused(Failure):
    """The service answered with a problem (RFC 9457)."""

    def __init__(self, problem: Problem, request_id: str | None = None) -> None:
        super().__init__(problem, request_id)
        self.slug = problem.type.rpartition("/")[2]
        """What kind of problem it is: the last part of its address."""
        self.status = problem.status
        self.title = problem.title
        self.detail = problem.detail
        self.errors: Sequence[ProblemError] = problem.errors or ()
        """Each thing that is wrong: its `pointer` or `parameter`, `code` and `detail`."""
        self.request_id = request_id
        """Under which the service logged it."""

    def __str__(self) -> str:
        named = [f"{each.parameter or each.pointer or 'the document'}: {each.detail}" for each in self.errors]
        return "\n  ".join([f"{self.status} {self.title}: {self.detail}", *named])


class NotParseable(Refused):
    """The request cannot be read."""


class NotAuthentic(Refused):
    """A valid key is needed."""


class NotAllowed(Refused):
    """The key's scope does not reach so far."""


class NotFound(Refused):
    """Nothing of that kind ever had this id; or not yet at the instant that was asked about."""


class Clash(Refused):
    """Other records are in the way."""


class Taken(Clash):
    """The id belongs, or belonged, to another record."""


class StillNamed(Clash):
    """Others name the record."""


class Withdrawn(Refused):
    """There was such a record."""


class Stale(Refused):
    """The record is not at the version that the change was made for."""


class TooLarge(Refused):
    """The document, or the address, is larger than the service takes."""


class Invalid(Refused):
    """What was sent is wrong; nothing was written."""


class BadCursor(Invalid):
    """The cursor belongs to another list."""


class TooOften(Refused):
    """Somebody limits how often one may ask."""


class Failed(Refused):
    """The service failed. Whether a change was written can be seen in the record."""


class Unavailable(Failed):
    """The service, or its database, does not answer for now."""


class Busy(Unavailable):
    """The record is busy; nothing was written."""


BY_SLUG: Mapping[str, type[Refused]] = {
    "taken": Taken,
    "still-named": StillNamed,
    "bad-cursor": BadCursor,
    "busy": Busy,
}
BY_STATUS: Mapping[int, type[Refused]] = {
    400: NotParseable,
    401: NotAuthentic,
    403: NotAllowed,
    404: NotFound,
    409: Clash,
    410: Withdrawn,
    412: Stale,
    413: TooLarge,
    414: TooLarge,
    422: Invalid,
    429: TooOften,
    502: Unavailable,
    503: Unavailable,
    504: Unavailable,
}
"""What has no class of its own by its slug."""
NOTHING_WRITTEN = (NotSent, Busy, TooOften)
"""Any request may be sent again after these."""
PASSING = (Unanswered, Unavailable, TooOften)
"""What may be otherwise a moment later."""


def refusal(response: httpx.Response) -> Failure:
    """What an answer says that is no success."""
    if not response.is_error:
        return Unreadable(f"{response.request.url} answers {response.status_code}: is that the service's address?")
    try:
        problem = Problem.model_validate_json(response.content)
    except ValidationError:  # a proxy in front speaks for itself
        phrase = response.reason_phrase or "Error"
        problem = Problem(type="about:blank", title=phrase, status=response.status_code, detail=response.text[:500])
    found = BY_SLUG.get(problem.type.removeprefix("/problems/"), BY_STATUS.get(response.status_code))
    kind = found or (Failed if response.is_server_error else Refused)
    return kind(problem, response.headers.get("X-Request-Id"))
