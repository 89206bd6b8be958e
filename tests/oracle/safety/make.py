#!/usr/bin/env python3
"""Make the oracle of the tables of safety: made-up people, and what other programs say of them.

    pip install -r tests/oracle/safety/requirements.txt
    python tests/oracle/safety/make.py

Writes beside itself:

    events.ndjson        the people as events; everything in it is made up
    item_9.csv, side_effects.csv, dissociation.csv, blood_pressure.csv, screening.csv
                         the tables by numpy, scipy and statsmodels, in full precision
    versions.txt         what made them

The expected numbers are counted from the lines of `events.ndjson`, read anew by the definitions of
`docs/methods/`: who counts, which check-in belongs to which session, who told of what.
`tests/integration/oracle.rs` compares. The same seed and versions make the same bytes.
"""

import csv
import datetime
import json
import pathlib
import platform
from collections import defaultdict

import numpy
import scipy
import statsmodels
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

HERE = pathlib.Path(__file__).parent
SEED = 20250611
HORIZON = 6
FIRST_DAY = datetime.datetime(2024, 2, 5, 9, tzinfo=datetime.timezone.utc)
ROUTES = {"intravenous": 90, "intranasal": 55, "intramuscular": 25}
TERMS = (
    "nausea vomiting dizziness dissociation sedation headache anxiety blood-pressure-increased "
    "dysgeusia vertigo blurred-vision cystitis other"
).split()
CODES = (
    "allergy aneurysmal-disease cystitis hepatic-impairment intracranial-haemorrhage other pregnancy "
    "psychosis raised-intracranial-pressure substance-use uncontrolled-hypertension"
).split()
MODES = ["structured", "spontaneous", "unstated"]
MMHG_IN_KPA = 1000 / 133.322


# --- Made-up people as events ---------------------------------------------------------------------


def phq_9(rng, item, wants_items):
    """A PHQ-9 whose ninth item is given; as items, or as a total alone."""
    items = [int(score) for score in rng.integers(0, 4, size=8)] + [item]
    total = {"instrument": "phq-9", "total": sum(items)}
    return total | {"items": items} if wants_items else total


def effects(rng, chance):
    """Side effects of one report; now and then one of them twice."""
    told = []
    for term in TERMS:
        # Nobody has the last but one.
        if term == "cystitis" or rng.random() > chance:
            continue
        effect = {"term": term}
        if rng.random() < 0.8:
            effect["severity"] = ["mild", "moderate", "severe"][int(rng.choice(3, p=[0.6, 0.3, 0.1]))]
        if rng.random() < 0.6:
            effect["resolved_min"] = int(rng.integers(20, 240))
        if rng.random() < 0.05:
            effect["serious"] = True
        told.append(effect)
    if told and rng.random() < 0.1:
        told.append({"term": told[0]["term"], "severity": "severe"})
    return told


def vitals(rng):
    """Five fields of version 1, some of them missing; or readings of version 2, one of them in kPa."""
    before, low = int(rng.integers(105, 150)), int(rng.integers(60, 95))
    rise, spo2 = int(rng.integers(0, 45)), int(rng.integers(88, 100))
    fields = {
        "sbp_pre": before,
        "dbp_pre": low,
        "sbp_peak": before + rise,
        "dbp_peak": low + rise // 2,
        "spo2_min": spo2,
    }
    if rng.random() < 0.2:
        del fields[["sbp_pre", "dbp_peak", "spo2_min"][int(rng.integers(3))]]
    if rng.random() < 0.8:
        return 1, fields
    kilo = round((before + rise) / MMHG_IN_KPA, 1)
    readings = [
        {"sign": "sbp", "moment": "pre", "value": before, "unit": "mmHg"},
        {"sign": "sbp", "at_min": 40, "value": kilo, "unit": "kPa"},
        {"sign": "sbp", "moment": "end", "value": before - 3, "unit": "mmHg"},
        {"sign": "dbp", "at_min": 0, "value": low, "unit": "mmHg"},
        {"sign": "dbp", "at_min": 40, "value": low + 15, "unit": "mmHg"},
        {"sign": "spo2", "at_min": 20, "value": spo2, "unit": "%"},
        {"sign": "spo2", "moment": "end", "value": 99, "unit": "%"},
    ]
    return 2, readings


def events(rng):
    """Every event of everyone."""
    number = 0
    for route, count in ROUTES.items():
        for _ in range(count):
            number += 1
            yield from person(rng, number, route)
    # Known, but never treated.
    for decision in ["deferred"] * 9 + ["excluded"] * 14 + ["eligible"] * 5:
        number += 1
        yield from person(rng, number, None, decision)


def person(rng, number, route, decision=None):
    """The events of one person, in no order that matters."""
    subject = f"p-{number:03}"
    site = 1 + number % 4
    ids = iter(range(1, 1000))

    def event(kind, time, data, version=1):
        return {
            "specversion": "1.0",
            "id": f"{subject}-{next(ids)}",
            "source": f"/synthetic/site-{site:02}",
            "type": f"afterdose.{kind}.v{version}",
            "subject": subject,
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "data": data,
        }

    start = FIRST_DAY + datetime.timedelta(days=int(rng.integers(0, 250)))
    if decision is None:
        decision = ["eligible", "deferred", "excluded", None][int(rng.choice(4, p=[0.8, 0.05, 0.05, 0.1]))]
    if decision:
        screening = {"decision": decision}
        n_codes = int(rng.integers(0, 4)) if decision != "eligible" else int(rng.random() < 0.1)
        if n_codes:
            screening["contraindications"] = [str(code) for code in rng.choice(CODES, n_codes, False)]
        before = start - datetime.timedelta(days=5)
        yield event("course.started", before, {"screening": screening})
        if rng.random() < 0.1:
            # An earlier decision that no longer counts.
            before -= datetime.timedelta(days=20)
            yield event("course.started", before, {"screening": {"decision": "deferred"}})
    if route is None:
        return
    wants_items = rng.random() < 0.85
    if rng.random() < 0.93:
        measure = phq_9(rng, int(rng.integers(0, 4)), wants_items)
        before = start - datetime.timedelta(days=int(rng.integers(0, 35)), hours=1)
        yield event("checkin.submitted", before, {"measures": [measure]})
    time = start
    for course in range(1 + (rng.random() < 0.1)):
        is_prevalent = course == 0 and rng.random() < 0.06
        n_sessions = min(int(rng.geometric(0.16)), 8)
        switch_at = int(rng.integers(2, 6)) if rng.random() < 0.12 else 99
        for k in range(1, n_sessions + 1):
            given = route if k < switch_at else "sublingual"
            session = {"route": given, "drug": "ketamine"}
            if is_prevalent:
                session["session_number"] = k + 4
            version = 1
            if rng.random() < 0.7:
                version, session["vitals"] = vitals(rng)
            if site != 2 and rng.random() < 0.6:
                scale = {"instrument": "cadss", "total": int(rng.integers(0, 60))}
                session["dissociation"] = scale
            told = effects(rng, 0.12)
            if site in (1, 3):
                session |= {"effects": told, "effects_capture": "structured"}
                if not told and rng.random() < 0.5:
                    # Asked and nothing told, without an empty list.
                    del session["effects"]
            elif site == 2 and told:
                session |= {"effects": told, "effects_capture": "spontaneous"}
            elif site == 4 and rng.random() < 0.5:
                session["effects"] = told
            yield event("session.completed", time, session, version)
            gap = int(rng.integers(2, 24))
            for _ in range(int(rng.integers(0, 3))):
                checkin = {}
                if rng.random() < 0.8:
                    checkin["measures"] = [phq_9(rng, int(rng.integers(0, 4)), wants_items)]
                if rng.random() < 0.3:
                    checkin |= {"effects": effects(rng, 0.1), "effects_capture": "spontaneous"}
                if checkin:
                    at = time + datetime.timedelta(hours=int(rng.integers(1, 24 * gap + 1)))
                    yield event("checkin.submitted", at, checkin)
            time += datetime.timedelta(days=gap)
        time += datetime.timedelta(days=90)
    if number % 40 == 0:
        yield event("subject.withdrawn", time, {})


# --- The events read back -------------------------------------------------------------------------


def when(event):
    """Seconds since 1970."""
    return datetime.datetime.fromisoformat(event["time"]).timestamp()


def days(seconds):
    """Whole days."""
    return int(seconds // 86400)


def read():
    """Everyone who did not withdraw: screening and the first course, or no course."""
    of_subject = defaultdict(list)
    with open(HERE / "events.ndjson", encoding="utf-8") as file:
        for line in file:
            event = json.loads(line)
            of_subject[event["subject"]].append(event)
    people = []
    for mine in of_subject.values():
        if any("withdrawn" in event["type"] for event in mine):
            continue
        mine.sort(key=lambda event: (when(event), event["source"], event["id"]))
        of = lambda kind: [event for event in mine if f".{kind}." in event["type"]]
        started, sessions, checkins = of("course.started"), of("session.completed"), of("checkin.submitted")
        screening = started[-1]["data"]["screening"] if started else {}
        person = {"screening": screening, "treated": bool(sessions), "course": None}
        people.append(person)
        if not sessions or sessions[0]["data"].get("session_number", 1) > 1:
            continue
        first = [sessions[0]]
        for session in sessions[1:]:
            if days(when(session) - when(first[-1])) > 60:
                break
            first.append(session)
        after = []
        for session in first:
            begin = when(session)
            later = [when(other) for other in sessions if when(other) > begin]
            end = min(later, default=float("inf"))
            window = [
                checkin["data"]
                for checkin in checkins
                if begin < when(checkin) <= end and days(when(checkin) - begin) <= 14
            ]
            after.append({"session": session["data"], "checkins": window})
        before = [
            checkin["data"]
            for checkin in checkins
            if when(checkin) <= when(first[0]) and days(when(first[0]) - when(checkin)) <= 30
        ]
        routes = [session["data"]["route"] for session in first]
        person["course"] = {
            "routes": {"all", routes[0]} | ({"mixed"} if set(routes) != {routes[0]} else set()),
            "baseline": last_phq_9(before),
            "after": after[:HORIZON],
        }
    return people


def last_phq_9(checkins):
    """Total and ninth item of the last PHQ-9; the item is None where there are no items."""
    measures = [checkin["measures"][0] for checkin in checkins if "measures" in checkin]
    if not measures:
        return None
    items = measures[-1].get("items")
    return (sum(items), items[8]) if items else (measures[-1]["total"], None)


def reports(infusion):
    """Way of asking and side effects of each report about an infusion."""
    for data in [infusion["session"], *infusion["checkins"]]:
        if "effects" in data or "effects_capture" in data:
            yield data.get("effects_capture", "unstated"), data.get("effects", [])


# --- Tables ---------------------------------------------------------------------------------------


def wilson(k, n):
    """Share and Wilson limits, or nothing."""
    if n == 0:
        return [None, None, None]
    lo, hi = proportion_confint(k, n, method="wilson")
    return [k / n, lo, hi]


def mean_in(values):
    """Mean and t limits."""
    n = len(values)
    if n == 0:
        return [None, None, None]
    mean = float(numpy.mean(values))
    if n == 1:
        return [mean, None, None]
    sem = stats.sem(values)
    lo, hi = (mean, mean) if sem == 0 else stats.t.interval(0.95, n - 1, loc=mean, scale=sem)
    return [mean, lo, hi]


def item_9(courses):
    """Of those whose baseline of the PHQ-9 is above 0."""
    courses = [course for course in courses if course["baseline"] and course["baseline"][0] > 0]
    rows = []
    for route in sorted(set().union(*(course["routes"] for course in courses))):
        for k in range(1, HORIZON + 1):
            pairs = []
            for course in courses:
                if route not in course["routes"] or len(course["after"]) < k:
                    continue
                score = last_phq_9(course["after"][k - 1]["checkins"])
                if score and None not in (score[1], course["baseline"][1]):
                    pairs.append((course["baseline"][1], score[1]))
            n = len(pairs)
            row = {"route": route, "infusion": k, "item": 9, "n_both": n}
            row["n_endorsed_before"] = sum(before > 0 for before, _ in pairs)
            for name, count in (
                ("reduced", sum(after < before for before, after in pairs)),
                ("resolved", sum(before > 0 == after for before, after in pairs)),
                ("increased", sum(after > before for before, after in pairs)),
                ("new", sum(before == 0 < after for before, after in pairs)),
            ):
                row[name] = count
                row[f"{name}_share"], row[f"{name}_lo"], row[f"{name}_hi"] = wilson(count, n)
            row["unchanged"] = sum(before == after for before, after in pairs)
            rows.append(row)
    return rows


def side_effects(courses):
    """By route, infusion (0 for any), way of asking and term."""
    order = {None: 0, "mild": 1, "moderate": 2, "severe": 3}
    # (route, mode) -> infusion -> person -> [(session, effects)]
    asked = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    for number, course in enumerate(courses):
        for k, infusion in enumerate(course["after"], start=1):
            for mode, told in reports(infusion):
                for route in course["routes"]:
                    for place in (0, k):
                        asked[route, mode][place][number].append((k, told))
    rows = []
    for (route, mode), places in sorted(asked.items()):
        for k in range(HORIZON + 1):
            for term in ["any", *TERMS]:
                n = len(places[k])
                sessions = {(who, session) for who, mine in places[k].items() for session, _ in mine}
                of_person = defaultdict(list)
                sessions_with = set()
                for who, mine in places[k].items():
                    for session, told in mine:
                        for effect in told:
                            if term in ("any", effect["term"]):
                                of_person[who].append(effect)
                                sessions_with.add((who, session))
                worst = [max(order[e.get("severity")] for e in mine) for mine in of_person.values()]
                gone = [[e["resolved_min"] for e in mine if "resolved_min" in e] for mine in of_person.values()]
                gone = [max(minutes) for minutes in gone if minutes]
                row = {"route": route, "infusion": k, "capture": mode, "term": term}
                row |= {"n_persons": n, "n_sessions": len(sessions)}
                row |= {"persons_with": len(of_person), "sessions_with": len(sessions_with)}
                row["share"], row["lo"], row["hi"] = wilson(len(of_person), n)
                none = n > 0 and not of_person
                row["upper_if_none"] = stats.beta.ppf(0.95, 1, n) if none else None
                row |= {"mild": worst.count(1), "moderate": worst.count(2), "severe": worst.count(3)}
                row["severity_unknown"] = worst.count(0)
                row["serious"] = sum(any(e.get("serious") for e in mine) for mine in of_person.values())
                row["n_resolved"] = len(gone)
                row["median_minutes"] = float(numpy.median(gone)) if gone else None
                rows.append(row)
    return rows


def dissociation(courses):
    """By route and infusion; the one scale here is the CADSS."""
    rows = []
    for route in sorted(set().union(*(course["routes"] for course in courses))):
        totals = defaultdict(list)
        for course in courses:
            for k, infusion in enumerate(course["after"], start=1):
                scale = infusion["session"].get("dissociation")
                if scale and route in course["routes"]:
                    totals[k].append(scale["total"])
        for k in range(1, HORIZON + 1):
            values = totals[k]
            mean, lo, hi = mean_in(values)
            rows.append(
                {
                    "instrument": "cadss",
                    "route": route,
                    "infusion": k,
                    "n_persons": len(values),
                    "mean_total": mean,
                    "total_sd": float(numpy.std(values, ddof=1)) if len(values) > 1 else None,
                    "total_lo": lo,
                    "total_hi": hi,
                    "median_total": float(numpy.median(values)) if values else None,
                }
            )
    return rows


def signs(vitals):
    """Before and highest of both pressures, and the lowest saturation; None where not read."""
    if isinstance(vitals, dict):
        names = ["sbp_pre", "sbp_peak", "dbp_pre", "dbp_peak", "spo2_min"]
        return [vitals.get(name) for name in names]
    found = []
    for sign in ("sbp", "dbp"):
        of = [reading for reading in vitals if reading["sign"] == sign]
        value = lambda r: r["value"] * (MMHG_IN_KPA if r["unit"] == "kPa" else 1)
        is_before = lambda r: r.get("moment") == "pre" or r.get("at_min") == 0
        found.append(next((value(r) for r in of if is_before(r)), None))
        found.append(max((value(r) for r in of if not is_before(r)), default=None))
    found.append(min((r["value"] for r in vitals if r["sign"] == "spo2"), default=None))
    return found


def blood_pressure(courses):
    """By route and infusion."""
    rows = []
    for route in sorted(set().union(*(course["routes"] for course in courses))):
        for k in range(1, HORIZON + 1):
            here = [c for c in courses if route in c["routes"] and len(c["after"]) >= k]
            read = [c["after"][k - 1]["session"].get("vitals") for c in here]
            read = [signs(vitals) for vitals in read if vitals is not None]
            full = [mine[:4] for mine in read if None not in mine[:4]]
            saturation = [mine[4] for mine in read if mine[4] is not None]
            row = {"route": route, "infusion": k, "n_persons": len(full)}
            for name, place in (("systolic", 0), ("diastolic", 2)):
                before, highest = [m[place] for m in full], [m[place + 1] for m in full]
                rise = [high - low for low, high in zip(before, highest)]
                row[f"mean_{name}_before"] = mean_in(before)[0]
                row[f"mean_{name}_highest"] = mean_in(highest)[0]
                mean, row[f"{name}_rise_lo"], row[f"{name}_rise_hi"] = mean_in(rise)
                row[f"mean_{name}_rise"] = mean
            risen = sum(m[1] - m[0] >= 20 or m[3] - m[2] >= 15 for m in full)
            high = sum(m[1] >= 165 or m[3] >= 100 for m in full)
            low = sum(value < 92 for value in saturation)
            row["n_saturation"] = len(saturation)
            row["mean_saturation_lowest"] = mean_in(saturation)[0]
            for name, count, n in (
                ("risen", risen, len(full)),
                ("high", high, len(full)),
                ("low_saturation", low, len(saturation)),
            ):
                row[name] = count
                row[f"{name}_share"], row[f"{name}_lo"], row[f"{name}_hi"] = wilson(count, n)
            rows.append(row)
    return rows


def screening(people):
    """By the latest decision and its reasons."""
    rows = []
    for decision in ["eligible", "deferred", "excluded", "unknown"]:
        mine = [p for p in people if p["screening"].get("decision", "unknown") == decision]
        reasons = ["all", "any", "none-given", *CODES] if decision != "unknown" else ["all"]
        for reason in reasons:
            codes = lambda p: p["screening"].get("contraindications", [])
            fits = {"all": lambda p: True, "any": codes, "none-given": lambda p: not codes(p)}
            fit = fits.get(reason, lambda p: reason in codes(p))
            chosen = [p for p in mine if fit(p)]
            treated = sum(p["treated"] for p in chosen)
            rows.append({"decision": decision, "reason": reason, "n_subjects": len(chosen), "n_treated": treated})
    return rows


def write(name, rows):
    """A CSV file; None is NA."""
    with open(HERE / f"{name}.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        for row in rows:
            writer.writerow({key: text(value) for key, value in row.items()})


def text(value):
    """A cell: a whole number as it is, any other with all its digits."""
    if value is None:
        return "NA"
    return repr(float(value)) if isinstance(value, (float, numpy.floating)) else value


def main():
    """Writes all files."""
    rng = numpy.random.default_rng(SEED)
    with open(HERE / "events.ndjson", "w", encoding="utf-8") as file:
        for event in events(rng):
            file.write(json.dumps(event, separators=(",", ":")) + "\n")
    people = read()
    courses = [person["course"] for person in people if person["course"]]
    for table in (item_9, side_effects, dissociation, blood_pressure):
        write(table.__name__, table(courses))
    write("screening", screening(people))
    versions = {"python": platform.python_version()}
    versions |= {module.__name__: module.__version__ for module in (numpy, scipy, statsmodels)}
    versions["seed"] = SEED
    lines = "".join(f"{name} {version}\n" for name, version in versions.items())
    (HERE / "versions.txt").write_text(lines, encoding="utf-8")


if __name__ == "__main__":
    main()
