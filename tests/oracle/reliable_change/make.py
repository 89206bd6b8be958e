#!/usr/bin/env python3
"""Make the oracle of reliable change: every pair of scores of some made-up scales, in exact fractions.

    python3 tests/oracle/reliable_change/make.py

Needs Python alone. Writes beside itself:

    scales.csv     direction, cut-off, SD at baseline and reliability; S_diff and threshold
    expected.csv   baseline, score, what became of the person
    versions.txt   what made them

A change is reliable if its square is above z^2 * 2 * SD^2 * (1 - r): whole numbers and fractions
throughout, so that no root is taken and nothing rounded. Roots, for S_diff and the threshold alone,
have 40 digits.
"""

import platform
from decimal import Decimal, getcontext
from fractions import Fraction
from pathlib import Path

getcontext().prec = 40
HERE = Path(__file__).resolve().parent
Z = Fraction("1.959963984540054")

# Name, better, cut-off (well is at most, or above), SD, reliability, highest score.
SCALES = [
    ("falls", "lower", 4, "4.2", "0.86", 27),
    ("falls-without-line", "lower", None, "5.5", "0.8", 21),
    ("rises", "higher", 50, "18.4", "0.9", 100),
    ("narrow", "lower", 4, "0.25", "0.5", 12),
]


def root(fraction):
    return (Decimal(fraction.numerator) / Decimal(fraction.denominator)).sqrt()


def well(better, line, score):
    return line is not None and (score <= line if better == "lower" else score > line)


def classify(better, line, criterion, before, after):
    gain = before - after if better == "lower" else after - before
    if gain * gain <= criterion:
        return "unchanged"
    if gain < 0:
        return "deteriorated"
    crossed = well(better, line, after) and not well(better, line, before)
    return "recovered" if crossed else "improved"


def main():
    scales = ["scale,better,cut_off,sd,reliability,s_diff,threshold"]
    people = ["scale,baseline,score,change"]
    for name, better, line, sd, reliability, top in SCALES:
        square = 2 * Fraction(sd) ** 2 * (1 - Fraction(reliability))
        cut_off = "NA" if line is None else line
        s_diff, threshold = (f"{root(x):.15g}" for x in (square, Z * Z * square))
        scales.append(f"{name},{better},{cut_off},{sd},{reliability},{s_diff},{threshold}")
        # Of the long scale every fifth baseline.
        for before in range(0, top + 1, 5 if top > 30 else 1):
            for after in range(top + 1):
                change = classify(better, line, Z * Z * square, before, after)
                people.append(f"{name},{before},{after},{change}")
    (HERE / "scales.csv").write_text("\n".join(scales) + "\n")
    (HERE / "expected.csv").write_text("\n".join(people) + "\n")
    (HERE / "versions.txt").write_text(f"Python {platform.python_version()}\n")


if __name__ == "__main__":
    main()
