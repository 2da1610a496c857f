"""A change as a CloudEvent 1.0 in structured JSON: in the feed, in the stream, in what webhooks are sent.

`id` is the seq, so what comes twice is known by it. The stored documents are spliced in as they are.
"""

import json
from typing import Any

import sqlalchemy as sa

from api.errors import COLLECTION_OF
from db.documents import text_of
from db.members import Json

MEDIA_TYPE = "application/cloudevents+json"


def event_of(change: sa.Row[Any]) -> str:
    """One change, as `db.changes` gives it."""
    collection = COLLECTION_OF[change.kind]
    envelope: Json = {
        "specversion": "1.0",
        "id": str(change.seq),
        "source": f"/v1/{collection}",
        "type": f"bilateral.{change.kind}.{change.op}",
        "subject": change.resource_id,
        "time": change.recorded_at,
        "datacontenttype": "application/json",
    }
    told: Json = {
        "seq": change.seq,
        "collection": collection,
        "id": change.resource_id,
        "version": change.version,
        "op": change.op,
        "actor": change.actor,
    }
    if change.reason is not None:
        told["reason"] = change.reason
    documents = [("elapsed" if change.op == "elapsed" else "document", change.document), ("previous", change.previous)]
    spliced = "".join(f",{json.dumps(name)}:{document}" for name, document in documents if document is not None)
    return f'{text_of(envelope)[:-1]},"data":{text_of(told)[:-1]}{spliced}}}}}'
