#!/usr/bin/env python3
"""Make digests.csv: the content digest of every event of the two files, without afterdose.

    pip install blake3==1.0.11
    python tests/stores/digests.py

The canonical text of an event is its JSON without spaces, fields in the order of the contract,
times in UTC. The events are written so already, but for what is put right here.
"""

import json
import pathlib

from blake3 import blake3

HERE = pathlib.Path(__file__).resolve().parent
ENVELOPE = ["specversion", "id", "source", "type", "subject", "time", "studytime", "data"]
CORRECTION = ["corrects", "time", "studytime", "data"]


def ordered(names, fields):
    """The fields in this order."""
    return {name: fields[name] for name in names if name in fields}


def canonical(event):
    """The canonical text of an event."""
    event = ordered(ENVELOPE, event)
    event["time"] = event.get("time", "").replace("T10:00:00+01:00", "T09:00:00Z")
    if not event["time"]:
        del event["time"]
    if ".event.corrected." in event["type"]:
        event["data"] = ordered(CORRECTION, event["data"])
    elif ".subject.withdrawn." in event["type"]:
        del event["data"]
    elif "data" not in event:
        event["data"] = {}
    return json.dumps(event, separators=(",", ":"))


lines = ["id,content"]
for name in ("actual.ndjson", "relative.ndjson"):
    for line in (HERE / name).read_text(encoding="utf-8").splitlines():
        event = json.loads(line)
        lines.append(f"{event['id']},{blake3(canonical(event).encode()).hexdigest()[:32]}")
(HERE / "digests.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
