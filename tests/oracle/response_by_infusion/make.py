#!/usr/bin/env python3
"""Make the oracle of `response_by_infusion`: made-up people, and what other programs say of them.

    pip install -r tests/oracle/response_by_infusion/requirements.txt
    python tests/oracle/response_by_infusion/make.py

Writes beside itself:

    events.ndjson   the people as events; everything in it is made up
    expected.csv    the table by pandas, scipy and statsmodels, in full precision
    versions.txt    what made it

The expected numbers come from the matrix of simulated scores, never from the events, so that
whatever the program reads wrongly shows. `tests/integration/oracle.rs` compares.

The same seed and versions make the same bytes.
"""

import datetime
import json
import pathlib
import platform

import numpy
import pandas
import scipy
import statsmodels
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

HERE = pathlib.Path(__file__).parent
SEED = 20240229
HORIZON = 6
# People, most sessions, least and most days between sessions, improvement a session.
ROUTES = {
    "intravenous": (90, 7, 2, 5, 0.13),
    "intranasal": (70, 7, 3, 7, 0.10),
    "intramuscular": (40, 5, 5, 9, 0.07),
}
FIRST_DAY = datetime.datetime(2024, 3, 4, tzinfo=datetime.timezone.utc)


def simulate(rng):
    """One row a person: route, baseline (may be missing), sessions, score after each (may be)."""
    people = []
    for route, (count, most, low, high, slope) in ROUTES.items():
        for _ in range(count):
            baseline = int(numpy.clip(numpy.rint(rng.normal(16, 6)), 1, 27))
            sessions = min(int(rng.geometric(0.14)), most)
            gaps = rng.integers(low, high + 1, size=sessions)
            # Own speed, noise; sometimes nothing at all changes.
            speed = max(rng.normal(slope, slope), -slope)
            after = numpy.arange(1, sessions + 1)
            scores = numpy.rint(baseline * numpy.exp(-speed * after) + rng.normal(0, 2, sessions))
            scores = numpy.clip(scores, 0, 27)
            scores[rng.random(sessions) < 0.18] = numpy.nan
            if rng.random() < 0.06:
                scores[:] = numpy.nan
            people.append({"route": route, "baseline": baseline, "gaps": gaps, "scores": scores})
    # Some were never scored before treatment, some had nothing to lose: neither is enrolled.
    for place in (7, 111, 180):
        people[place]["baseline"] = None
    for place in (20, 140):
        people[place]["baseline"] = 0
    # After the last infusion of a route a single person is scored: a mean without an interval.
    late = [p for p in people if p["route"] == "intramuscular" and len(p["scores"]) == 5]
    for person in late[1:]:
        person["scores"][4] = numpy.nan
    late[0]["scores"][4] = 6.0
    # A response just met and just missed: half of an odd baseline is no whole number.
    people[1]["baseline"], people[1]["scores"][0] = 17, 8.0
    people[2]["baseline"], people[2]["scores"][0] = 17, 9.0
    people[3]["baseline"], people[3]["scores"][0] = 18, 9.0
    return people


def events(people, rng):
    """The people as events: an optional baseline, sessions, one check-in at most after each."""
    for number, person in enumerate(people, start=1):
        subject = f"p-{number:03}"
        source = f"/synthetic/site-{1 + number % 3:02}"

        def event(name, kind, time, data):
            return {
                "specversion": "1.0",
                "id": f"{subject}-{name}",
                "source": source,
                "type": f"afterdose.{kind}.v1",
                "subject": subject,
                "time": time.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "data": data,
            }

        def checkin(name, time, total):
            measures = [{"instrument": "phq-9", "total": int(total)}]
            return event(name, "checkin.submitted", time, {"measures": measures})

        start = FIRST_DAY + datetime.timedelta(days=int(rng.integers(0, 200)), hours=9)
        if person["baseline"] is not None:
            before = datetime.timedelta(days=int(rng.integers(0, 21)), minutes=30)
            yield checkin("c0", start - before, person["baseline"])
        drug = "esketamine" if person["route"] == "intranasal" else "ketamine"
        time = start
        for k, score in enumerate(person["scores"], start=1):
            yield event(f"s{k}", "session.completed", time, {"route": person["route"], "drug": drug})
            gap = int(person["gaps"][k - 1])
            if not numpy.isnan(score):
                hours = int(rng.integers(1, 24 * gap))
                yield checkin(f"c{k}", time + datetime.timedelta(hours=hours), score)
            time += datetime.timedelta(days=gap)
        yield event("end", "course.ended", time, {"reason": "completed"})


def table(people):
    """The expected rows: everyone, then each route, by infusion number."""
    enrolled = [person for person in people if person["baseline"]]
    routes = pandas.Series([person["route"] for person in enrolled])
    baseline = pandas.Series([person["baseline"] for person in enrolled], dtype=float)
    sessions = pandas.Series([len(person["scores"]) for person in enrolled])
    scores = pandas.DataFrame(
        [numpy.pad(p["scores"], (0, 9), constant_values=numpy.nan)[:HORIZON] for p in enrolled],
        columns=range(1, HORIZON + 1),
        dtype=float,
    )
    carried = scores.ffill(axis="columns")
    rows = []
    for route in ["all", *ROUTES]:
        chosen = pandas.Series(True, index=routes.index) if route == "all" else routes == route
        for k in range(1, HORIZON + 1):
            score = scores.loc[chosen, k].dropna()
            start = baseline[score.index]
            change = score - start
            n = len(score)
            row = {"route": route, "infusion": k, "n_treated": int((sessions[chosen] >= k).sum())}
            row |= {"n_observed": n, "mean_score": score.mean(), "mean_change": change.mean()}
            row["change_sd"] = change.std(ddof=1)
            row["change_lo"], row["change_hi"] = (
                stats.t.interval(0.95, n - 1, loc=change.mean(), scale=stats.sem(change))
                if n > 1
                else (numpy.nan, numpy.nan)
            )
            responds = (score <= start / 2).sum()
            remits = score <= 4
            for names, part in (
                (("responders", "response"), responds),
                (("remitters", "remission"), remits.sum()),
            ):
                count, rate = names
                row[count] = int(part)
                row[f"{rate}_rate"] = part / n if n else numpy.nan
                row[f"{rate}_lo"], row[f"{rate}_hi"] = (
                    proportion_confint(int(part), n, method="wilson") if n else (numpy.nan,) * 2
                )
            above = start > 4
            row["n_above_line"] = int(above.sum())
            row["remitters_above_line"] = int((above & remits).sum())
            # All courses ended: nobody is still to come to infusion k.
            row["n_enrolled"] = int(chosen.sum())
            row["n_not_due"] = 0
            row["responders_nri"] = int(responds)
            row["response_rate_nri"] = responds / row["n_enrolled"]
            last = carried.loc[chosen, k]
            kept = int((last <= baseline[chosen] / 2).sum())
            row["responders_locf"] = kept
            row["response_rate_locf"] = kept / row["n_enrolled"]
            rows.append(row)
    return pandas.DataFrame(rows)


def main():
    """Writes the three files."""
    rng = numpy.random.default_rng(SEED)
    people = simulate(rng)
    with open(HERE / "events.ndjson", "w", encoding="utf-8") as file:
        for event in events(people, rng):
            file.write(json.dumps(event, separators=(",", ":")) + "\n")
    table(people).to_csv(HERE / "expected.csv", index=False, na_rep="NA", lineterminator="\n")
    versions = {"python": platform.python_version()}
    versions |= {module.__name__: module.__version__ for module in (numpy, pandas, scipy, statsmodels)}
    versions["seed"] = SEED
    lines = "".join(f"{name} {version}\n" for name, version in versions.items())
    (HERE / "versions.txt").write_text(lines, encoding="utf-8")


if __name__ == "__main__":
    main()
