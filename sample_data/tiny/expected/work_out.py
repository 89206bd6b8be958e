#!/usr/bin/env python3
"""Work out five of the tables beside this file from what became of each person.

    python3 sample_data/tiny/expected/work_out.py

What became of each person is written by hand below, as ../README.md tells it. Counts and estimates
are exact fractions; only roots, logarithms and tails are floating point. Nothing but Python's own
library is used, and no line is shared with the program. The same bytes come out every time:

    cumulative_response.csv  time_to_response.csv  comparison.csv  completeness.csv
    data_quality.csv
"""

import csv
import math
from fractions import Fraction
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
Z = 1.959963984540054
HORIZON = 4
COMPARE_AT = 3
ROUTES = ["intravenous", "intranasal", "intramuscular", "sublingual"]

# One row a course that began with the data (p11 did not). `months`: of each session, in 2025.
# `day 28`: whether the course began at least 28 whole days before the data cut of its site.
COURSES = """
person | course | site    | route         | drug       | indication         | months      | day 28
p01    | 1      | site-01 | intravenous   | ketamine   | trd                | 01 01 01 01 | yes
p02    | 1      | site-01 | intravenous   | ketamine   | mdd                | 01 01 01    | yes
p02    | 2      | site-01 | intravenous   | ketamine   | mdd                | 01          | yes
p03    | 1      | site-01 | intramuscular | ketamine   | mdd                | 02 02 02    | yes
p04    | 1      | site-01 | intramuscular | ketamine   | multiple           | 02 02       | yes
p05    | 1      | site-02 | intranasal    | esketamine | trd                | 01 01 01 01 | yes
p06    | 1      | site-02 | intranasal    | ketamine   | bipolar-depression | 02 02       | yes
p07    | 1      | site-02 | sublingual    | ketamine   | gad                | 02 02       | no
p08    | 1      | site-02 | sublingual    | ketamine   | unknown            | 02 02 02    | yes
p09    | 1      | site-01 | intravenous   | ketamine   | mdd                | 03 03 03 03 | no
p10    | 1      | site-01 | intravenous   | ketamine   | mdd                | 02 02       | yes
p12    | 1      | site-02 | intranasal    | esketamine | trd                | 03 03       | no
"""

# One row a course and instrument with a baseline. `scored`: the infusions with a score after them.
#   response   first response after infusion `at`
#   stopped    never, and treatment was over: leaves at `at`, one after the last score
#   unmeasured the same, but treated at `at` or later all the same
#   censored   never so far, and still in treatment: last score after infusion `at`, 0 for none
#   zero       baseline 0: in no estimate, only due and scored at baseline
FATES = """
instrument | person | course | band  | fate       | at | scored
phq-9      | p01    | 1      | 20-27 | response   | 3  | 1 2 3 4
phq-9      | p02    | 1      | 15-19 | response   | 2  | 1 2 3
phq-9      | p02    | 2      | 10-14 | response   | 1  | 1
phq-9      | p03    | 1      | 20-27 | response   | 3  | 1 2 3
phq-9      | p04    | 1      | 15-19 | unmeasured | 1  |
phq-9      | p05    | 1      | 20-27 | response   | 1  | 1 3 4
phq-9      | p06    | 1      | 15-19 | response   | 2  | 1 2
phq-9      | p07    | 1      | 5-9   | response   | 2  | 1 2
phq-9      | p08    | 1      | 10-14 | response   | 3  | 1 3
phq-9      | p09    | 1      | 15-19 | response   | 3  | 1 2 3 4
phq-9      | p12    | 1      | 20-27 | response   | 2  | 1 2
gad-7      | p01    | 1      | 10-14 | response   | 3  | 1 2 3 4
gad-7      | p03    | 1      | 5-9   | response   | 3  | 1 2 3
gad-7      | p05    | 1      | 15-21 | response   | 3  | 1 3 4
gad-7      | p07    | 1      | 15-21 | response   | 2  | 1 2
gad-7      | p08    | 1      | 0-4   | zero       | 0  | 1 3
gad-7      | p09    | 1      | 0-4   | response   | 4  | 1 2 3 4
gad-7      | p12    | 1      | 15-21 | censored   | 0  |
"""
INSTRUMENTS = ["phq-9", "gad-7"]
RUNNING = [("p02", 2), ("p12", 1)]
SWITCHED = [("p09", 1)]

# Infusions of March and later: 14 days after them the data of both sites may still be open
# (site-01: 28 - 14 = 14 March; site-02: 15 - 14 = 1 March).
OPEN_FROM = "2025-03"


# Every score found, check-in by check-in: its fate. A dot: not asked.
#   usable     a baseline, the score after an infusion, or that of day 28 (p04-c1 only that)
#   the others by the codes of the table, without `score-`
SCORES = """
check-in | site    | phq-9        | gad-7
p01-c0   | site-01 | usable       | usable
p01-c1   | site-01 | usable       | usable
p01-c2   | site-01 | usable       | usable
p01-c3   | site-01 | usable       | usable
p01-c4a  | site-01 | replaced     | usable
p01-c4b  | site-01 | usable       | .
p02-c0   | site-01 | usable       | .
p02-c1   | site-01 | usable       | .
p02-c2   | site-01 | usable       | .
p02-c3   | site-01 | usable       | .
p02-c4   | site-01 | usable       | .
p02-c5   | site-01 | usable       | .
p03-c0   | site-01 | usable       | usable
p03-c1   | site-01 | usable       | usable
p03-c2   | site-01 | usable       | usable
p03-c3   | site-01 | usable       | usable
p04-c0   | site-01 | usable       | .
p04-c1   | site-01 | usable       | .
p09-c0   | site-01 | usable       | usable
p09-c1   | site-01 | usable       | usable
p09-c2   | site-01 | usable       | usable
p09-c3   | site-01 | usable       | usable
p09-c4   | site-01 | usable       | usable
p10-c0   | site-01 | too-early    | .
p10-c1   | site-01 | usable       | .
p10-c2   | site-01 | usable       | .
p12-c0   | site-01 | usable       | usable
p13-c0   | site-01 | of-untreated | .
p05-c0   | site-02 | usable       | usable
p05-c1   | site-02 | usable       | usable
p05-c2   | site-02 | in-conflict  | in-conflict
p05-c3   | site-02 | usable       | usable
p05-c4   | site-02 | usable       | usable
p06-c0   | site-02 | usable       | .
p06-c1   | site-02 | usable       | .
p06-c2   | site-02 | usable       | .
p07-c0   | site-02 | usable       | usable
p07-c1   | site-02 | usable       | usable
p07-c2   | site-02 | usable       | usable
p08-c0   | site-02 | usable       | usable
p08-c1   | site-02 | usable       | usable
p08-c3   | site-02 | usable       | usable
p11-c0   | site-02 | usable       | .
p11-c1   | site-02 | usable       | .
p11-c2   | site-02 | usable       | .
p12-c1   | site-02 | usable       | .
p12-c2   | site-02 | usable       | .
"""

# Every session found. `check-in`: whether one followed in time; `open`: it still may have, when the
# data ended. `dose`: by the codes of the table, without `dose-`.
SESSIONS = """
session | site    | route         | check-in  | dose
p01-s1  | site-01 | intravenous   | yes       | plausible
p01-s2  | site-01 | intravenous   | yes       | plausible
p01-s3  | site-01 | intravenous   | yes       | plausible
p01-s4  | site-01 | intravenous   | yes       | plausible
p02-s1  | site-01 | intravenous   | yes       | plausible
p02-s2  | site-01 | intravenous   | yes       | plausible
p02-s3  | site-01 | intravenous   | yes       | plausible
p02-s4  | site-01 | intravenous   | yes       | plausible
p03-s1  | site-01 | intramuscular | yes       | plausible
p03-s2  | site-01 | intramuscular | yes       | plausible
p03-s3  | site-01 | intramuscular | yes       | plausible
p04-s1  | site-01 | intramuscular | no        | plausible
p04-s2  | site-01 | intramuscular | no        | plausible
p04-s3  | site-01 | intramuscular | retracted | .
p09-s1  | site-01 | intravenous   | yes       | plausible
p09-s2  | site-01 | intravenous   | yes       | plausible
p09-s3  | site-01 | intramuscular | yes       | plausible
p09-s4  | site-01 | intramuscular | open      | plausible
p10-s1  | site-01 | intravenous   | yes       | plausible
p10-s2  | site-01 | intravenous   | yes       | plausible
p05-s1  | site-02 | intranasal    | yes       | plausible
p05-s2  | site-02 | intranasal    | no        | plausible
p05-s3  | site-02 | intranasal    | yes       | plausible
p05-s4  | site-02 | intranasal    | yes       | plausible
p06-s1  | site-02 | intranasal    | yes       | plausible
p06-s2  | site-02 | intranasal    | yes       | plausible
p07-s1  | site-02 | sublingual    | yes       | plausible
p07-s2  | site-02 | sublingual    | yes       | plausible
p08-s1  | site-02 | sublingual    | yes       | missing
p08-s2  | site-02 | sublingual    | no        | missing
p08-s3  | site-02 | sublingual    | yes       | missing
p11-s1  | site-02 | intranasal    | yes       | plausible
p11-s2  | site-02 | intranasal    | open      | not-a-step
p12-s1  | site-02 | intranasal    | yes       | plausible
p12-s2  | site-02 | intranasal    | open      | plausible
"""

# The checks in the order of the table: code, sentence, what its share is of, and which of the words
# above it counts. Words with a plus are counted by the checks named.
SCORE_CHECKS = """
scores-found            | scores-found | scores-usable + scores-unusable | scores found in check-ins
scores-usable           | scores-found | = usable | usable: a baseline, the score after an infusion, or that of day 28
scores-unusable         | scores-found | score-replaced + score-too-early + score-too-late + score-of-untreated + score-retracted + score-in-conflict + score-on-other-clock + score-after-cut + score-not-in-vocabulary | not usable, for one of the reasons below
score-replaced          | scores-found | = replaced | a later score of the same time counts instead
score-too-early         | scores-found | = too-early | no session near it: too long before the first session
score-too-late          | scores-found | = too-late | no session near it: too long after the session before it
score-of-untreated      | scores-found | = of-untreated | no session near it: the person has no completed session
score-retracted         | scores-found | = retracted | the check-in was taken back
score-in-conflict       | scores-found | = in-conflict | the check-in came with different contents and no correction says which is right
score-on-other-clock    | scores-found | = on-other-clock | the check-in is on another clock than the sessions
score-after-cut         | scores-found | = after-cut | the check-in is later than the data cut that was asked for
score-not-in-vocabulary | scores-found | = not-in-vocabulary | this run knows no such instrument, or no such score on it
totals-differ           | scores-found | = differs | the reported total is not what the items make; the items count
"""
SESSION_CHECKS = """
sessions-found          | sessions-found   | sessions-counted + sessions-set-aside | sessions found
sessions-counted        | sessions-found   | sessions-due + session-window-open | sessions that count in a course
sessions-set-aside      | sessions-found   | session-retracted + session-in-conflict + session-on-other-clock + session-after-cut | sessions that do not count, for one of the reasons below
session-retracted       | sessions-found   | = retracted | the session was taken back
session-in-conflict     | sessions-found   | = in-conflict | the session came with different contents and no correction says which is right
session-on-other-clock  | sessions-found   | = on-other-clock | the session is on another clock than the first
session-after-cut       | sessions-found   | = after-cut | the session is later than the data cut that was asked for
sessions-due            | sessions-counted | session-checked-in + session-without-checkin | sessions whose time for a check-in is over
session-checked-in      | sessions-due     | = yes | a check-in followed in time
session-without-checkin | sessions-due     | = no | no check-in followed in time
session-window-open     | sessions-counted | = open | a check-in may still come
doses-checked           | sessions-counted | dose-plausible + doses-implausible | doses of a drug and route whose range is known
dose-plausible          | doses-checked    | = plausible | the dose is in its range, as far as it can be told
doses-implausible       | doses-checked    | dose-not-a-step + dose-low + dose-high | the dose is outside its range, in one of the ways below
dose-not-a-step         | doses-checked    | = not-a-step | nasal esketamine other than 28, 56 or 84 mg
dose-low                | doses-checked    | = low | the dose is below the range of its drug and route
dose-high               | doses-checked    | = high | the dose is above the range of its drug and route; by vein it may be anaesthesia
dose-missing            | sessions-counted | = missing | no dose was recorded
dose-unchecked          | sessions-counted | = unchecked | no range is known for the drug and route
pressures-reversed      | sessions-counted | = reversed | a diastolic pressure is not below its systolic one
"""


class NA(NamedTuple):
    """A cell without a value, and why."""

    why: str


class Course(NamedTuple):
    """A course as one instrument sees it."""

    key: tuple  # person, course
    route: str
    levels: dict  # stratum to level
    n_sessions: int
    day_28: bool
    fate: str
    at: int
    scored: list


class Step(NamedTuple):
    """What happens at one infusion to those still waiting for a response."""

    n: int
    events: int
    stopped: int
    unmeasured: int


def rows(text):
    """The rows of a table written as above, as dictionaries."""
    head, *lines = [[cell.strip() for cell in line.split("|")] for line in text.split("\n") if line]
    return [dict(zip(head, line)) for line in lines]


def courses(instrument):
    """The courses of the estimates: with a baseline that leaves room to respond."""
    about = {(row["person"], row["course"]): row for row in rows(COURSES)}
    found = []
    for row in rows(FATES):
        if row["instrument"] != instrument or row["fate"] == "zero":
            continue
        course = about[row["person"], row["course"]]
        levels = {"drug": course["drug"], "indication": course["indication"]}
        # Every session of a first course here is induction: `phase` repeats the whole.
        levels |= {"all": "all", "phase": "induction", "baseline_severity": row["band"]}
        if course["course"] != "1":
            levels = {"course_order": course["course"]}
        found.append(
            Course(
                key=(row["person"], int(row["course"])),
                route=course["route"],
                levels=levels,
                n_sessions=len(course["months"].split()),
                day_28=course["day 28"] == "yes",
                fate=row["fate"],
                at=int(row["at"]),
                scored=[int(k) for k in row["scored"].split()],
            )
        )
    return found


def check_against_scores():
    """Holds the fates written above against the scores of courses.csv."""
    with open(HERE / "courses.csv", newline="") as file:
        facts = {
            (row["subject"][5:], int(row["course_order"])): row for row in csv.DictReader(file)
        }
    for instrument in INSTRUMENTS:
        for course in courses(instrument):
            fact = facts[course.key]
            baseline = int(fact[f"{instrument}_baseline"])
            scores = {k: fact[f"{instrument}_after_{k}"] for k in range(1, HORIZON + 1)}
            scores = {k: int(score) for k, score in scores.items() if score != "NA"}
            last = max(scores, default=0)
            responses = [k for k, score in scores.items() if 2 * score <= baseline]
            if responses:
                want = ("response", responses[0])
            elif fact["running_or_over"] == "running":
                want = ("censored", last)
            else:
                want = ("unmeasured" if course.n_sessions > last else "stopped", last + 1)
            assert (course.fate, course.at) == want, (instrument, course, want)
            assert course.scored == list(scores) and course.n_sessions == int(fact["n_sessions"])
            assert (fact["running_or_over"] == "running") == (course.key in RUNNING)
            assert (fact["switched"] == "true") == (course.key in SWITCHED)


# The estimators


def steps(members, competing):
    """The steps at infusions 1 to the horizon.

    With `competing`, leaving is an event of its own. Without it, who leaves at k counts as
    censored at k - 1.
    """
    out = []
    for k in range(1, HORIZON + 1):
        left = {"stopped", "unmeasured"}
        waiting = [c for c in members if (c.at - (c.fate in left and not competing)) >= k]
        now = [c.fate for c in waiting if c.at == k]
        unmeasured = now.count("unmeasured")
        out.append(
            Step(len(waiting), now.count("response"), now.count("stopped") + unmeasured, unmeasured)
        )
    return out


def band(f, se):
    """The log-log interval of a share, its lower limit first."""
    if f in (0, 1):
        return NA("no-interval"), NA("no-interval")
    reach = Z * se / (float(f) * math.log(f))
    return tuple(sorted(float(f) ** math.exp(sign * reach) for sign in (1, -1)))


def aalen_johansen(path):
    """Response, its SE and limits, and the share that left (in all; unmeasured), by infusion.

    The covariance is Greenwood's of the matrix product: at each step that of the shares before,
    carried through the step, plus that of the step itself, which is multinomial.
    """
    waiting, response, left, unmeasured = Fraction(1), Fraction(0), Fraction(0), Fraction(0)
    var_w, var_r, cov = Fraction(0), Fraction(0), Fraction(0)
    out = []
    for n, events, stopped, lost in path:
        if n:
            e, s, u = Fraction(events, n), Fraction(stopped, n), Fraction(lost, n)
            stay = 1 - e - s
            var_r = var_r + 2 * e * cov + e**2 * var_w + waiting**2 * e * (1 - e) / n
            cov = stay * (cov + e * var_w) - waiting**2 * e * stay / n
            var_w = stay**2 * var_w + waiting**2 * stay * (1 - stay) / n
            response += waiting * e
            left += waiting * s
            unmeasured += waiting * u
            waiting *= stay
        se = math.sqrt(var_r)
        out.append((response, se, *band(response, se), left, unmeasured))
    return out


def kaplan_meier(path):
    """1 - S, its SE and limits, by infusion: Greenwood's formula."""
    survival, total = Fraction(1), Fraction(0)
    out = []
    for n, events, _, _ in path:
        survival *= 1 - Fraction(events, n) if n else 1
        if survival == 0:
            out.append((Fraction(1), *[NA("no-interval")] * 3))
            continue
        total += Fraction(events, n * (n - events)) if n else 0
        se = float(survival) * math.sqrt(total)
        lo, hi = band(survival, se)
        if survival < 1:
            lo, hi = 1 - hi, 1 - lo
        out.append((1 - survival, se, lo, hi))
    return out


def restricted_mean(path, curve):
    """Mean infusions without response up to the horizon, and its SE."""
    survival = [Fraction(1)] + [1 - point[0] for point in curve]
    variance = Fraction(0)
    for k in range(1, HORIZON):
        area = sum(survival[k:HORIZON])
        # Once S is 0 no area remains, and what happens there moves nothing.
        if area:
            n, events = path[k - 1][:2]
            variance += area**2 * Fraction(events, n * (n - events)) if events else 0
    return sum(survival[:HORIZON]), math.sqrt(variance)


def first_half(values):
    """The first infusion at which a share is at least one half."""
    reached = [k for k, v in enumerate(values, 1) if not isinstance(v, NA) and v >= Fraction(1, 2)]
    return reached[0] if reached else NA("not-reached")


def log_rank(groups):
    """Chi-square, degrees of freedom and p over groups of courses.

    Undefined without any response; with fewer than two groups that have somebody at risk; and where
    the responses could not have fallen otherwise, so that they have no variance.
    """
    paths = [steps(group, competing=False) for group in groups]
    if not any(step.events for path in paths for step in path):
        return [NA("no-events")] * 3
    paths = [path for path in paths if path[0].n]
    if len(paths) < 2:
        return [NA("nobody")] * 3
    m = len(paths) - 1
    excess = [Fraction(0)] * m
    variance = [[Fraction(0)] * m for _ in range(m)]
    for at_k in zip(*paths):
        n, d = sum(step.n for step in at_k), sum(step.events for step in at_k)
        if n < 2 or d == 0:
            continue
        share = [Fraction(step.n, n) for step in at_k]
        spread = Fraction(d * (n - d), n - 1)
        for i in range(m):
            excess[i] += at_k[i].events - d * share[i]
            for j in range(m):
                variance[i][j] += spread * share[i] * ((i == j) - share[j])
    weights = solve(variance, excess)
    if weights is None:
        return [NA("no-variance")] * 3
    chi_square = sum(w * x for w, x in zip(weights, excess))
    return [chi_square, m, upper_tail(float(chi_square), m)]


def solve(matrix, right):
    """x of matrix x = right, by elimination in fractions; None for a singular matrix."""
    table = [row + [value] for row, value in zip(matrix, right)]
    for i in range(len(table)):
        pivot = next((row for row in table[i:] if row[i]), None)
        if pivot is None:
            return None
        table.remove(pivot)
        table.insert(i, [value / pivot[i] for value in pivot])
        for j, row in enumerate(table):
            if j != i:
                table[j] = [a - row[i] * b for a, b in zip(row, table[i])]
    return [row[-1] for row in table]


def upper_tail(x, df):
    """P(chi-square with 1, 2 or 3 degrees of freedom > x), in closed form."""
    if df == 2:
        return math.exp(-x / 2)
    one = math.erfc(math.sqrt(x / 2))
    return one if df == 1 else one + math.sqrt(2 * x / math.pi) * math.exp(-x / 2)


def holm(values):
    """Holm's adjustment of the defined p among `values`; the others stay as they are."""
    defined = sorted((p, i) for i, p in enumerate(values) if not isinstance(p, NA))
    out, highest = list(values), 0.0
    for place, (p, i) in enumerate(defined):
        highest = max(highest, min(1.0, (len(defined) - place) * p))
        out[i] = highest
    return out


def wilson(k, n):
    """The Wilson interval of k of n."""
    p = k / n
    centre = (p + Z**2 / (2 * n)) / (1 + Z**2 / n)
    reach = Z * math.sqrt(p * (1 - p) / n + Z**2 / (4 * n**2)) / (1 + Z**2 / n)
    return 0 if k == 0 else centre - reach, 1 if k == n else centre + reach


# The tables


def groups():
    """Every instrument, stratum, level, route with its courses, in the order of the first table."""
    with open(HERE / "response_by_infusion.csv", newline="") as file:
        keys = [tuple(row.values())[:4] for row in csv.DictReader(file)]
    everyone = {instrument: courses(instrument) for instrument in INSTRUMENTS}
    for instrument, stratum, level, route in dict.fromkeys(keys):
        members = [c for c in everyone[instrument] if c.levels.get(stratum) == level]
        if route == "mixed":
            members = [c for c in members if c.key in SWITCHED]
        elif route != "all":
            members = [c for c in members if c.route == route]
        assert members
        yield (instrument, stratum, level, route), members


def cumulative_response():
    yield (
        "instrument,stratum,level,route,estimator,infusion,n_at_risk,events,stopped,"
        "estimate,se,lo,hi,stopped_estimate,unmeasured_estimate"
    )
    for key, members in groups():
        for estimator in ("aalen-johansen", "kaplan-meier"):
            competing = estimator == "aalen-johansen"
            path = steps(members, competing)
            curve = aalen_johansen(path) if competing else kaplan_meier(path)
            if path[0].n == 0:
                curve = [[NA("nobody")] * len(point) for point in curve]
            for k, (step, point) in enumerate(zip(path, curve), 1):
                if competing:
                    yield *key, estimator, k, step.n, step.events, step.stopped, *point
                else:
                    lacks = NA("censored")
                    yield *key, estimator, k, step.n, step.events, lacks, *point, lacks, lacks


def time_to_response():
    yield (
        "instrument,stratum,level,route,estimator,n,responders,median,median_lo,median_hi,"
        "rmst,rmst_se,horizon"
    )
    for key, members in groups():
        responders = sum(c.fate == "response" for c in members)
        for estimator in ("aalen-johansen", "kaplan-meier"):
            competing = estimator == "aalen-johansen"
            path = steps(members, competing)
            curve = aalen_johansen(path) if competing else kaplan_meier(path)
            # The upper limit of the share is the first to reach one half.
            estimates, _, lower, upper = list(zip(*curve))[:4]
            medians = [first_half(values) for values in (estimates, upper, lower)]
            mean = [NA("competing")] * 2 if competing else restricted_mean(path, curve)
            if path[0].n == 0:
                medians = [NA("nobody")] * 3
                mean = mean if competing else [NA("nobody")] * 2
            yield *key, estimator, len(members), responders, *medians, *mean, HORIZON


def comparison():
    yield (
        "instrument,stratum,level,route_a,route_b,infusion,n_a,n_b,"
        "logrank_chisq,logrank_df,logrank_p,logrank_p_holm,n_tests,"
        "difference,difference_lo,difference_hi,"
        "n_a_nri,n_b_nri,difference_nri,difference_nri_lo,difference_nri_hi,"
        "n_a_day28,n_b_day28,difference_day28,difference_day28_lo,difference_day28_hi"
    )
    levels = {}
    for (*level, route), members in groups():
        if route in ROUTES:
            levels.setdefault(tuple(level), {})[route] = members
    for level, by_route in levels.items():
        if len(by_route) < 2:
            continue
        pairs = list(combinations(by_route, 2))
        tests = [log_rank([by_route[a], by_route[b]]) for a, b in pairs]
        adjusted = holm([p for _, _, p in tests])
        n_tests = sum(not isinstance(p, NA) for p in adjusted)
        for (a, b), test, p_holm in zip(pairs, tests, adjusted):
            row = [*level, a, b, COMPARE_AT]
            for which, count in enumerate((observed, enrolled, followed)):
                n = [count(by_route[a]), count(by_route[b])]
                # Nowhere are there five on both sides, so that no difference is worked out.
                assert min(n) < 5
                row += n
                row += [*test, p_holm, n_tests] if which == 0 else []
                row += [NA("few-reach")] * 3
            yield row
        k = [NA("k-sample")]
        test = log_rank(by_route.values())
        yield *level, "all", "all", COMPARE_AT, *2 * k, *test, *k, 1, *3 * k, *5 * k, *5 * k


def observed(members):
    """How many were scored after the infusion at which routes are compared."""
    return sum(COMPARE_AT in c.scored for c in members)


def enrolled(members):
    """How many are due there: all but running courses that have not come so far."""
    return sum(c.key not in RUNNING or c.n_sessions >= COMPARE_AT for c in members)


def followed(members):
    """How many began at least 28 days before the data end."""
    return sum(c.day_28 for c in members)


def completeness():
    yield "instrument,site,route,month,time_point,n_due,n_scored,share,lo,hi"
    points = ["baseline"] + [f"infusion-{k}" for k in range(1, HORIZON + 1)]
    first = [row for row in rows(COURSES) if row["course"] == "1"]
    sites = sorted({row["site"] for row in first})
    months = sorted({month for row in first for month in row["months"].split()})
    for instrument in INSTRUMENTS:
        fates = [row for row in rows(FATES) if row["instrument"] == instrument]
        fates = {row["person"]: row for row in fates if row["course"] == "1"}
        # One case a person and time point: where, when, which, and whether scored.
        cases = []
        for row in first:
            fate = fates.get(row["person"])
            place = row["site"], row["route"]
            sessions = row["months"].split()
            cases.append((*place, sessions[0], "baseline", fate is not None))
            if fate and fate["fate"] != "zero":
                for k, month in enumerate(sessions, 1):
                    cases.append((*place, month, f"infusion-{k}", str(k) in fate["scored"].split()))
        shapes = [("all", "all", month) for month in ["all", *months]]
        shapes += [("all", route, "all") for route in ROUTES]
        for site in sites:
            shapes += [(site, "all", month) for month in ["all", *months]]
            shapes += [(site, route, month) for route in ROUTES for month in months]
        for shape in shapes:
            for point in points:
                due = [c for c in cases if c[3] == point and fits(shape, c)]
                n, scored = len(due), sum(c[4] for c in due)
                site, route, month = shape
                if month != "all" and n == 0:
                    continue
                figures = [Fraction(scored, n), *wilson(scored, n)] if n else [NA("nobody")] * 3
                site = site if site == "all" else f"/synthetic/{site}"
                month = month if month == "all" else f"2025-{month}"
                if point != "baseline" and month != "all" and month >= OPEN_FROM:
                    figures = [NA("window-open")] * 3
                yield instrument, site, route, month, point, n, scored, *figures


def fits(shape, case):
    """Whether a case stands in a row: `all`, or the same, for site, route and month."""
    return all(want in ("all", have) for want, have in zip(shape, case))


def data_quality():
    yield "instrument,route,site,check,meaning,n,whole,share"
    sites = ["all", "site-01", "site-02"]
    scores, sessions = rows(SCORES), rows(SESSIONS)
    for instrument in INSTRUMENTS:
        for site in sites:
            found = [[row[instrument]] for row in scores if site in ("all", row["site"])]
            yield from account((instrument, "all", site), SCORE_CHECKS, found)
    for route in ["all", *ROUTES]:
        for site in sites:
            found = [
                [row["check-in"], row["dose"]]
                for row in sessions
                if route in ("all", row["route"]) and site in ("all", row["site"])
            ]
            if found:
                yield from account(("all", route, site), SESSION_CHECKS, found)


def account(place, checks, found):
    """The rows of a place from the words of each score or session found there."""
    instrument, route, site = place
    site = site if site == "all" else f"/synthetic/{site}"
    checks = [[cell.strip() for cell in line.split("|")] for line in checks.split("\n") if line]
    how = {check: counts for check, _, counts, _ in checks}

    def count(check):
        if how[check].startswith("= "):
            return sum(words.count(how[check][2:]) for words in found)
        return sum(count(part) for part in how[check].split(" + "))

    for check, whole, _, meaning in checks:
        n, of = count(check), count(whole)
        share = Fraction(n, of) if of else NA("nobody")
        yield instrument, route, site, check, meaning, n, whole, share


def text(cell):
    """A cell as the tables write it: the shortest number that reads back the same."""
    if isinstance(cell, NA):
        return "NA"
    if isinstance(cell, (Fraction, float)):
        return repr(float(cell)).removesuffix(".0")
    return str(cell)


def write(table):
    """Writes a table under its own name, with the columns that end every table."""
    names, *body = table()
    names = names.split(",")
    with open(HERE / f"{table.__name__}.csv", "w", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow([*names, "suppressed", "hidden", "na_reason", "disclosure"])
        for row in body:
            assert len(row) == len(names)
            why = ";".join(f"{name}={c.why}" for name, c in zip(names, row) if isinstance(c, NA))
            lines.writerow([*map(text, row), "false", "", why, "internal"])


if __name__ == "__main__":
    check_against_scores()
    for table in (cumulative_response, time_to_response, comparison, completeness, data_quality):
        write(table)
