"""Sends load from the second core with wrk, and reads what came of it."""

import json
import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import httpx

from tests.door import ADMIN_KEY
from tests.factories import Json

SERVERS, CLIENT = "0", "1"
"""The cores."""
CONNECTIONS = 16

READ = """
local paths = {PATHS}
local turn = 0
function request()
  turn = turn % #paths + 1
  return wrk.format("GET", paths[turn])
end
"""
POST = """
local turn = 0
local headers = {["Content-Type"] = "application/json", ["Authorization"] = "Bearer KEY"}
local body = [==[BODY]==]
function request()
  turn = turn + 1
  return wrk.format("POST", "PATH", headers, (body:gsub("THE_ID", "RUN-" .. turn)))
end
"""
UNITS = {"us": 0.001, "ms": 1, "s": 1000, "m": 60_000}


class Told(NamedTuple):
    """Requests answered in a second, and how long one in two and one in a hundred at most took, in milliseconds."""

    rate: float
    p50: float
    p99: float
    cpu: float = 0.0
    """Seconds in which the server's own process computed, of each second: less than 1 if others had the core too."""


class Failed(Exception):
    """Something else than success was answered."""


def reading(paths: Sequence[str]) -> str:
    """What wrk runs to ask for these in turn."""
    return READ.replace("PATHS", ", ".join(json.dumps(path) for path in paths))


def posting(path: str, document: Json, run: str) -> str:
    """What wrk runs to post a document, each under an id of its own, where the document says THE_ID."""
    text = json.dumps(document)
    return POST.replace("KEY", ADMIN_KEY).replace("BODY", text).replace("PATH", path).replace("RUN", run)


def check(address: str, script: str, words: Mapping[str, int]) -> None:
    """Ask once for the first of what a script reads; Failed unless that is answered at once, with these words in it."""
    found = re.search(r'paths = \{("[^"]*")', script)
    assert found, script
    path = json.loads(found[1])
    answer = httpx.get(address + path, timeout=60)
    lacking = [word for word, times in words.items() if answer.text.count(word) < times]
    if answer.status_code != 200 or lacking:
        raise Failed(f"{path} is answered {answer.status_code}, without {lacking}: {answer.text[:1000]}")


def send(address: str, script: str, folder: Path, *, seconds: int, connections: int = CONNECTIONS) -> Told:
    """Send load for so long; Failed unless all of it succeeded."""
    file = folder / "load.lua"
    file.write_text(script, encoding="utf-8")
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "60s", "--latency", "-s", str(file)]
    ended = subprocess.run(["taskset", "-c", CLIENT, *command, address], capture_output=True, text=True, check=True)
    return read(ended.stdout)


def read(told: str) -> Told:
    """What wrk printed."""
    failed = re.search(r"Non-2xx or 3xx responses: \d+|Socket errors: .*", told)
    if failed:
        raise Failed(failed[0])
    rate = re.search(r"Requests/sec:\s+([\d.]+)", told)
    assert rate, told
    return Told(float(rate[1]), *(_latency(told, percent) for percent in (50, 99)))


def _latency(told: str, percent: int) -> float:
    found = re.search(rf"^\s+{percent}%\s+([\d.]+)([a-z]+)\s*$", told, re.MULTILINE)
    assert found, told
    return float(found[1]) * UNITS[found[2]]


def cpu_seconds(process: int) -> float:
    """How long a process has computed so far."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def private_memory(process: int) -> float:
    """Megabytes that are a process's own: not what it sees of files, which the system may take back."""
    rollup = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii")
    return sum(int(size) for size in re.findall(r"^Private_Dirty:\s+(\d+) kB", rollup, re.MULTILINE)) / 1000
