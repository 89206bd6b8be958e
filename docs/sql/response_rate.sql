-- The response rate after infusion 6 on the PHQ-9, all routes together, from the events alone: the
-- row `phq-9, all, all, all, 6` of `response_by_infusion`, worked out by another program.
--
-- DuckDB. `events` is a view over the data files that the log names; tests/interop/read_store.py
-- shows how to get them. The rules are those of docs/methods/response_by_infusion.md, with every
-- setting at its default: a gap of 60 days, a baseline of 30, a score within 14.
WITH
withdrawn AS (
    SELECT subject FROM events WHERE type = 'afterdose.subject.withdrawn'
),
here AS (
    SELECT * FROM events WHERE subject NOT IN (SELECT subject FROM withdrawn)
),
-- Keys with several contents. None of them counts until a correction says what is right.
conflicting AS (
    SELECT source, id FROM events GROUP BY source, id HAVING count(DISTINCT content) > 1
),
retracted AS (
    SELECT subject, source, retracts AS id FROM here ANTI JOIN conflicting USING (source, id)
    WHERE type = 'afterdose.event.retracted'
),
-- One row a key, with what its versions disagree on.
stated AS (
    SELECT
        subject, source, id, any_value(type) AS type, min(time) AS time,
        count(DISTINCT time) AS n_times, count(DISTINCT content) > 1 AS in_conflict,
        any_value(phase) AS phase, any_value(session_number) AS session_number,
        any_value(measures) AS measures
    FROM here
    WHERE type IN (
        'afterdose.session.completed', 'afterdose.checkin.submitted', 'afterdose.course.ended'
    )
    GROUP BY subject, source, id
),
-- Of several corrections of an event the latest counts.
corrections AS (
    SELECT c.subject, c.source, c.corrects AS id, c.corrected_time, c.phase, c.session_number,
        c.measures
    FROM here AS c ANTI JOIN conflicting USING (source, id)
    ANTI JOIN retracted USING (subject, source, id)
    JOIN stated AS s ON s.subject = c.subject AND s.source = c.source AND s.id = c.corrects
    WHERE c.type = 'afterdose.event.corrected'
        AND (s.type = 'afterdose.session.completed') = (c.route IS NOT NULL)
        AND (c.corrected_time IS NOT NULL OR s.n_times = 1)
    QUALIFY row_number() OVER (
        PARTITION BY c.subject, c.source, c.corrects ORDER BY c.time DESC, c.id DESC
    ) = 1
),
settled AS (
    SELECT
        s.subject, s.source, s.id, s.type,
        epoch_us(coalesce(c.corrected_time, s.time)) AS at_us,
        if(c.id IS NULL, s.phase, c.phase) AS phase,
        if(c.id IS NULL, s.session_number, c.session_number) AS session_number,
        if(c.id IS NULL, s.measures, c.measures) AS measures
    FROM stated AS s LEFT JOIN corrections AS c USING (subject, source, id)
    ANTI JOIN retracted USING (subject, source, id)
    WHERE c.id IS NOT NULL OR NOT s.in_conflict
),
sessions AS (
    SELECT
        subject, at_us, phase, session_number,
        row_number() OVER person AS infusion,
        lag(at_us) OVER person AS before_us,
        lead(at_us) OVER person AS next_us
    FROM settled
    WHERE type = 'afterdose.session.completed'
    WINDOW person AS (PARTITION BY subject ORDER BY at_us, source, id)
),
-- The first session of a second course: after a gap, or after an end.
second_course AS (
    SELECT s.subject, min(s.infusion) AS infusion
    FROM sessions AS s
    WHERE (s.at_us - s.before_us) // 86400000000 > 60
        OR EXISTS (
            FROM settled AS e
            WHERE e.type = 'afterdose.course.ended' AND e.subject = s.subject
                AND e.at_us >= s.before_us AND e.at_us < s.at_us
        )
    GROUP BY s.subject
),
first_course AS (
    SELECT s.*
    FROM sessions AS s LEFT JOIN second_course AS c USING (subject)
    WHERE c.infusion IS NULL OR s.infusion < c.infusion
),
-- Not those whose course began before our data.
beginnings AS (
    SELECT subject, at_us FROM first_course
    WHERE infusion = 1 AND phase IS DISTINCT FROM 'maintenance' AND coalesce(session_number, 1) = 1
),
-- Where a total and its items differ, the items count.
scores AS (
    SELECT
        subject, source, id, at_us,
        coalesce(list_sum(measure.items), measure.total) AS score
    FROM (SELECT *, unnest(measures) AS measure FROM settled)
    WHERE measure.instrument = 'phq-9'
),
baselines AS (
    SELECT subject, arg_max(score, (s.at_us, s.source, s.id)) AS baseline
    FROM beginnings AS b JOIN scores AS s USING (subject)
    WHERE s.at_us <= b.at_us AND (b.at_us - s.at_us) // 86400000000 <= 30
    GROUP BY subject
),
after_six AS (
    SELECT subject, arg_max(score, (s.at_us, s.source, s.id)) AS score
    FROM first_course AS f JOIN scores AS s USING (subject)
    WHERE f.infusion = 6 AND s.at_us > f.at_us AND (s.at_us <= f.next_us OR f.next_us IS NULL)
        AND (s.at_us - f.at_us) // 86400000000 <= 14
    GROUP BY subject
)
SELECT
    count(*) AS n_observed,
    count(*) FILTER (2 * score <= baseline) AS responders,
    responders / n_observed AS response_rate
FROM after_six JOIN baselines USING (subject)
WHERE baseline > 0;
