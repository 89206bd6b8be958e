#!/usr/bin/env python3
"""Make the oracle of the adjusted comparison of two arms: made-up people, and what Python says.

    python3 -m venv venv && venv/bin/pip install -r tests/oracle/adjusted/requirements.txt
    venv/bin/python tests/oracle/adjusted/make.py

Writes beside itself:

    people.csv     arm, outcome, covariates, and how many people are alike in all of them
    expected.csv   name and value of each number
    versions.txt   what made them

Nobody here exists. The models are fitted by statsmodels (GLM, binomial) to single people, and the
rest is worked out of single people with numpy, never of the rows. The bootstrap resamples people by
index; its models are fitted by Newton steps in numpy, which must agree with statsmodels first.
"""

import platform
from importlib.metadata import version
from pathlib import Path

import numpy as np
import statsmodels.api as sm

HERE = Path(__file__).resolve().parent
SEED = 20250609
N = 1500
RESAMPLES = 1000
BOOTSTRAPS = 20


def made_up(rng):
    """Covariates: three dummies of severity, two of earlier trials, decades of age."""
    severity = rng.choice(4, N, p=[0.15, 0.35, 0.3, 0.2])
    trials = rng.choice(3, N, p=[0.3, 0.4, 0.3])
    age = rng.choice([2.1, 3.0, 3.95, 5.05, 6.0], N)
    x = np.column_stack([severity == 1, severity == 2, severity == 3, trials == 1, trials == 2, age])
    x = x.astype(float)
    score = 1 / (1 + np.exp(-(-1.6 + 1.3 * severity - 0.7 * trials + 0.1 * age)))
    a = rng.random(N) < score
    risk = 1 / (1 + np.exp(-(0.9 + 0.5 * a - 0.5 * severity - 0.3 * trials + 0.05 * age)))
    return x, a, rng.random(N) < risk


def with_intercept(x):
    return np.column_stack([np.ones(len(x)), x])


def glm(x, y):
    return sm.GLM(y.astype(float), x, family=sm.families.Binomial()).fit(tol=1e-15, maxiter=200).params


def newton(x, y):
    beta = np.zeros(x.shape[1])
    for _ in range(30):
        p = 1 / (1 + np.exp(-x @ beta))
        step = np.linalg.solve((x * (p * (1 - p))[:, None]).T @ x, x.T @ (y - p))
        beta += step
        if np.abs(step).max() < 1e-11:
            return beta
    raise ValueError("no fit")


def weighted(x, a, y, fit):
    """Shares, weights and scores."""
    design = with_intercept(x)
    e = 1 / (1 + np.exp(-design @ fit(design, a)))
    w = np.where(a, 1 / e, 1 / (1 - e))
    return np.average(y[a], weights=w[a]), np.average(y[~a], weights=w[~a]), w, e


def standardised(x, a, y, fit):
    beta = fit(np.column_stack([with_intercept(x), a]), y)
    for arm in (1.0, 0.0):
        p = 1 / (1 + np.exp(-np.column_stack([with_intercept(x), np.full(len(x), arm)]) @ beta))
        yield p.mean()


def differences(x, a, y, fit):
    p_a, p_b, _, _ = weighted(x, a, y, fit)
    s_a, s_b = standardised(x, a, y, fit)
    return p_a - p_b, s_a - s_b


def main():
    rng = np.random.default_rng(SEED)
    x, a, y = made_up(rng)
    out = {}
    design = with_intercept(x)
    for name, of in (("propensity", a), ("outcome", y)):
        for place, value in enumerate(glm(design, of)):
            out[f"{name}/{place}"] = value
    out["crude/a"], out["crude/b"] = y[a].mean(), y[~a].mean()
    out["n/a"], out["n/b"] = a.sum(), (~a).sum()
    p_a, p_b, w, e = weighted(x, a, y, glm)
    out["weighted/a"], out["weighted/b"], out["weighted/difference"] = p_a, p_b, p_a - p_b
    for name, arm in (("a", a), ("b", ~a)):
        out[f"effective/{name}"] = w[arm].sum() ** 2 / (w[arm] ** 2).sum()
    out["edge"] = ((e < 0.05) | (e > 0.95)).mean()
    for column in range(x.shape[1]):
        of_a, of_b = x[a, column], x[~a, column]
        spread = np.sqrt((of_a.var(ddof=0) + of_b.var(ddof=0)) / 2)
        out[f"before/{column + 1}"] = (of_a.mean() - of_b.mean()) / spread
        means = np.average(of_a, weights=w[a]) - np.average(of_b, weights=w[~a])
        out[f"after/{column + 1}"] = means / spread
    s_a, s_b = standardised(x, a, y, glm)
    out["standardised/a"], out["standardised/b"] = s_a, s_b
    out["standardised/difference"] = s_a - s_b
    assert np.allclose(differences(x, a, y, newton), differences(x, a, y, glm), rtol=0, atol=1e-12)

    limits = []
    for _ in range(BOOTSTRAPS):
        found = []
        for _ in range(RESAMPLES):
            drawn = rng.integers(0, N, N)
            found.append(differences(x[drawn], a[drawn], y[drawn], newton))
        limits.append(np.quantile(found, [0.025, 0.975], axis=0))
    limits = np.array(limits)
    for place, name in enumerate(("weighted", "standardised")):
        for end, at in (("lo", 0), ("hi", 1)):
            out[f"bootstrap/{name}/{end}"] = limits[:, at, place].mean()
            out[f"bootstrap/{name}/{end}-spread"] = limits[:, at, place].std(ddof=1)

    rows = {}
    for arm, outcome, covariates in zip(a, y, x):
        key = ("a" if arm else "b", int(outcome), *(f"{cell:g}" for cell in covariates))
        rows[key] = rows.get(key, 0) + 1
    head = "arm,outcome,severity_1,severity_2,severity_3,trials_1,trials_2,decades,people\n"
    lines = [",".join(map(str, (*key, count))) for key, count in sorted(rows.items())]
    (HERE / "people.csv").write_text(head + "\n".join(lines) + "\n")
    lines = [f"{name},{value:.15g}" for name, value in out.items()]
    (HERE / "expected.csv").write_text("name,value\n" + "\n".join(lines) + "\n")
    packages = [f"{name} {version(name)}" for name in ("numpy", "scipy", "statsmodels")]
    versions = [f"Python {platform.python_version()}", *packages, f"seed {SEED}"]
    (HERE / "versions.txt").write_text("\n".join(versions) + "\n")


if __name__ == "__main__":
    main()
