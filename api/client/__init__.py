"""The client for programs that use the service: every collection, typed; imports nothing of the server.

    with Bilateral("http://127.0.0.1:8000", "blt_...") as service:
        for agreement in service.agreements.list(between=("mex", "rus"), status="in_force"):
            print(agreement.title["en"], agreement.status.since)

Answers are the shapes that the contract is made of; dates are dicts with `edtf`, `earliest`, `latest`. What can go
wrong is in `api.client.errors`. `stamina` decides how long it waits before it sends again.
"""

from api.client import errors
from api.client.collections import Agreements, Collection
from api.client.following import Following
from api.client.service import Bilateral
from api.schemas import Change
from api.signing import NotGenuine, verify_webhook

__all__ = ["Agreements", "Bilateral", "Change", "Collection", "Following", "NotGenuine", "errors", "verify_webhook"]
