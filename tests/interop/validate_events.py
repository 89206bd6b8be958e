#!/usr/bin/env python3
"""Validate event files against the schemas with a validator that is not ours.

    pip install -r tests/interop/requirements.txt
    python tests/interop/validate_events.py EVENTS.ndjson...

Every line must be valid under the schema that its own `type` names, formats asserted. Prints how
many events of each type there are. Exit code 1 names the first bad lines, 2 means that a file or
a schema is missing.
"""

import collections
import functools
import json
import pathlib
import sys

from jsonschema import Draft202012Validator

SCHEMAS = pathlib.Path(__file__).resolve().parents[2] / "schemas" / "events"
MOST_SHOWN = 20


@functools.cache
def validator(event_type):
    """The validator of a type with its version, `afterdose.<thing>.<what>.v<N>`."""
    name, _, version = event_type.rpartition(".")
    schema = json.loads((SCHEMAS / name / f"{version}.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def main():
    """Validates the files named."""
    paths = sys.argv[1:]
    if not paths:
        print(__doc__, file=sys.stderr)
        return 2
    # A format that the installed packages do not know passes whatever it is given.
    if "date-time" not in Draft202012Validator.FORMAT_CHECKER.checkers:
        print("the installed packages do not check date-time", file=sys.stderr)
        return 2
    counts, bad = collections.Counter(), 0
    for path in paths:
        with open(path, encoding="utf-8") as file:
            for number, line in enumerate(file, start=1):
                event = json.loads(line)
                counts[event["type"]] += 1
                for error in validator(event["type"]).iter_errors(event):
                    bad += 1
                    if bad <= MOST_SHOWN:
                        where = "/".join(map(str, error.absolute_path))
                        print(f"{path}:{number}: {where}: {error.message[:200]}", file=sys.stderr)
    found = {"events": counts.total(), "errors": bad, "by_type": dict(sorted(counts.items()))}
    print(json.dumps(found, indent=2))
    return 1 if bad or not counts else 0


if __name__ == "__main__":
    sys.exit(main())
