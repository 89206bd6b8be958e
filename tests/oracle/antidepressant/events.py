#!/usr/bin/env python3
"""Turn the scores of an antidepressant trial into events.

    python3 tests/oracle/antidepressant/events.py TRIAL.csv EVENTS.ndjson

The trial has one row per person and visit. Each person becomes a course: a session a week up to
the last visit, a HAM-D17 score the day before session 1 (the baseline) and another three days
after each session whose visit has one. A visit left out in the middle is a session without a
score. People and dates are made up; the scores alone are the trial's.
"""

import csv
import datetime
import json
import sys

SOURCE = "/trial/site-01"
FIRST_SESSION = datetime.datetime(2024, 1, 1, 9, tzinfo=datetime.timezone.utc)


def read_people(path):
    """Baseline and scores by visit of each person, in the order of the file."""
    people = {}
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            new = {"baseline": int(row["baseline"]), "scores": {}}
            person = people.setdefault(row["patient"], new)
            if person["baseline"] != int(row["baseline"]):
                raise ValueError(f"person {len(people)} of the file has two baselines")
            person["scores"][int(row["visit_no"])] = int(row["hamd17"])
    return list(people.values())


def course(number, person):
    """The events of one person."""
    subject = f"trial-{number:03}"

    def event(name, kind, days, data):
        time = FIRST_SESSION + datetime.timedelta(days=days)
        return {
            "specversion": "1.0",
            "id": f"{subject}-{name}",
            "source": SOURCE,
            "type": f"afterdose.{kind}.v1",
            "subject": subject,
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "data": data,
        }

    def score(name, days, total):
        measures = [{"instrument": "ham-d17", "total": total}]
        return event(name, "checkin.submitted", days, {"measures": measures})

    scores = person["scores"]
    last_visit = max(scores)
    yield score("score-0", -1, person["baseline"])
    for k in range(1, last_visit + 1):
        day = 7 * (k - 1)
        given = {"route": "intravenous", "drug": "ketamine"}
        yield event(f"session-{k}", "session.completed", day, given)
        if k in scores:
            yield score(f"score-{k}", day + 3, scores[k])
    # The last visit has a score, so the last score is three days after the last session.
    yield event("end", "course.ended", 7 * (last_visit - 1) + 4, {"reason": "completed"})


def write_events(trial, path):
    """Writes the events; how many people there are."""
    people = read_people(trial)
    with open(path, "w", encoding="utf-8") as file:
        for number, person in enumerate(people, start=1):
            for event in course(number, person):
                file.write(json.dumps(event, separators=(",", ":")) + "\n")
    return len(people)


def main():
    """Command line."""
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    print(f"{write_events(sys.argv[1], sys.argv[2])} people", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
