//! `anomalies`: odd histories, counted by kind.

use crate::course::anomaly::Anomaly;
use crate::course::fact::SubjectFacts;
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
pub fn anomalies(subjects: &[SubjectFacts]) -> Table {
    let mut table = Table::new("anomalies", &COLUMNS);
    for anomaly in Anomaly::ALL {
        let of_subject =
            |facts: &SubjectFacts| facts.anomalies.iter().filter(|seen| *seen == anomaly).count();
        let seen: Vec<usize> = subjects.iter().map(of_subject).filter(|n| *n > 0).collect();
        table.push(vec![
            anomaly.code().into(),
            anomaly.meaning().into(),
            seen.iter().sum::<usize>().into(),
            seen.len().into(),
            "".into(),
        ]);
    }
    table
}
