"""Writes the sample sheets, and beside them the events they must become.

Both sides are typed here by hand, row by row: this script knows nothing of mappings, and the
program takes no part in it. All people are made up.

    pip install pyarrow==26.0.1
    python make.py
"""

import json
from datetime import datetime, timezone
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

HERE = Path(__file__).parent


def event(kind, source, id, subject, time, data):
    return {
        "specversion": "1.0",
        "id": id,
        "source": source,
        "type": f"afterdose.{kind}.v1",
        "subject": subject,
        "time": time,
        "data": data,
    }


def expect(name, events):
    lines = (json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in events)
    (HERE / "expected" / f"{name}.ndjson").write_text("".join(f"{line}\n" for line in lines))


# A session log: a long sheet with commas, American dates, pounds, quotes and a line end in a cell.
# Clocks went forward on 9 March 2025, between L-102 and L-103.

LOG = '''\
Visit,Source,Patient code,Date,Arrived,Start,Status,Route,Drug,Dose,Weight (lb),Minutes,Phase,Therapy,Side effects,Stopped because,PHQ-9,GAD-7,Chair,Comment
L-101,/synthetic/sheets/log,q-4hd2,03/04/2025,8:30 AM,9:00 AM,done,IV,Ketamine,0.5,180,40,Induction,yes,"nausea, dizzy",,19,14,2,
L-102,/synthetic/sheets/log,q-4hd2,03/07/2025,8:40 AM,9:10 AM,Done,IV infusion,Ketamine HCl,0.5 mg/kg,180,40,Series,no,none,,17,,2,"slept well,
went home by taxi"
L-103,/synthetic/sheets/log,q-4hd2,03/11/2025,8:30 AM,9:00 AM,done,iv,Ketamine,0.5,179.5,42,Induction,no,,,12,9,1,
L-104,/synthetic/sheets/log,q-4hd2,03/14/2025,,9:00 AM,no-show,,,,,,,,,,,,,
L-105,/synthetic/sheets/log,q-4hd2,03/18/2025,12:15 PM,12:45 PM,done,IV,Ketamine,0.75,,40,Booster,no,none,,8,6,,

L-201,/synthetic/sheets/log,q-9kx7,03/05/2025,1:00 PM,1:30 PM,done,Troche,Ketamine,,,,,,,,21,,3,
L-202,/synthetic/sheets/log,q-9kx7,03/12/2025,1:05 PM,1:30 PM,stopped early,IM,Ketamine,0.6,154,1,Induction,no,"high BP,vomiting",side effects,NA,,3,"said ""never again"""
L-203,/synthetic/sheets/log,q-9kx7,03/19/2025,,1:30 PM,cancelled (patient),,,,,,,,,,,,,
L-204,/synthetic/sheets/log,q-9kx7,03/26/2025,,1:30 PM,planned,IM,Ketamine,0.4,,,,,,,,,3,
L-101,/synthetic/sheets/log,q-4hd2,03/04/2025,8:30 AM,9:00 AM,done,IV,Ketamine,0.5,180,40,Induction,yes,"nausea, dizzy",,19,14,2,
'''


def log():
    (HERE / "session-log.csv").write_text(LOG)
    source = "/synthetic/sheets/log"

    def session(id, subject, time, **data):
        data["effects_capture"] = "spontaneous"
        return event("session.completed", source, id, subject, time, data)

    def arrival(id, subject, time, phq, gad=None):
        measures = [{"instrument": "gad-7", "total": gad}] if gad is not None else []
        measures.append({"instrument": "phq-9", "total": phq})
        data = {"measures": measures, "mode": "clinic"}
        return event("checkin.submitted", source, f"{id}-arrival", subject, time, data)

    def dose(value):
        return {"value": value, "unit": "mg/kg"}

    def effects(*terms):
        return [{"term": term} for term in terms]

    expect(
        "session-log",
        [
            session("L-101", "q-4hd2", "2025-03-04T14:00:00Z", route="intravenous", drug="ketamine",
                    dose=dose(0.5), weight_kg=81.6466266, duration_min=40, phase="induction",
                    psychotherapy=True, effects=effects("nausea", "dizziness")),
            arrival("L-101", "q-4hd2", "2025-03-04T13:30:00Z", 19, 14),
            session("L-102", "q-4hd2", "2025-03-07T14:10:00Z", route="intravenous", drug="ketamine",
                    dose=dose(0.5), weight_kg=81.6466266, duration_min=40, phase="induction",
                    psychotherapy=False, effects=[]),
            arrival("L-102", "q-4hd2", "2025-03-07T13:40:00Z", 17),
            session("L-103", "q-4hd2", "2025-03-11T13:00:00Z", route="intravenous", drug="ketamine",
                    dose=dose(0.5), weight_kg=81.419830415, duration_min=42, phase="induction",
                    psychotherapy=False),
            arrival("L-103", "q-4hd2", "2025-03-11T12:30:00Z", 12, 9),
            event("session.missed", source, "L-104", "q-4hd2", "2025-03-14T13:00:00Z",
                  {"reason": "no-show"}),
            session("L-105", "q-4hd2", "2025-03-18T16:45:00Z", route="intravenous", drug="ketamine",
                    dose=dose(0.75), duration_min=40, phase="maintenance", psychotherapy=False,
                    effects=[]),
            arrival("L-105", "q-4hd2", "2025-03-18T16:15:00Z", 8, 6),
            session("L-201", "q-9kx7", "2025-03-05T18:30:00Z", route="sublingual", drug="ketamine"),
            arrival("L-201", "q-9kx7", "2025-03-05T18:00:00Z", 21),
            session("L-202", "q-9kx7", "2025-03-12T17:30:00Z", route="intramuscular",
                    drug="ketamine", dose=dose(0.6), weight_kg=69.85322498, duration_min=1,
                    phase="induction", psychotherapy=False, stopped_early="side-effects",
                    effects=effects("blood-pressure-increased", "vomiting")),
            event("session.missed", source, "L-203", "q-9kx7", "2025-03-19T17:30:00Z",
                  {"reason": "cancelled-by-patient"}),
        ],
    )


# A questionnaire export: a wide sheet with semicolons, decimal commas and Windows-1252, as a German
# system writes it. Clocks went forward on 30 March 2025.

QUESTIONNAIRES = """\
Pseudonym;Quelle;Aufnahme;Diagnose;Altersgruppe;Geschlecht;Erfolglose Vorbehandlungen;Datum T0;PHQ-9 T0;BPI Stärke T0;Ort T0;PGI-C T0;Datum T1;PHQ-9 T1;BPI Stärke T1;Ort T1;PGI-C T1;Datum T2;PHQ-9 T2;BPI Stärke T2;Ort T2;PGI-C T2;Datum T3;PHQ-9 T3;BPI Stärke T3;Ort T3;PGI-C T3;Ende;Grund;Anmerkung
p-77ab;/synthetic/sheets/klinik;24.03.2025;depressive Störung + therapieresistent;35-44;w;3;25.03.2025;20;6,5;Klinik;-;01.04.2025;14;5,25;zu Hause;3;08.04.2025;9;4,0;zu Hause;2;15.04.2025;4;-;Klinik;1;16.04.2025;angesprochen;
p-19zq;/synthetic/sheets/klinik;25.03.2025;Schmerz;65-74;m;-;26.03.2025;11;8,75;Klinik;-;02.04.2025;k. A.;8,5;Klinik;4;;;;;;;;;;;30.04.2025;planmäßig;
p-55mm;/synthetic/sheets/klinik;31.03.2025;Angststörung;25-34;d;1;01.04.2025;17;-;zu Hause;-;;;;;;;;;;;;;;;;;;
"""


def questionnaires():
    path = HERE / "questionnaire-export.csv"
    path.write_bytes(QUESTIONNAIRES.replace("\n", "\r\n").encode("cp1252"))
    source = "/synthetic/sheets/klinik"

    def started(subject, time, indications, **data):
        data = {"indications": indications, "planned_route": "intravenous", **data}
        return event("course.started", source, f"{subject}-aufnahme", subject, time, data)

    def visit(subject, name, time, mode, phq=None, bpi=None, change=None):
        measures = [{"instrument": "bpi-severity", "total": bpi}] if bpi is not None else []
        measures += [{"instrument": "phq-9", "total": phq}] if phq is not None else []
        data = {"measures": measures, "mode": mode}
        data |= {"global_change": change} if change is not None else {}
        return event("checkin.submitted", source, f"{subject}-{name}", subject, time, data)

    def ended(subject, time, reason):
        return event("course.ended", source, f"{subject}-ende", subject, time, {"reason": reason})

    expect(
        "questionnaire-export",
        [
            started("p-77ab", "2025-03-23T23:00:00Z", ["mdd", "trd"], age_band="35-44",
                    sex="female", prior_failed_trials=3),
            visit("p-77ab", "T0", "2025-03-25T05:00:00Z", "clinic", 20, 6.5),
            visit("p-77ab", "T1", "2025-04-01T04:00:00Z", "remote", 14, 5.25, 3),
            visit("p-77ab", "T2", "2025-04-08T04:00:00Z", "remote", 9, 4, 2),
            visit("p-77ab", "T3", "2025-04-15T04:00:00Z", "clinic", 4, None, 1),
            ended("p-77ab", "2025-04-16T21:59:00Z", "responded"),
            started("p-19zq", "2025-03-24T23:00:00Z", ["chronic-pain"], age_band="65-74",
                    sex="male"),
            visit("p-19zq", "T0", "2025-03-26T05:00:00Z", "clinic", 11, 8.75),
            visit("p-19zq", "T1", "2025-04-02T04:00:00Z", "clinic", None, 8.5, 4),
            ended("p-19zq", "2025-04-30T21:59:00Z", "completed"),
            started("p-55mm", "2025-03-30T22:00:00Z", ["gad"], age_band="25-34", sex="other",
                    prior_failed_trials=1),
            visit("p-55mm", "T0", "2025-04-01T04:00:00Z", "remote", 17),
        ],
    )


# An esketamine monitoring log, in UTC, as CSV and as Parquet: a column is a type in one, text in
# the other, and the events are the same.

COLUMNS = [
    ("record", pa.int32()), ("source", pa.dictionary(pa.int8(), pa.string())),
    ("subject", pa.string()), ("start", pa.timestamp("ms", tz="UTC")), ("phase", pa.string()),
    ("session", pa.int16()), ("devices", pa.int8()), ("dose_mg", pa.int32()),
    ("observed_h", pa.float64()), ("sbp_before", pa.int16()), ("dbp_before", pa.int16()),
    ("sbp_40min", pa.int16()), ("dbp_40min", pa.int16()), ("sbp_end", pa.int16()),
    ("dbp_end", pa.int16()), ("spo2_lowest", pa.int8()), ("moaas", pa.int8()),
    ("sedation_gone_min", pa.float32()), ("dissociation", pa.string()), ("cadss", pa.int16()),
]
SITE = "/synthetic/sheets/esketamine"
MONITORING = [
    (1, SITE, "e-31vt", "2025-05-05T08:00", "induction", 1, 2, 56, 2.0,
     128, 82, 146, 91, 131, 84, 97, 4, 75, "mild", 12),
    (2, SITE, "e-31vt", "2025-05-08T08:05", "induction", 2, 3, 84, 2.25,
     126, 80, 151, 95, 134, 86, 96, 3, 90, "moderate", 21),
    (3, SITE, "e-31vt", "2025-05-12T08:00", "induction", 3, 3, 84, 2.0,
     130, 84, 139, 86, 141, 85, 98, 5, None, "none", 0),
    (4, SITE, "e-60wr", "2025-05-06T13:30", "induction", 1, 2, 56, 2.5,
     118, 76, None, None, 122, 79, 97, 5, None, "none", None),
    (5, SITE, "e-60wr", "2025-05-09T13:30", "induction", 2, 1, 28, 1.75,
     121, 77, 133, 88, 125, 80, None, 4, 60.5, None, None),
]


def monitoring():
    names = [name for name, _ in COLUMNS]
    cell = lambda value: "" if value is None else str(value)
    rows = [",".join(map(cell, row)) for row in MONITORING]
    (HERE / "esketamine-monitoring.csv").write_text("\n".join([",".join(names), *rows]) + "\n")
    columns = []
    for (name, kind), values in zip(COLUMNS, zip(*MONITORING)):
        if name == "start":
            values = [datetime.fromisoformat(text).replace(tzinfo=timezone.utc) for text in values]
        columns.append(pa.array(list(values), type=kind))
    pq.write_table(pa.table(columns, names=names), HERE / "esketamine-monitoring.parquet")

    def session(id, subject, time, number, dose, minutes, vitals, effects, cadss=None):
        data = {
            "route": "intranasal", "drug": "esketamine", "dose": {"value": dose, "unit": "mg"},
            "monitoring_min": minutes, "phase": "induction", "session_number": number,
            "vitals": vitals, "effects": effects, "effects_capture": "structured",
        }
        data |= {"dissociation": {"instrument": "cadss", "total": cadss}} if cadss is not None else {}
        return event("session.completed", SITE, f"esk-{id}", subject, time, data)

    def vitals(*values):
        names = ["sbp_pre", "dbp_pre", "sbp_peak", "dbp_peak", "spo2_min"]
        return {name: value for name, value in zip(names, values) if value is not None}

    def effect(term, severity, resolved=None):
        when = {} if resolved is None else {"resolved_min": resolved}
        return {"term": term, "severity": severity, **when}

    expect(
        "esketamine-monitoring",
        [
            session(1, "e-31vt", "2025-05-05T08:00:00Z", 1, 56, 120, vitals(128, 82, 146, 91, 97),
                    [effect("dissociation", "mild"), effect("sedation", "mild", 75)], 12),
            session(2, "e-31vt", "2025-05-08T08:05:00Z", 2, 84, 135, vitals(126, 80, 151, 95, 96),
                    [effect("dissociation", "moderate"), effect("sedation", "moderate", 90)], 21),
            session(3, "e-31vt", "2025-05-12T08:00:00Z", 3, 84, 120, vitals(130, 84, 141, 86, 98),
                    [], 0),
            session(4, "e-60wr", "2025-05-06T13:30:00Z", 1, 56, 150, vitals(118, 76, 122, 79, 97),
                    []),
            session(5, "e-60wr", "2025-05-09T13:30:00Z", 2, 28, 105, vitals(121, 77, 133, 88),
                    [effect("sedation", "mild", 60.5)]),
        ],
    )


log()
questionnaires()
monitoring()
