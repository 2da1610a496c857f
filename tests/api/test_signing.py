"""Signatures of webhooks, as a receiver checks them."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest

from api.client import NotGenuine, verify_webhook
from api.signing import headers, sign

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
OTHER = "whsec_" + base64.b64encode(bytes(range(32, 64))).decode()
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
BODY = '{"id": "287", "subject": "México"}'.encode()
SENT = headers([SECRET], "287", int(NOW.timestamp()), BODY)


def test_the_signature_is_that_of_the_specification() -> None:
    """HMAC-SHA256, in base64, of id, timestamp and body with full stops between, under the decoded secret."""
    content = b"287." + str(int(NOW.timestamp())).encode() + b"." + BODY
    expected = base64.b64encode(hmac.new(bytes(range(32)), content, hashlib.sha256).digest()).decode()
    assert SENT["webhook-signature"] == f"v1,{expected}"


def test_what_is_genuine_gives_its_id() -> None:
    """With the secret, or one of two, in text or bytes, and with headers in any case."""
    assert verify_webhook(BODY, SENT, SECRET, now=NOW) == "287"
    assert verify_webhook(BODY.decode(), SENT, [OTHER, SECRET], now=NOW) == "287"
    shouted = {name.title(): value for name, value in SENT.items()}
    assert verify_webhook(BODY, shouted, SECRET.removeprefix("whsec_"), now=NOW) == "287"
    now = datetime.now(UTC)
    assert verify_webhook(BODY, headers([SECRET], "1", int(now.timestamp()), BODY), SECRET) == "1"


def test_while_two_secrets_sign_each_of_them_fits() -> None:
    """Signatures stand in one header; those of other versions are passed over."""
    both = headers([OTHER, SECRET], "287", int(NOW.timestamp()), BODY)
    both["webhook-signature"] += " v1a,AAAA"
    for secret in (SECRET, OTHER):
        assert verify_webhook(BODY, both, secret, now=NOW) == "287"


@pytest.mark.parametrize("name", SENT)
def test_every_header_counts(name: str) -> None:
    """Without one, or with another, it is not genuine."""
    without = {other: value for other, value in SENT.items() if other != name}
    for changed in (without, SENT | {name: ""}, SENT | {name: SENT[name][:-1]}, SENT | {name: "é\udcff"}):
        with pytest.raises(NotGenuine):
            verify_webhook(BODY, changed, SECRET, now=NOW)


def test_the_body_and_the_secret_count() -> None:
    """One byte more, or another secret, and it is not genuine; no secret at all fits nothing."""
    with pytest.raises(NotGenuine):
        verify_webhook(BODY + b" ", SENT, SECRET, now=NOW)
    for secrets in (OTHER, [OTHER], []):
        with pytest.raises(NotGenuine):
            verify_webhook(BODY, SENT, secrets, now=NOW)


def test_it_must_be_fresh() -> None:
    """Five minutes either way, or what the receiver allows."""
    for apart in (timedelta(minutes=5), timedelta(minutes=-5)):
        assert verify_webhook(BODY, SENT, SECRET, now=NOW + apart) == "287"
        with pytest.raises(NotGenuine, match="301 seconds"):
            verify_webhook(BODY, SENT, SECRET, now=NOW + apart + apart / 300)
    assert verify_webhook(BODY, SENT, SECRET, now=NOW + timedelta(days=1), tolerance=timedelta(days=1)) == "287"


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_AAAA", "whsec_not base64", "whsec_é", SECRET[:-1]])
def test_a_secret_that_is_none_is_refused(secret: str) -> None:
    """Nothing is signed, or held to be genuine, with it."""
    with pytest.raises(ValueError, match="whsec_"):
        verify_webhook(BODY, SENT, secret, now=NOW)
    with pytest.raises(ValueError, match="whsec_"):
        sign(secret, "287", 0, BODY)
