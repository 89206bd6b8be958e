#!/usr/bin/env python3
"""Make the oracle of the cumulative curves: made-up people, and what other programs say of them.

    pip install -r tests/oracle/cumulative_response/requirements.txt
    apt-get install r-cran-survival r-cran-cmprsk
    python tests/oracle/cumulative_response/make.py

Writes beside itself:

    events.ndjson             the people as events; everything in it is made up
    cumulative_response.csv   Kaplan-Meier by lifelines and statsmodels, Aalen-Johansen by the
                              product integral of matrices with its Greenwood covariance
    time_to_response.csv      medians and restricted means of those curves
    comparison.csv            log-rank tests by lifelines, Gray's by R's cmprsk, Holm and Newcombe by
                              statsmodels
    versions.txt              what made them

Before anything is written, R's `survfit` has to agree with both curves, their errors and limits,
and with the restricted means, to twelve digits.

The expected numbers come from the simulated times and scores, never from the events, so that
whatever the program reads wrongly shows. `tests/integration/oracle.rs` compares. The same seed and
versions make the same bytes.
"""

import datetime
import itertools
import json
import pathlib
import platform
import subprocess

import lifelines
import numpy
import pandas
import scipy
import statsmodels
from lifelines.statistics import multivariate_logrank_test
from statsmodels.duration.survfunc import SurvfuncRight
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep

HERE = pathlib.Path(__file__).parent
SEED = 20240301
HORIZON = 6
COMPARE_AT = 4
FEW = 5
Z = scipy.stats.norm.ppf(0.975)
# Columns of whole numbers, some of them undefined in places.
COUNTS = {"n", "responders", "stopped", "median", "median_lo", "median_hi", "horizon", "logrank_df", "gray_df"}
COUNTS |= {f"n_{side}{kind}" for side in "ab" for kind in ("", "_nri", "_day28")}
HOUR = datetime.timedelta(hours=1)
DAY = 24 * HOUR
# Route, in the order of the code list: people, most sessions, least and most days between
# sessions, improvement a session.
ROUTES = {
    "intravenous": (75, 8, 2, 5, 0.16),
    "intranasal": (60, 8, 3, 7, 0.11),
    "intramuscular": (4, 6, 3, 5, 0.20),
    "sublingual": (36, 5, 5, 9, 0.08),
}
FIRST_DAY = datetime.datetime(2024, 3, 4, 9, tzinfo=datetime.timezone.utc)
LAST_DAY = FIRST_DAY + 246 * DAY


def simulate(rng):
    """The people: times of sessions, check-ins as (time, score), the score after each session."""
    people = []
    for route, (count, most, low, high, slope) in ROUTES.items():
        for _ in range(count):
            baseline = int(rng.integers(8, 28))
            n = min(int(rng.geometric(0.16)), most)
            start = FIRST_DAY + int(rng.integers(0, 240)) * DAY
            gaps = rng.integers(low, high + 1, size=n)
            sessions = [start + int(days) * DAY for days in numpy.cumsum(gaps) - gaps[0]]
            # What lies beyond the end of the data is not seen.
            n = sum(session < LAST_DAY for session in sessions)
            sessions = sessions[:n]
            speed = max(rng.normal(slope, slope), -slope)
            after = numpy.arange(1, n + 1)
            scores = numpy.rint(baseline * numpy.exp(-speed * after) + rng.normal(0, 3, n))
            scores = numpy.clip(scores, 0, 27)
            scores[rng.random(n) < 0.2] = numpy.nan
            # Some are treated on without ever being asked again; some are never asked at all.
            if rng.random() < 0.25:
                scores[int(rng.integers(0, n)) :] = numpy.nan
            checkins = []
            for k, score in enumerate(scores):
                following = sessions[k + 1] if k + 1 < n else sessions[k] + 7 * DAY
                hours = int(rng.integers(1, (following - sessions[k]) // HOUR))
                time = sessions[k] + hours * HOUR
                if time >= LAST_DAY:
                    scores[k] = numpy.nan
                elif not numpy.isnan(score):
                    checkins.append((time, score))
            # A late check-in belongs to no infusion, but may be the score of day 28.
            late = sessions[-1] + int(rng.integers(15 * 24, 27 * 24)) * HOUR
            if rng.random() < 0.3 and late < LAST_DAY:
                checkins.append((late, float(rng.integers(0, baseline + 1))))
            last = max(time for time, _ in [*checkins, (sessions[-1], 0)])
            people.append(
                {
                    "route": route,
                    "source": f"/synthetic/site-{1 + len(people) % 2:02}",
                    "baseline": baseline,
                    "sessions": sessions,
                    "scores": scores,
                    "checkins": checkins,
                    "end": last + DAY if rng.random() < 0.45 else None,
                }
            )
    return people


def events(people):
    """The people as events."""
    for number, person in enumerate(people, start=1):
        subject = f"p-{number:03}"

        def event(name, kind, time, data):
            return {
                "specversion": "1.0",
                "id": f"{subject}-{name}",
                "source": person["source"],
                "type": f"afterdose.{kind}.v1",
                "subject": subject,
                "time": time.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "data": data,
            }

        def checkin(name, time, total):
            measures = [{"instrument": "phq-9", "total": int(total)}]
            return event(name, "checkin.submitted", time, {"measures": measures})

        yield checkin("c0", person["sessions"][0] - DAY, person["baseline"])
        drug = "esketamine" if person["route"] == "intranasal" else "ketamine"
        for k, time in enumerate(person["sessions"], start=1):
            given = {"route": person["route"], "drug": drug}
            yield event(f"s{k}", "session.completed", time, given)
        for k, (time, score) in enumerate(person["checkins"], start=1):
            yield checkin(f"c{k}", time, score)
        if person["end"]:
            yield event("end", "course.ended", person["end"], {"reason": "completed"})


def frame(people):
    """One row a person: what the estimates need to know."""
    latest = {}
    for person in people:
        times = person["sessions"] + [time for time, _ in person["checkins"]]
        latest[person["source"]] = max([latest.get(person["source"], times[0]), *times])
    rows = []
    for person in people:
        cut, first, last = latest[person["source"]], person["sessions"][0], person["sessions"][-1]
        responds = lambda score: 2 * score <= person["baseline"]  # noqa: E731
        scored = [k for k, score in enumerate(person["scores"], 1) if not numpy.isnan(score)]
        hits = [k for k in scored if responds(person["scores"][k - 1]) and k <= HORIZON]
        running = not person["end"] and (cut - last) // DAY <= 60
        seen = scored[-1] if scored else 0
        if hits:
            meier, johansen = (hits[0], 1), (hits[0], 1)
        else:
            meier = (min(seen, HORIZON), 0)
            leaves = not running and seen < HORIZON
            johansen = (seen + 1, 2) if leaves else meier
        day_28 = first + 28 * DAY
        until = [(time, score) for time, score in person["checkins"] if first < time <= day_28]
        fresh = bool(until) and (day_28 - until[-1][0]) // DAY <= 14
        n = len(person["sessions"])
        at = person["scores"][COMPARE_AT - 1] if n >= COMPARE_AT else numpy.nan
        rows.append(
            {
                "route": person["route"],
                "time": meier[0],
                "event": meier[1],
                "leaving": johansen[0],
                "cause": johansen[1],
                "unmeasured": johansen[1] == 2 and n > seen,
                "observed": not numpy.isnan(at),
                "response": bool(responds(at)),
                "enrolled": n >= COMPARE_AT or not running,
                "reached_day_28": (cut - first) // DAY >= 28,
                "response_day_28": fresh and bool(responds(until[-1][1])),
            }
        )
    return pandas.DataFrame(rows)


def kaplan_meier(people):
    """By infusion: at risk, events, incidence, its error, its limits."""
    risk = people[people["time"] > 0]
    fit = lifelines.KaplanMeierFitter().fit(risk["time"], risk["event"])
    steps = range(1, HORIZON + 1)
    survival = fit.survival_function_at_times(steps).to_numpy()
    limits = fit.confidence_interval_.reindex(range(HORIZON + 1), method="ffill").to_numpy()[1:]
    limits[(survival == 1) | (survival == 0)] = numpy.nan
    errors = pandas.Series([0.0], index=[0])
    if risk["event"].any():
        function = SurvfuncRight(risk["time"], risk["event"])
        errors = pandas.Series(function.surv_prob_se, index=function.surv_times)
    errors = errors.reindex(range(HORIZON + 1), method="ffill").fillna(0.0).to_numpy()[1:].copy()
    errors[survival == 0] = numpy.nan
    return pandas.DataFrame(
        {
            "infusion": steps,
            "n_at_risk": [(risk["time"] >= k).sum() for k in steps],
            "events": [((risk["time"] == k) & (risk["event"] == 1)).sum() for k in steps],
            "stopped": numpy.nan,
            "estimate": 1 - survival,
            "se": errors,
            "lo": 1 - limits[:, 1],
            "hi": 1 - limits[:, 0],
            "stopped_estimate": numpy.nan,
            "unmeasured_estimate": numpy.nan,
        }
    )


def aalen_johansen(people):
    """The same where leaving competes: a product of matrices of the states waiting, responded,
    stopped though measured to the end, stopped being measured; covariance by Andersen, Borgan,
    Gill and Keiding 1993, formulas 4.4.18 and 4.4.20."""
    state = people["cause"] + people["unmeasured"]
    product, covariance = numpy.eye(4), numpy.zeros((16, 16))
    rows = []
    for k in range(1, HORIZON + 1):
        n = int((people["leaving"] >= k).sum())
        here = people["leaving"] == k
        counts = numpy.array([(here & (state == target)).sum() for target in (1, 2, 3)])
        if n:
            increment, spread = numpy.zeros((4, 4)), numpy.zeros((4, 4))
            increment[0, 1:], increment[0, 0] = counts / n, -counts.sum() / n
            change = increment[0, 1:]
            spread[1:, 1:] = (numpy.diag(change) - numpy.outer(change, change)) / n
            spread[0, 1:] = spread[1:, 0] = -spread[1:, 1:].sum(axis=0)
            spread[0, 0] = spread[1:, 1:].sum()
            # Covariance of the increment, stacked by columns: only those of row 0 vary.
            varies = numpy.zeros((16, 16))
            varies[numpy.ix_(range(0, 16, 4), range(0, 16, 4))] = spread
            carry = numpy.kron((numpy.eye(4) + increment).T, numpy.eye(4))
            before = numpy.kron(numpy.eye(4), product)
            covariance = carry @ covariance @ carry.T + before @ varies @ before.T
            product = product @ (numpy.eye(4) + increment)
        value, se = product[0, 1], numpy.sqrt(max(covariance[4, 4], 0))
        lo, hi = numpy.nan, numpy.nan
        if 0 < value < 1:
            reach = numpy.exp(Z * se / (value * abs(numpy.log(value))))
            lo, hi = value**reach, value ** (1 / reach)
        rows.append(
            {
                "infusion": k,
                "n_at_risk": n,
                "events": counts[0],
                "stopped": counts[1] + counts[2],
                "estimate": value,
                "se": se,
                "lo": lo,
                "hi": hi,
                "stopped_estimate": product[0, 2] + product[0, 3],
                "unmeasured_estimate": product[0, 3],
            }
        )
    return pandas.DataFrame(rows)


def time_to_response(people, estimator, curve):
    """Median with limits; of Kaplan-Meier the area under the survival curve and its error."""

    def first(column):
        reached = curve[curve[column] >= 0.5 - 1e-9]
        return reached["infusion"].iloc[0] if len(reached) else numpy.nan

    row = {"n": len(people), "responders": int(people["event"].sum())}
    row |= {"median": first("estimate"), "median_lo": first("hi"), "median_hi": first("lo")}
    row |= {"rmst": numpy.nan, "rmst_se": numpy.nan, "horizon": HORIZON}
    if estimator == "kaplan-meier":
        survival = numpy.concatenate([[1.0], 1 - curve["estimate"].to_numpy()])[:HORIZON]
        row["rmst"] = survival.sum()
        n, d = curve["n_at_risk"].to_numpy()[:-1], curve["events"].to_numpy()[:-1]
        area = survival[::-1].cumsum()[::-1][1:]
        moves = (d > 0) & (d < n)
        row["rmst_se"] = numpy.sqrt((area**2)[moves] @ (d / (n * (n - d.clip(max=n - 1))))[moves])
    return row


def comparison(people):
    """Every pair of routes, then all of them."""
    risk = people[people["time"] > 0]

    def test(chosen):
        found = multivariate_logrank_test(chosen["time"], chosen["route"], chosen["event"])
        return {
            "logrank_chisq": found.test_statistic,
            "logrank_df": chosen["route"].nunique() - 1,
            "logrank_p": found.p_value,
        }

    kinds = {"": ("observed", "response"), "_nri": ("enrolled", "response")}
    kinds["_day28"] = ("reached_day_28", "response_day_28")
    rows = []
    for a, b in itertools.combinations(ROUTES, 2):
        row = {"route_a": a, "route_b": b, "infusion": COMPARE_AT}
        row |= test(risk[risk["route"].isin([a, b])])
        for kind, (of, response) in kinds.items():
            people_of = [people[(people["route"] == route) & people[of]] for route in (a, b)]
            n = [len(side) for side in people_of]
            cases = [int(side[response].sum()) for side in people_of]
            row[f"n_a{kind}"], row[f"n_b{kind}"] = n
            enough = min(n) >= FEW
            row[f"difference{kind}"] = cases[0] / n[0] - cases[1] / n[1] if enough else numpy.nan
            row[f"difference{kind}_lo"], row[f"difference{kind}_hi"] = (
                confint_proportions_2indep(
                    cases[0], n[0], cases[1], n[1], method="newcomb", compare="diff"
                )
                if enough
                else (numpy.nan, numpy.nan)
            )
        rows.append(row)
    for row, p in zip(rows, multipletests([row["logrank_p"] for row in rows], method="holm")[1]):
        row["logrank_p_holm"], row["n_tests"] = p, len(rows)
    whole = {"route_a": "all", "route_b": "all", "infusion": COMPARE_AT, "n_tests": 1}
    return pandas.DataFrame([*rows, whole | test(risk)])


def gray(people, table):
    """Adds Gray's tests to the comparison; the version of cmprsk."""
    run = subprocess.run(
        ["Rscript", str(HERE / "gray.R"), *ROUTES],
        input=people.to_csv(index=False),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    *lines, version = run.stdout.strip().split("\n")
    tests = numpy.array([[float(number) for number in line.split(",")] for line in lines])
    for column, name in enumerate(("gray_chisq", "gray_df", "gray_p")):
        table[name] = tests[:, column]
    return version.strip()


def agree_with_r(people, curves, times):
    """Stops where R's survfit says anything else; the versions of R and survival."""
    run = subprocess.run(
        ["Rscript", str(HERE / "check.R"), str(HORIZON)],
        input=people.to_csv(index=False),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    *lines, versions = run.stdout.strip().split("\n")
    numbers = iter([float(number) for number in line.split(",")] for line in lines)

    def agree(found, expected):
        # What is undefined here is 0, 1 or not a number there.
        found, expected = numpy.array(found, dtype=float), numpy.array(expected)
        defined = ~numpy.isnan(found)
        if not numpy.allclose(found[defined], expected[defined], rtol=0, atol=1e-12):
            raise SystemExit(f"R disagrees: {found} {expected}")

    columns = ["estimate", "se", "lo", "hi"]
    for route in ["all", *ROUTES]:
        for row in curves[route, "kaplan-meier"][columns].itertuples(index=False):
            agree(row, next(numbers))
        agree([times[route, "kaplan-meier"][name] for name in ("rmst", "rmst_se")], next(numbers))
        for row in curves[route, "aalen-johansen"][columns].itertuples(index=False):
            agree(row, next(numbers))
    return versions.split()


def main():
    """Writes the files."""
    everyone = simulate(numpy.random.default_rng(SEED))
    people = frame(everyone)
    estimators = {"aalen-johansen": aalen_johansen, "kaplan-meier": kaplan_meier}
    curves, times = {}, {}
    for key in itertools.product(["all", *ROUTES], estimators):
        route, estimator = key
        chosen = people if route == "all" else people[people["route"] == route]
        curves[key] = estimators[estimator](chosen)
        times[key] = time_to_response(chosen, estimator, curves[key])
    r_version, survival_version = agree_with_r(people, curves, times)
    names = ["route", "estimator"]
    tables = {
        "cumulative_response": pandas.concat(curves, names=names).reset_index(names),
        "time_to_response": pandas.DataFrame(times).T.rename_axis(names).reset_index(),
        "comparison": comparison(people),
    }
    cmprsk_version = gray(people, tables["comparison"])
    for name, table in tables.items():
        for column in COUNTS & set(table):
            table[column] = table[column].astype("Int64")
        table.to_csv(HERE / f"{name}.csv", index=False, na_rep="NA", lineterminator="\n")
    with open(HERE / "events.ndjson", "w", encoding="utf-8") as file:
        for event in events(everyone):
            file.write(json.dumps(event, separators=(",", ":")) + "\n")
    versions = {"python": platform.python_version(), "R": r_version, "survival": survival_version}
    versions["cmprsk"] = cmprsk_version
    modules = (lifelines, numpy, pandas, scipy, statsmodels)
    versions |= {module.__name__: module.__version__ for module in modules}
    versions["seed"] = SEED
    lines = "".join(f"{name} {version}\n" for name, version in versions.items())
    (HERE / "versions.txt").write_text(lines, encoding="utf-8")


if __name__ == "__main__":
    main()
