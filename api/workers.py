"""The processes that serve: one; or several on one socket, and another that keeps them alive.

Workers share nothing but the socket, the database, and the files that /metrics adds up. Each has threads, connections
and a slot for writing of its own, and the writers of all queue at the database as those of several services do. The
first does what need not be done twice: it ticks, and delivers to webhooks.
"""

import multiprocessing
import os
import signal
import socket
import sys
import tempfile
import threading
import time
from contextlib import suppress
from multiprocessing.connection import wait
from multiprocessing.context import ForkServerProcess
from typing import NoReturn

import structlog
import uvicorn
from fastapi import FastAPI
from uvicorn.config import STARTUP_FAILURE

from api import logs, metrics
from api.delivery import delivering
from api.main import create_app
from api.protocol import Protocol, Server
from api.settings import Settings
from api.ticking import ticking

log = structlog.get_logger()
GRACE = 30
"""Seconds in which what is under way must be answered when the service stops."""
KILLED_AFTER = GRACE + 5


def serve_on(listening: socket.socket, app: FastAPI, settings: Settings, *, chores: bool = True) -> None:
    """Serve until told to stop; with chores, tick and deliver too."""
    if chores:
        app = ticking(delivering(app) if settings.deliver else app)
    config = uvicorn.Config(
        app,
        http=Protocol,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=settings.keep_alive,
        timeout_graceful_shutdown=GRACE,
    )
    Server(config, app.state.watch).run(sockets=[listening])


class Crew:
    """As many workers as are set; one that dies is replaced, and all end with whoever keeps them.

    They are forked off a process that has imported what they need, which takes seconds, and has done nothing else.
    """

    def __init__(self, listening: socket.socket, settings: Settings) -> None:
        self._listening, self._settings = listening, settings
        self._workers: dict[int, ForkServerProcess] = {}
        self._forks = multiprocessing.get_context("forkserver")  # not all systems have it
        self._forks.set_forkserver_preload(["api.cli"])

    def run(self) -> NoReturn:
        """Serve until KeyboardInterrupt; another one does not wait for what is under way."""
        with _folder() as counted:
            os.environ[metrics.COUNTED] = counted
            try:
                for number in range(self._settings.workers):
                    self._begin(number)
                while True:
                    wait([worker.sentinel for worker in self._workers.values()])
                    self._replace(counted)
            finally:
                self._end()

    def _begin(self, number: int) -> None:
        worker = self._forks.Process(target=_work, args=(number, self._listening, self._settings))
        there = signal.signal(signal.SIGINT, signal.SIG_IGN)  # it begins deaf to Ctrl-C, which all processes get
        try:
            worker.start()
        finally:
            signal.signal(signal.SIGINT, there)
        self._workers[number] = worker
        log.info("worker begins", worker=number, pid=worker.pid)

    def _replace(self, counted: str) -> None:
        for number, worker in self._workers.items():
            if worker.exitcode is None:
                continue
            if worker.exitcode == STARTUP_FAILURE:
                sys.exit("bilateral: a worker cannot begin to serve; its log says why")
            log.error("worker died", worker=number, pid=worker.pid, status=worker.exitcode)
            metrics.forget(worker.pid, counted)
            self._begin(number)

    def _end(self) -> None:
        self._listening.close()  # else clients would still be connected, and wait for nobody
        until = time.monotonic() + KILLED_AFTER
        try:
            for worker in self._workers.values():
                worker.terminate()
            for worker in self._workers.values():
                worker.join(max(0, until - time.monotonic()))
        finally:
            for worker in self._workers.values():
                worker.kill()
                worker.join()


def _folder() -> "tempfile.TemporaryDirectory[str]":
    try:
        return tempfile.TemporaryDirectory(prefix="bilateral-")
    except OSError as error:
        sys.exit(f"bilateral: several workers need a folder for temporary files, such as TMPDIR may name ({error})")


def _work(number: int, listening: socket.socket, settings: Settings) -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    logs.configure(settings.log_level, worker=number)
    with suppress(KeyboardInterrupt):
        serve_on(listening, create_app(settings), settings, chores=number == 0)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # it ends already


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)
