//! `anomalies`: odd histories, counted by kind.

use crate::course::anomaly::Anomaly;
use crate::course::subjects::Subjects;
use crate::table::{ColumnType as T, Table};

/// Columns before suppression.
pub const COLUMNS: [(&str, T); 5] = [
    ("anomaly", T::Text),
    ("meaning", T::Text),
    ("n_events", T::Int),
    ("n_subjects", T::Int),
    ("na_reason", T::Text),
];

/// The table, one row per kind of anomaly, those never seen included.
#[must_use]
pub fn anomalies(subjects: &Subjects) -> Table {
    let mut seen = vec![(0_u64, 0_u64); Anomaly::ALL.len()];
    for facts in subjects.iter().filter(|facts| !facts.anomalies.is_empty()) {
        for (anomaly, (n_events, n_subjects)) in Anomaly::ALL.iter().zip(&mut seen) {
            let n = facts.anomalies.iter().filter(|seen| *seen == anomaly).count() as u64;
            *n_events += n;
            *n_subjects += n.min(1);
        }
    }
    let mut table = Table::new("anomalies", &COLUMNS);
    for (anomaly, (n_events, n_subjects)) in Anomaly::ALL.iter().zip(seen) {
        table.push(vec![
            anomaly.code().into(),
            anomaly.meaning().into(),
            n_events.into(),
            n_subjects.into(),
            "".into(),
        ]);
    }
    table
}
