"""Logs: one JSON object a line on standard error, uvicorn's own among them."""

import json
import logging
import sys
from typing import Any

import structlog


class StandardError:
    """Writes a line at once; the lock of the standard library's logging is not needed for one write."""

    def __init__(self, *_: object) -> None:
        self._write = sys.stderr.buffer.raw.write if hasattr(sys.stderr.buffer, "raw") else sys.stderr.buffer.write

    def msg(self, line: str) -> None:
        self._write(line.encode("utf-8", "backslashreplace") + b"\n")

    debug = info = warning = error = critical = exception = msg


def _as_json(members: dict[str, Any], **_: Any) -> str:
    return json.dumps(members, ensure_ascii=False, default=repr)


def configure(level: str, worker: int | None = None) -> None:
    """Our own lines take the short way to standard error; those of uvicorn and alembic have the same form.

    Each names its worker, if there are several.
    """
    number = logging.getLevelNamesMapping()[level.upper()]
    named = {} if worker is None else {"worker": worker}
    shared: list[structlog.typing.Processor] = [
        lambda _logger, _method, members: {**named, **members},
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    as_json = structlog.processors.JSONRenderer(serializer=_as_json)
    structlog.configure(
        processors=[*shared, as_json],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=StandardError,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, as_json],
        )
    )
    logging.basicConfig(handlers=[handler], level=number, force=True)
    logging.getLogger("alembic").setLevel(logging.WARNING)
