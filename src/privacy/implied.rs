//! What is hidden with a cell: all that is computed from it, and what would give it back.

use super::cells::{Lists, Numbering};
use super::counts::Counts;

/// The cells that are hidden wherever another is.
pub(super) struct Implied {
    numbering: Numbering,
    /// By table and column the columns that are computed from it.
    computed: Vec<Vec<Vec<usize>>>,
    together: Lists,
}

impl Implied {
    /// As the rules of the tables say, and these pairs of a cell and one that is hidden with it.
    pub(super) fn new<const N: usize>(counts: &Counts<N>, together: &[(u32, u32)]) -> Self {
        let computed = counts.tables.iter().map(|(table, rules)| {
            let from = |name: &String| {
                let inputs = rules.computed.iter().filter(|(input, _)| *input == name.as_str());
                inputs
                    .flat_map(|(_, columns)| *columns)
                    .filter_map(|name| table.position(name))
                    .collect()
            };
            table.names().iter().map(from).collect()
        });
        Self {
            numbering: counts.numbering.clone(),
            computed: computed.collect(),
            together: Lists::of(
                counts.n_cells(),
                together.iter().map(|(a, b)| (*a as usize, *b as usize)),
            ),
        }
    }

    /// The cells that are hidden with one.
    pub(super) fn by(&self, cell: usize) -> impl Iterator<Item = usize> {
        let at = self.numbering.cell(cell);
        let columns = self.computed.get(at.table).and_then(|columns| columns.get(at.column));
        let computed = columns.into_iter().flatten().map(move |column| cell - at.column + column);
        computed.chain(self.together.get(cell))
    }
}
