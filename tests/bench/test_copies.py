"""A record that was multiplied reads as if each copy had been posted."""

import pytest
import sqlalchemy as sa

from api.settings import Settings
from db.models import TABLES
from db.verify import verify
from tests.bench import copies, dossiers
from tests.door import ADMIN_KEY, opened

AGREEMENTS, TIMES = 100, 3
OF_THE_CHAIN = ("does not follow the row before it", "are not those that were hashed")


@pytest.fixture
def multiplied(engine: sa.Engine) -> sa.Engine:
    dossiers.build(engine, AGREEMENTS)
    copies.multiply(engine, TIMES)
    copies.settle(engine)
    return engine


def test_copies_are_found_like_what_was_posted(url: str, multiplied: sa.Engine) -> None:
    """Lists, one record, pairs and statuses; each row is what its document makes, and nothing is missing."""
    with opened(Settings(database_url=url, admin_key=ADMIN_KEY)) as door:
        listed = door.items("/v1/agreements", limit=200)
        days = [each["signed"]["edtf"] for each in listed]
        assert len({each["id"] for each in listed}) == AGREEMENTS * TIMES
        assert days == sorted(days)
        original, copy = (door.read(f"/v1/agreements/{id}") for id in ("agreement-bc", "agreement-c2-bc"))
        moved = copies.later(int(original["signed"]["edtf"][:4]), 2)
        assert copy["signed"]["edtf"] == f"{moved}{original['signed']['edtf'][4:]}"
        assert [each["id"] for each in copy["events"]][2] == f"agreement-c2-bc-notification-received-{moved + 1}-04-01"
        assert copy == door.read(f"/v1/agreements/{copy['id']}")
        params = {"between": "aax,aay", "status": "in_force", "on": "1990-01-01"}
        between = door.items("/v1/agreements", limit=7, **params)
        expected = [
            each["id"]
            for each in listed
            if {party["organization"] for party in each["parties"]} == {"aax", "aay"}
            and each["events"][-1]["date"]["edtf"] < "1989-12-02"
        ]
        assert [each["id"] for each in between] == expected
        assert any(id.startswith("agreement-c2-") for id in expected)
    with multiplied.connect() as connection:
        found = verify(connection, most=10**6).findings
    assert [finding for finding in found if not finding.endswith(OF_THE_CHAIN)] == []


def test_what_cannot_be_copied_is_refused(engine: sa.Engine) -> None:
    """Rows that follow from the day, and tables that say nothing about whose rows they hold."""
    dossiers.build(engine, 1)
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE stranger (word TEXT)")
        connection.exec_driver_sql("INSERT INTO stranger VALUES ('trade')")
    with pytest.raises(copies.NotCopied, match="stranger"):
        copies.multiply(engine, 2)
    with engine.connect() as connection:
        connection.exec_driver_sql("DROP TABLE stranger")
        deadline = {"owner": dossiers.id_of(0), "due": sa.func.current_date(), "told_on": sa.func.current_date()}
        connection.execute(sa.insert(TABLES["deadline"]).values(deadline))
    with pytest.raises(copies.NotCopied, match="deadline"):
        copies.multiply(engine, 2)
