#!/usr/bin/env python3
"""Make the oracle of what happens after each dose: made-up people, and what other programs say.

    pip install -r tests/oracle/by_infusion/requirements.txt
    python tests/oracle/by_infusion/make.py

Writes beside itself:

    events.ndjson            the people as events; everything in it is made up
    change_by_infusion.csv   medians, percent change, effect sizes: numpy, scipy
    individual_change.csv    reliable change
    severity_shift.csv       bands before and after
    onset.csv                windows after the first dose
    go_on.csv                landmarks; Aalen-Johansen as a product of matrices
    after_adjustment.csv     the same by change of the plan
    durability.csv           Kaplan-Meier by lifelines, Aalen-Johansen as a product of matrices
    time_on_treatment.csv    Kaplan-Meier by lifelines
    versions.txt             what made them

The expected numbers come from the simulated times and scores, never from the events, so that
whatever the program reads wrongly shows. `tests/integration/oracle.rs` compares. The same seed and
versions make the same bytes.
"""

import datetime
import json
import pathlib
import platform

import lifelines
import numpy
import pandas
import scipy
import statsmodels
from scipy import special, stats
from statsmodels.stats.proportion import proportion_confint

HERE = pathlib.Path(__file__).parent
SEED = 20240305
HORIZON = 6
COMPARE_AT = 4
GO_ON_BY = [4, 6]
ONSET_HOURS = [2, 4, 24, 72, 168, 336]
FOLLOWUP_DAYS = 14
GAP_DAYS = 60
INDUCTION = {"gap": 14, "sessions": 8, "days": 28}
IMPROVED = 20
PARTIAL = 30
Z = stats.norm.ppf(0.975)
HOUR = 3600
DAY = 24 * HOUR
FIRST = datetime.datetime(2024, 3, 4, 9, tzinfo=datetime.timezone.utc)
CUT = 300 * DAY
# Route: people, most sessions, least and most days between sessions, improvement a session.
ROUTES = {
    "intravenous": (90, 7, 2, 5, 0.17),
    "intranasal": (70, 8, 3, 6, 0.12),
    "intramuscular": (40, 6, 4, 9, 0.09),
}
# Highest score, percent that is a response, remission line, recall in days, r, bands.
SCALES = {
    "phq-9": (27, 50, 4, 14, 0.84, [0, 5, 10, 15, 20]),
    "pain-nrs": (10, 30, None, 1, None, [0, 1, 4, 7]),
}
LABELS = {
    "phq-9": ["0-4", "5-9", "10-14", "15-19", "20-27"],
    "pain-nrs": ["0", "1-3", "4-6", "7-10"],
}


def simulate(rng):
    """The people, times in whole seconds since the first day."""
    people = []
    for route, (count, most, low, high, slope) in ROUTES.items():
        for _ in range(count):
            start = int(rng.integers(0, 285)) * DAY
            n = min(int(rng.geometric(0.13)), most)
            times = [start]
            for _ in range(n - 1):
                times.append(times[-1] + int(rng.integers(low, high + 1)) * DAY)
            # Maintenance: some come back after weeks, a few of them more than once.
            while rng.random() < 0.4 and len(times) < 12:
                times.append(times[-1] + int(rng.integers(15, 50)) * DAY)
            times = [time for time in times if time < CUT - 2 * DAY]
            if not times:
                continue
            speed = max(rng.normal(slope, slope), -slope)
            scores = {scale: [] for scale in SCALES}
            for scale, (top, *_) in SCALES.items():
                if scale == "pain-nrs" and rng.random() < 0.35:
                    continue
                base = int(rng.integers(3, top + 1))
                before = int(rng.integers(0, 25)) * DAY + HOUR // 2
                if rng.random() > 0.04:
                    scores[scale].append((start - before, base))
                asked = list(times)
                asked += [int(start + hours * HOUR) for hours in rng.uniform(0.5, 400, 3)]
                asked += [int(times[-1] + days * DAY) for days in rng.uniform(3, 120, 4)]
                for time in sorted(asked):
                    if rng.random() < 0.2:
                        continue
                    time += int(rng.integers(1, 40)) * HOUR // 2
                    given = sum(session < time for session in times)
                    rest = max(0.0, (time - times[-1]) / (40 * DAY))
                    value = base * numpy.exp(-speed * given + 0.5 * rest) + rng.normal(0, top / 11)
                    scores[scale].append((time, int(numpy.clip(numpy.rint(value), 0, top))))
                kept = {}
                for time, score in scores[scale]:
                    if time < CUT:
                        kept[time] = score
                scores[scale] = sorted(kept.items())
            plans = []
            for k, time in enumerate(times[:-1], start=1):
                if rng.random() < 0.25:
                    change = str(rng.choice(["dose-up", "dose-down", "slower", "none"]))
                    plans.append((time + HOUR, k, change))
            ended = rng.random() < 0.3
            last = max([times[-1]] + [time for values in scores.values() for time, _ in values])
            person = {"route": route, "times": times, "scores": scores, "plans": plans}
            person["ended"] = last + HOUR if ended and last + HOUR < CUT else None
            people.append(person)
    # A person scored at the very end, so that the data cut of the one site is known.
    people[0]["scores"]["phq-9"].append((CUT, 11))
    return people


def events(people):
    """The people as events of one site."""
    for number, person in enumerate(people, start=1):
        subject = f"q-{number:03}"
        count = iter(range(10_000))

        def event(kind, time, data):
            when = FIRST + datetime.timedelta(seconds=int(time))
            return {
                "specversion": "1.0",
                "id": f"{subject}-{next(count):03}",
                "source": "/synthetic/site-01",
                "type": f"afterdose.{kind}.v1",
                "subject": subject,
                "time": when.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "data": data,
            }

        drug = "esketamine" if person["route"] == "intranasal" else "ketamine"
        for time in person["times"]:
            yield event("session.completed", time, {"route": person["route"], "drug": drug})
        for scale, values in person["scores"].items():
            for time, score in values:
                measures = [{"instrument": scale, "total": score}]
                yield event("checkin.submitted", time, {"measures": measures})
        for time, _, change in person["plans"]:
            yield event("plan.adjusted", time, {"reason": "insufficient-response", "change": change})
        if person["ended"] is not None:
            yield event("course.ended", person["ended"], {"reason": "completed"})


def course(person, scale):
    """One person on one scale: baseline, score after each session, and how the course stands."""
    top, percent, line, recall, r, bands = SCALES[scale]
    times, scores = person["times"], person["scores"][scale]
    # A gap above the limit would begin another course; the simulation makes none.
    assert all((b - a) // DAY <= GAP_DAYS for a, b in zip(times, times[1:]))
    before = [(t, s) for t, s in scores if t <= times[0] and (times[0] - t) // DAY <= 30]
    if not before or before[-1][1] == 0:
        return None
    after = []
    for k, time in enumerate(times):
        end = times[k + 1] if k + 1 < len(times) else numpy.inf
        held = [(t, s) for t, s in scores if time < t <= end and (t - time) // DAY <= FOLLOWUP_DAYS]
        after.append(held[-1] if held else None)
    n_induction = 0
    for k, time in enumerate(times):
        gap = (time - times[k - 1]) // DAY if k else 0
        if k >= INDUCTION["sessions"] or gap > INDUCTION["gap"]:
            break
        if (time - times[0]) // DAY > INDUCTION["days"]:
            break
        n_induction += 1
    running = person["ended"] is None and (CUT - times[-1]) // DAY <= GAP_DAYS
    closed = (
        len(times) >= INDUCTION["sessions"]
        or (CUT - times[-1]) // DAY > INDUCTION["gap"]
        or (CUT - times[0]) // DAY > INDUCTION["days"]
    )
    return {
        "route": person["route"],
        "times": times,
        "plans": person["plans"],
        "baseline": before[-1][1],
        "after": after,
        "later": [(t - times[0], s) for t, s in scores if t > times[0]],
        "n_induction": n_induction,
        "running": running,
        "in_induction": running and n_induction == len(times) and not closed,
        "responds": lambda score, base=before[-1][1]: 100 * (base - score) >= percent * base,
        "improves": lambda score, p, base=before[-1][1]: 100 * (base - score) >= p * base,
    }


def wilson(k, n):
    return proportion_confint(k, n, method="wilson") if n else (numpy.nan, numpy.nan)


def rate(row, names, k, n):
    count, share, lo, hi = names
    row[count] = k
    row[share] = k / n if n else numpy.nan
    row[lo], row[hi] = wilson(k, n)


def t_limits(values):
    if len(values) < 2:
        return numpy.nan, numpy.nan
    return stats.t.interval(0.95, len(values) - 1, numpy.mean(values), stats.sem(values))


def hedges(df):
    return numpy.exp(special.gammaln(df / 2) - special.gammaln((df - 1) / 2)) / numpy.sqrt(df / 2)


def change_rows(head, courses, scale):
    recall = SCALES[scale][3]
    for k in range(1, HORIZON + 1):
        seen = [c for c in courses if len(c["after"]) >= k and c["after"][k - 1]]
        score = numpy.array([c["after"][k - 1][1] for c in seen], dtype=float)
        base = numpy.array([c["baseline"] for c in seen], dtype=float)
        hours = numpy.array([(c["after"][k - 1][0] - c["times"][k - 1]) / HOUR for c in seen])
        change, n = score - base, len(seen)
        row = head | {"infusion": k, "n_observed": n}
        row["median_score"] = numpy.median(score) if n else numpy.nan
        row["median_change"] = numpy.median(change) if n else numpy.nan
        shares = 100 * change / base
        row["mean_percent_change"] = shares.mean() if n else numpy.nan
        row["percent_change_lo"], row["percent_change_hi"] = t_limits(shares)
        for name, spread in (("baseline", base), ("change", change)):
            sd = spread.std(ddof=1) if n > 2 else 0
            size = hedges(n - 1) * change.mean() / sd if sd > 0 else numpy.nan
            row[f"effect_size_{name}"] = size
        partial = sum(c["improves"](c["after"][k - 1][1], PARTIAL) for c in seen)
        improved = sum(c["improves"](c["after"][k - 1][1], IMPROVED) for c in seen)
        names = ["partial_responders"] + [f"partial_response_{x}" for x in ("rate", "lo", "hi")]
        rate(row, names, partial, n)
        rate(row, ["improved", "improved_rate", "improved_lo", "improved_hi"], improved, n)
        worse = int((change > 0).sum())
        rate(row, ["worse", "worse_rate", "worse_lo", "worse_hi"], worse, n)
        row["mean_hours"] = hours.mean() if n else numpy.nan
        row["median_hours"] = numpy.median(hours) if n else numpy.nan
        early = int((hours // 24 < recall).sum())
        rate(row, ["early", "early_rate", "early_lo", "early_hi"], early, n)
        yield row


def individual_rows(head, courses, scale, sd):
    r, line = SCALES[scale][4], SCALES[scale][2]
    points = Z * numpy.sqrt(2) * sd * numpy.sqrt(1 - r)
    for k in range(1, HORIZON + 1):
        counts = dict.fromkeys(["recovered", "improved", "unchanged", "deteriorated"], 0)
        for c in courses:
            if len(c["after"]) < k or not c["after"][k - 1]:
                continue
            base, score = c["baseline"], c["after"][k - 1][1]
            if abs(score - base) <= points:
                counts["unchanged"] += 1
            elif score > base:
                counts["deteriorated"] += 1
            elif base > line >= score:
                counts["recovered"] += 1
            else:
                counts["improved"] += 1
        n = sum(counts.values())
        row = head | {"infusion": k, "n_observed": n}
        for name, count in counts.items():
            rate(row, [name, f"{name}_rate", f"{name}_lo", f"{name}_hi"], count, n)
        yield row | {"baseline_sd": sd, "reliability": r, "points": points, "z": Z}


def shift_rows(head, courses, scale):
    bands, labels = SCALES[scale][5], LABELS[scale]
    seen = [c for c in courses if len(c["after"]) >= COMPARE_AT and c["after"][COMPARE_AT - 1]]
    pairs = [(c["baseline"], c["after"][COMPARE_AT - 1][1]) for c in seen]
    table, _, _ = numpy.histogram2d(
        [b for b, _ in pairs], [a for _, a in pairs], bins=[bands + [1e9], bands + [1e9]]
    )
    table = numpy.vstack([table, table.sum(axis=0)])
    table = numpy.column_stack([table, table.sum(axis=1)]).astype(int)
    for i, before in enumerate(labels + ["all"]):
        for j, after in enumerate(labels + ["all"]):
            whole = table[i, -1]
            row = head | {"infusion": COMPARE_AT, "band_before": before, "band_after": after}
            row["n"] = table[i, j]
            yield row | {"share": table[i, j] / whole if whole else numpy.nan}


def onset_rows(head, courses, scale):
    recall = SCALES[scale][3]
    begin = 0
    for end in ONSET_HOURS:
        row = head | {"hours_after": begin, "hours": end}
        seen = []
        for c in courses:
            held = [(t, s) for t, s in c["later"] if begin * HOUR < t <= end * HOUR]
            if held and recall * 24 <= end:
                seen.append((c, *held[-1]))
        begin = end
        names = ["responders", "response_rate", "response_lo", "response_hi"]
        if recall * 24 > end:
            yield row | dict.fromkeys(["n_scored", "n_treated_again", *names], numpy.nan) | {
                "mean_change": numpy.nan, "change_lo": numpy.nan, "change_hi": numpy.nan}
            continue
        row["n_scored"] = len(seen)
        row["n_treated_again"] = sum(
            len(c["times"]) > 1 and c["times"][1] - c["times"][0] < t for c, t, _ in seen)
        rate(row, names, sum(c["responds"](s) for c, _, s in seen), len(seen))
        change = [s - c["baseline"] for c, _, s in seen]
        row["mean_change"] = numpy.mean(change) if change else numpy.nan
        row["change_lo"], row["change_hi"] = t_limits(change)
        yield row


def aalen_johansen(ends, last):
    """Event, its standard error and log-log limits at each time, as a product of matrices.

    `ends` holds (kind, time). States: waiting, event, left. Covariance by Greenwood's recursion on
    the vectorised matrix, as in Andersen, Borgan, Gill and Keiding, IV.4.1.3.
    """
    p, cov, found = numpy.eye(3), numpy.zeros((9, 9)), []
    for time in range(last + 1):
        at_risk = sum(t >= time for _, t in ends)
        d = [sum(k == kind and t == time for k, t in ends) for kind in ("event", "left")]
        step, extra = numpy.eye(3), numpy.zeros((9, 9))
        if at_risk:
            share = numpy.array(d) / at_risk
            step[0] = [1 - share.sum(), *share]
            row = numpy.array([1 - share.sum(), *share])
            multinomial = (numpy.diag(row) - numpy.outer(row, row)) / at_risk
            # Row 0 of the step, columns 0 to 2: places 0, 3 and 6 of the vectorised matrix.
            extra[numpy.ix_([0, 3, 6], [0, 3, 6])] = multinomial
        carry = numpy.kron(step.T, numpy.eye(3))
        spread = numpy.kron(numpy.eye(3), p)
        cov = carry @ cov @ carry.T + spread @ extra @ spread.T
        p = p @ step
        f, se = p[0, 1], numpy.sqrt(max(cov[3, 3], 0))
        if 1e-12 < f < 1 - 1e-12:
            reach = Z * se / (f * numpy.log(f))
            limits = sorted([f ** numpy.exp(reach), f ** numpy.exp(-reach)])
        else:
            limits = [numpy.nan, numpy.nan]
        found.append((f, se, *limits))
    return found


def landmark_rows(head, courses, groups, place, landmarks):
    for k in landmarks:
        for by in GO_ON_BY:
            if by <= k:
                continue
            for group in groups:
                ends, went_on = [], 0
                for c in courses:
                    if len(c["after"]) < k or not c["after"][k - 1]:
                        continue
                    if c["responds"](c["after"][k - 1][1]) or place(c, k) != group:
                        continue
                    went_on += len(c["times"]) > k
                    hits = [j for j in range(k + 1, min(by, len(c["after"])) + 1)
                            if c["after"][j - 1] and c["responds"](c["after"][j - 1][1])]
                    seen = max(j for j in range(k, len(c["after"]) + 1) if c["after"][j - 1])
                    if hits:
                        ends.append(("event", hits[0]))
                    elif seen >= by:
                        ends.append(("waiting", by))
                    elif c["running"]:
                        ends.append(("censored", seen))
                    else:
                        ends.append(("left", seen + 1))
                count = lambda kind: sum(e == kind for e, _ in ends)
                row = head | {"infusion": k, "group": group, "by_infusion": by, "n": len(ends)}
                row |= {"responders": count("event"), "stopped": count("left")}
                row |= {"running": count("censored"), "waiting": count("waiting")}
                names = ["estimate", "se", "lo", "hi"]
                if any(t > k for _, t in ends):
                    found = aalen_johansen(ends, by)[by]
                    row |= dict(zip(names, found))
                else:
                    row |= dict.fromkeys(names, numpy.nan)
                row["n_went_on"] = went_on
                row["went_on_rate"] = count("event") / went_on if went_on else numpy.nan
                row["went_on_lo"], row["went_on_hi"] = wilson(count("event"), went_on)
                yield row


def improved_or_not(c, k):
    return "improved" if c["improves"](c["after"][k - 1][1], IMPROVED) else "not-improved"


def changed(c, k):
    changes = {change for _, after, change in c["plans"] if after <= k} - {"none"}
    return "dose-up" if "dose-up" in changes else "other-change" if changes else "no-change"


def survival(ends, last):
    """Share without the event, standard error and log-log limits at each time: lifelines."""
    fitter = lifelines.KaplanMeierFitter()
    times = [min(t, last) for _, t in ends]
    events = [k == "event" and t <= last for k, t in ends]
    fitter.fit(times, events, timeline=numpy.arange(last + 1))
    s = fitter.survival_function_["KM_estimate"].to_numpy()
    limits = fitter.confidence_interval_survival_function_.to_numpy()
    found, greenwood = [], 0.0
    for time in range(last + 1):
        at_risk = sum(t >= time for t in times)
        d = sum(t == time and e for t, e in zip(times, events))
        greenwood += d / (at_risk * (at_risk - d)) if d and at_risk > d else 0
        inside = 1e-12 < s[time] < 1 - 1e-12
        # At S = 0 there is no standard error, at S = 1 it is 0.
        se = s[time] * numpy.sqrt(greenwood) if s[time] > 1e-12 else numpy.nan
        found.append((s[time], se, *(limits[time] if inside else (numpy.nan, numpy.nan))))
    return found


def followed_rows(head, ends, grid, last, names, competes):
    """Steps along a grid: at risk when one begins, events and leaving within it."""
    if not ends:
        curve = [(numpy.nan,) * 4] * (last + 1)
    elif competes:
        curve = [(1 - f, se, 1 - hi, 1 - lo) for f, se, lo, hi in aalen_johansen(ends, last)]
    else:
        curve = survival(ends, last)
    before = -1
    for time in grid:
        inside = lambda kind: sum(k == kind and before < t <= time for k, t in ends)
        row = head | {"time": time, "n": len(ends)}
        row["n_at_risk"] = sum(t > before for _, t in ends)
        for name, kind in names.items():
            row[name] = inside(kind)
        before = time
        yield row | dict(zip(["estimate", "se", "lo", "hi"], curve[time]))


def durability_rows(head, courses):
    weeks = list(range(0, 183, 7))
    by_infusion, by_day, after = [], [], []
    for c in courses:
        shown = [(k, c["times"][k] + (a[0] - c["times"][k]), a[1])
                 for k, a in enumerate(c["after"]) if a]
        hits = [i for i, (k, _, s) in enumerate(shown) if c["responds"](s)]
        if hits and shown[hits[0]][0] < HORIZON:
            first = shown[hits[0]]
            rest = shown[hits[0] + 1:]
            lost = [one for one in rest if not c["responds"](one[2])]
            end = lost[0] if lost else (rest[-1] if rest else first)
            kind = "event" if lost else "seen"
            by_infusion.append((kind, end[0] - first[0]))
            by_day.append((kind, (end[1] - first[1]) // DAY))
        k = c["n_induction"] - 1
        if c["in_induction"] or not c["after"][k] or not c["responds"](c["after"][k][1]):
            continue
        start = c["after"][k][0] - c["times"][0]
        again = c["times"][k + 1] - c["times"][0] if k + 1 < len(c["times"]) else None
        follow = [(t, s) for t, s in c["later"] if t > start and (again is None or t <= again)]
        lost = [t for t, s in follow if not c["responds"](s)]
        if lost:
            after.append(("event", (lost[0] - start) // DAY))
        elif again is not None:
            after.append(("left", (again - start) // DAY))
        else:
            after.append(("seen", (follow[-1][0] - start) // DAY if follow else 0))
    names = {"losses": "event", "treated_again": "left"}
    infusions = list(range(HORIZON))
    for start, clock, ends, grid, competes in (
        ("first-response", "infusions", by_infusion, infusions, False),
        ("first-response", "days", by_day, weeks, False),
        ("end-of-induction", "days", after, weeks, True),
    ):
        where = head | {"start": start, "clock": clock}
        yield from followed_rows(where, ends, grid, grid[-1], names, competes)


def treatment_rows(head, courses):
    kind = lambda c: "seen" if c["running"] else "event"
    by_infusion = [(kind(c), len(c["times"])) for c in courses]
    by_day = [
        (kind(c), ((CUT if c["running"] else c["times"][-1]) - c["times"][0]) // DAY)
        for c in courses
    ]
    grids = (("infusions", by_infusion, list(range(1, HORIZON + 1))),
             ("days", by_day, list(range(0, 365, 28))))
    for clock, ends, grid in grids:
        rows = followed_rows(head | {"clock": clock}, ends, grid, grid[-1], {"ended": "event"}, False)
        yield from rows


def main():
    """Writes the files."""
    rng = numpy.random.default_rng(SEED)
    people = simulate(rng)
    with open(HERE / "events.ndjson", "w", encoding="utf-8") as file:
        for event in events(people):
            file.write(json.dumps(event, separators=(",", ":")) + "\n")
    tables = {name: [] for name in (
        "change_by_infusion", "individual_change", "severity_shift", "onset", "go_on",
        "after_adjustment", "durability", "time_on_treatment")}
    for scale in SCALES:
        courses = [c for c in (course(person, scale) for person in people) if c]
        sd = numpy.std([c["baseline"] for c in courses], ddof=1)
        for route in ["all", *ROUTES]:
            chosen = [c for c in courses if route in ("all", c["route"])]
            head = {"instrument": scale, "route": route}
            tables["change_by_infusion"] += change_rows(head, chosen, scale)
            if SCALES[scale][4] is not None:
                tables["individual_change"] += individual_rows(head, chosen, scale, sd)
            tables["severity_shift"] += shift_rows(head, chosen, scale)
            tables["onset"] += onset_rows(head, chosen, scale)
            groups = ["not-improved", "improved"]
            tables["go_on"] += landmark_rows(
                head, chosen, groups, improved_or_not, range(1, HORIZON))
            groups = ["dose-up", "other-change", "no-change"]
            tables["after_adjustment"] += landmark_rows(head, chosen, groups, changed, [2])
            tables["durability"] += durability_rows(head, chosen)
            tables["time_on_treatment"] += treatment_rows(head, chosen)
    for name, rows in tables.items():
        frame = pandas.DataFrame(rows)
        for column in frame.columns:
            values = frame[column]
            # Counts with a hole in them are still whole.
            if values.dtype == float and column.startswith("n_") or column == "responders":
                frame[column] = values.astype("Int64")
        frame.to_csv(HERE / f"{name}.csv", index=False, na_rep="NA", lineterminator="\n")
    versions = {"python": platform.python_version()}
    modules = (numpy, pandas, scipy, statsmodels, lifelines)
    versions |= {module.__name__: module.__version__ for module in modules}
    versions["seed"] = SEED
    lines = "".join(f"{name} {version}\n" for name, version in versions.items())
    (HERE / "versions.txt").write_text(lines, encoding="utf-8")


if __name__ == "__main__":
    main()
