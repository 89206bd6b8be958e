"""Response by infusion as an analyst would ask for it: `query.py PARQUET`.

One query on the Parquet that `read.py duckdb-sorted` makes: for the PHQ-9, by route and number of the
infusion, how many were treated and scored, the mean change and the share with a response. A score
counts from its session to the next, for 14 days; the last at most 30 days before the first session is
the baseline. Corrections, retractions, gaps between courses, courses that began before the data and
people who withdrew are not looked at, nor is any number hidden.
"""

import sys

import duckdb

QUERY = """
WITH sessions AS (
    SELECT
        subject, time,
        first(data.route) OVER person AS route,
        first(time) OVER person AS start,
        row_number() OVER person AS infusion,
        coalesce(lead(time) OVER person, TIMESTAMP '9999-01-01') AS next
    FROM read_parquet($events)
    WHERE type LIKE 'afterdose.session.completed.%'
    WINDOW person AS (PARTITION BY subject ORDER BY time)
),
scores AS (
    SELECT subject, time, measure.total AS score
    FROM (
        SELECT subject, time, unnest(data.measures) AS measure
        FROM read_parquet($events) WHERE type LIKE 'afterdose.checkin.submitted.%'
    )
    WHERE measure.instrument = 'phq-9'
),
baselines AS (
    SELECT s.subject, c.score AS baseline
    FROM (SELECT subject, time FROM sessions WHERE infusion = 1) AS s
    ASOF JOIN scores AS c ON s.subject = c.subject AND c.time <= s.time
    WHERE s.time - c.time <= INTERVAL 30 DAY
),
after AS (
    SELECT s.subject, s.route, s.infusion, c.score
    FROM sessions AS s
    ASOF JOIN scores AS c ON s.subject = c.subject AND c.time <= s.next
    WHERE c.time > s.time AND c.time - s.time <= INTERVAL 14 DAY
)
SELECT
    route, infusion, count(*) AS n_observed, avg(score - baseline) AS mean_change,
    count(*) FILTER (2 * score <= baseline) AS responders, responders / n_observed AS response_rate
FROM after JOIN baselines USING (subject)
WHERE infusion <= 8 AND baseline > 0
GROUP BY ALL ORDER BY ALL
"""


def main() -> None:
    connection = duckdb.connect()
    connection.execute("SET threads = 2")
    for row in connection.execute(QUERY, {"events": sys.argv[1]}).fetchall():
        print(*row, sep=",")


if __name__ == "__main__":
    main()
