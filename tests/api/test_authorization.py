"""Who may do what: every operation of the OpenAPI document, with every kind of credential, as the document says.

Nothing here names an operation. What one needs stands in its `security`, as roles; whether a wrong credential is
refused where none is needed, in its 401.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import httpx
import pytest

from db import keys, ledger
from db.keys import INCLUDES
from tests.contract import Contract, Operation, sent_as
from tests.door import ADMIN_KEY, Door, opened
from tests.tokens import StubIssuer, claims, public_jwk, settings_for, token

Json = dict[str, Any]
ANYTHING_ELSE = frozenset(range(200, 500)) - {401, 403}


class Credential(NamedTuple):
    """What is sent as Authorization, and the scope that it has; without one it must be refused."""

    sent: str | None
    scope: str | None


@dataclass(frozen=True)
class Rule:
    """What the document says of who may call an operation."""

    operation: Operation
    needs: str | None
    """The scope, if one is needed."""
    looks: bool
    """Whether credentials are looked at although none is needed."""

    def status(self, credential: Credential) -> int | None:
        """401, 403, or None: anything else."""
        if not self.looks:
            return None
        if credential.scope is None:
            return 401 if self.needs or credential.sent else None
        return 403 if self.needs and self.needs not in INCLUDES[credential.scope] else None


def rules(door: Door) -> Iterator[Rule]:
    """One for each operation that the service describes."""
    contract = Contract(door.read("/openapi.json"))
    schemes = [*contract.document["components"]["securitySchemes"]]
    for operation in contract.every:
        security, looks = operation.members["security"], 401 in map(int, operation.responses)
        if security:
            assert [name for way in security for name in way] == schemes == ["key", "oidc"]
        needs = {role for way in security for roles in way.values() for role in roles}
        assert len(needs) == (1 if security else 0)
        yield Rule(operation, next(iter(needs), None), looks)


def credentials(door: Door) -> Mapping[str, Credential]:
    """One of every kind."""
    state = door.app.state
    yesterday = datetime.now(UTC) - timedelta(days=1)
    with ledger.write(state.engine, state.clock, actor="a test") as unit:
        made = {scope: keys.make(unit, scope, scope) for scope in INCLUDES}
        expired = keys.make(unit, "expired", "admin", yesterday)
        revoked = keys.make(unit, "revoked", "admin")
        keys.revoke(unit, keys.id_of(revoked))
    good = {f"a key to {scope}": Credential(f"Bearer {secret}", scope) for scope, secret in made.items()}
    good |= {f"a token to {scope}": Credential(f"Bearer {bearing(scope=scope)}", scope) for scope in INCLUDES}
    good["the key of the settings"] = Credential(f"Bearer {ADMIN_KEY}", "admin")
    bad = {
        "an empty one": "Bearer",
        "another scheme": f"Basic {made['admin']}",
        "a malformed key": "Bearer blt_",
        "a wrong key": f"Bearer {made['admin'][:-1]}x",
        "a revoked key": f"Bearer {revoked}",
        "an expired key": f"Bearer {expired}",
        "a malformed token": "Bearer a.b.c",
        "an expired token": f"Bearer {bearing(scope='admin', exp=1)}",
        "a token for others": f"Bearer {bearing(scope='admin', aud='others')}",
        "a token that another signed": f"Bearer {token(claims(scope='admin'), number=1, header={'kid': 'RS256-0'})}",
        "a token without a scope of ours": f"Bearer {bearing(scope='openid')}",
    }
    return {"none": Credential(None, None)} | good | {name: Credential(sent, None) for name, sent in bad.items()}


def bearing(**said: Any) -> str:
    return token(claims(**said))


def call(door: Door, operation: Operation, sent: str | None) -> httpx.Response:
    """About a record that nobody has, and with a body that is wrong, so that what is let in does no harm."""
    path = operation.path.format(id="nobody-has-this", version=1, first="mex", second="rus")
    media_types = operation.members.get("requestBody", {}).get("content", {})
    body = sent_as(next(iter(media_types)), {"no_such_member": 1}) if media_types else {}
    return door.request(operation.method, path, headers={"Authorization": sent} if sent else {}, **body)


@pytest.mark.parametrize("public_read", [True, False], ids=["open", "closed"])
def test_each_credential_is_let_in_where_the_document_says_so_and_nowhere_else(
    seeded_url: str, public_read: bool
) -> None:
    """401 for whoever is nobody, 403 for whoever has too narrow a scope, anything else for the others."""
    settings = settings_for(seeded_url, public_read=public_read)
    with opened(settings) as door:
        door.app.state.issuer = StubIssuer(public_jwk("RS256")).known_to(settings)
        door.app.state.watch.stopping = True  # what would be streamed ends at once
        every, credential_of = [*rules(door)], credentials(door)
        door.key = None
        wrong = []
        for rule in every:
            for name, credential in credential_of.items():
                status, wanted = call(door, rule.operation, credential.sent).status_code, rule.status(credential)
                if status not in ({wanted} if wanted else ANYTHING_ELSE):
                    wrong.append((rule.operation.id, name, status, wanted))
    assert wrong == []
    assert {each.needs for each in every} == {None, "write", "admin"} | (set() if public_read else {"read"})
