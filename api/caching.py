"""Who may keep an answer, and for how long (RFC 9111): one table.

What may be kept must be asked about each time, by `If-None-Match`, unless the operator lets readers without a key be
told what is some seconds old. What was known at an instant is no exception: which day it is told for, how the law is
read, and whether the record was withdrawn since can change the answer.
"""

import re
from functools import lru_cache

from api.settings import Settings

NEVER, CHECKED, BY_SETTING, FOR_A_DAY = "no-store", "no-cache", "max-age", "max-age=86400"
FOR_GOOD = FOR_A_DAY + ", immutable"
KEPT = (
    (r"|/metrics|/healthz|/readyz|/v1/changes/stream", NEVER),  # of this moment; and what leads nowhere
    (r"/v1/(keys|webhooks)(/.*)?", NEVER),  # not for the disk of whoever administers
    (r"/v1/changes", CHECKED),  # who follows asks the same again until something came
    (r"/v1/.*/revisions/\{version\}", FOR_GOOD),  # the same for ever; a day, since a backup may be restored
    (r"/v1/.*", BY_SETTING),
    (r"/docs/assets/.*", FOR_A_DAY),  # another release may bring others
    (r".*", CHECKED),
)
"""The first pattern that a route's template fits says how what it answers is kept."""
BY_WHOM = ("Authorization", "Bilateral-After")
"""What an answer under /v1 hangs on beside its address: a wrong key is refused; who wrote sees what they wrote."""


def keeping(route: str, method: str, status: int, has_key: bool, settings: Settings) -> tuple[str, tuple[str, ...]]:
    """The `Cache-Control` of an answer, and what it adds to `Vary`."""
    how = _how(route)
    if method not in ("GET", "HEAD") or status not in (200, 304) or how is NEVER:
        return NEVER, ()
    of_the_record = route.startswith("/v1/")
    private = of_the_record and (has_key or not settings.public_read)
    if how is BY_SETTING:
        how = f"max-age={settings.max_age}" if settings.max_age and not private else CHECKED
    origin = ("Origin",) if settings.cors_origins else ()
    return f"{'private' if private else 'public'}, {how}", (*(BY_WHOM if of_the_record else ()), *origin)


@lru_cache(maxsize=256)
def _how(route: str) -> str:
    return next(how for pattern, how in KEPT if re.fullmatch(pattern, route))
