//! What the people of the tables of safety are to those of the flow.

use super::joint::{FLOW_AT, Tables};
use super::rows::{Label, Labels, Rows};
use crate::curves::cohort::Step;
use crate::privacy::suppress::CellAt;
use std::collections::BTreeMap;

/// Whoever was asked or measured was treated, and is among those of the flow with the first course
/// that counts. Where few of them were not, the count of the table of safety is hidden.
pub(super) fn among_treated(
    tables: &mut Tables,
    number: usize,
    rows: &Rows,
    labels: &Labels,
    columns: &[&str],
) {
    let flow = tables.table(FLOW_AT);
    // No instrument enters that step, so its first row stands for all.
    let mut treated: BTreeMap<Label, CellAt> = BTreeMap::new();
    for row in (0..flow.n_rows()).rev() {
        if flow.text(row, "step") == Step::NotPrevalent.as_str()
            && let Some(at) = tables.at(FLOW_AT, row, "n_subjects")
        {
            treated.insert(labels.label(flow.text(row, "route")), at);
        }
    }
    for (key, row) in &rows.in_order {
        let Some(treated) = treated.get(&key.route) else { continue };
        for column in columns {
            if let Some(part) = tables.at(number, *row, column) {
                tables.part(part, *treated);
            }
        }
    }
}
