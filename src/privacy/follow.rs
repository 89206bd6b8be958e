//! Which hidden cells follow from shown ones, kept up while more and more are hidden.
//!
//! Hiding more never makes a hidden cell follow that did not. So once equations are solved, all that
//! is ever needed of them are those derived from them that hold one hidden cell, which follows, or
//! none. When cells of these are hidden, only the derived equations in which they stand are solved
//! again, together with what equations the cells bring along.

use super::cells::short;
use super::links::Links;
use super::prime::modulo;
use super::solve::{Derived, Row, derive};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// The cells of a group that follow, in order; each with the shown cells of which any one, hidden
/// too, would keep it from following.
pub(super) type Known = Vec<(usize, Vec<usize>)>;

/// What was derived from equations, by groups of equations that hang together by hidden cells.
#[derive(Debug, Default)]
pub(super) struct Follow {
    /// Of each equation one of the same group, and so on until it is itself.
    same_group: Vec<u32>,
    /// Whether an equation has a hidden cell, and so stands in a group.
    is_joined: Vec<bool>,
    /// What was derived, by the equation that its group leads to.
    derived: BTreeMap<usize, Vec<Derived>>,
    /// Of the equation that a group leads to, the place of the group among those at hand.
    group_of: Vec<usize>,
    /// In which look a cell was last met in a derived equation among shown ones, and how many looks
    /// there were.
    met: Vec<u32>,
    looks: u32,
}

/// What there is to solve of a group.
struct Group {
    derived: Vec<Derived>,
    joined: Vec<usize>,
}

impl Follow {
    /// Nothing is known yet.
    pub(super) fn new(links: &Links) -> Self {
        Self {
            same_group: (0..short(links.n_equations())).collect(),
            is_joined: vec![false; links.n_equations()],
            group_of: vec![usize::MAX; links.n_equations()],
            met: vec![0; links.n_cells()],
            ..Self::default()
        }
    }

    /// What follows in those groups in which one of these cells stands, in their order; each was
    /// hidden since this was last asked, or is to be looked at again.
    pub(super) fn after(&mut self, links: &Links, fresh: &[usize]) -> Vec<Known> {
        let joined = self.join(links, fresh);
        let (mut roots, mut groups) = (Vec::new(), Vec::new());
        for equation in fresh.iter().filter_map(|cell| links.of(*cell).next()) {
            let root = self.root(equation);
            if self.group_of[root] == usize::MAX {
                self.group_of[root] = groups.len();
                roots.push(root);
                let derived = self.derived.remove(&root).unwrap_or_default();
                groups.push(Group { derived, joined: Vec::new() });
            }
        }
        for equation in joined {
            let root = self.root(equation);
            groups[self.group_of[root]].joined.push(equation);
        }
        for root in &roots {
            self.group_of[*root] = usize::MAX;
        }
        // Each by itself: a few take longer than all the others, and mostly stand first.
        let settled: Vec<Vec<Derived>> =
            groups.into_par_iter().with_max_len(1).map(|group| group.settled(links)).collect();
        let known = settled.iter().map(|derived| self.known(derived)).collect();
        self.derived.extend(roots.into_iter().zip(settled).filter(|(_, rows)| !rows.is_empty()));
        known
    }

    /// Puts the equations of each cell into one group; those that were in none before.
    fn join(&mut self, links: &Links, cells: &[usize]) -> Vec<usize> {
        let mut joined = Vec::new();
        for cell in cells {
            let Some(first) = links.of(*cell).next() else { continue };
            for equation in links.of(*cell) {
                if !std::mem::replace(&mut self.is_joined[equation], true) {
                    joined.push(equation);
                }
                let [a, b] = [self.root(first), self.root(equation)];
                let (root, other) = (a.min(b), a.max(b));
                self.same_group[other] = short(root);
                if other != root
                    && let Some(derived) = self.derived.remove(&other)
                {
                    self.derived.entry(root).or_default().extend(derived);
                }
            }
        }
        joined
    }

    /// The equation to which the group of one leads.
    fn root(&mut self, mut equation: usize) -> usize {
        loop {
            let next = self.same_group[equation] as usize;
            if next == equation {
                return equation;
            }
            // The way is shortened for the next.
            self.same_group[equation] = self.same_group[next];
            equation = self.same_group[equation] as usize;
        }
    }

    /// The cells that follow. A shown cell of the equation of one stands in its way unless it follows
    /// itself from other shown cells of the group.
    fn known(&mut self, derived: &[Derived]) -> Known {
        let following = derived.iter().filter_map(|row| Some((row.hidden?, &row.shown)));
        let mut following: Vec<(usize, &Row)> = following.collect();
        if following.is_empty() {
            return Known::new();
        }
        following.sort_unstable_by_key(|(cell, _)| *cell);
        self.looks += 1;
        for (cell, _) in
            derived.iter().filter(|row| row.hidden.is_none()).flat_map(|row| &row.shown)
        {
            self.met[*cell] = self.looks;
        }
        let is_free = |cell: &usize| self.met[*cell] != self.looks;
        let savers = |row: &Row| row.iter().map(|(cell, _)| *cell).filter(is_free).collect();
        following.into_iter().map(|(cell, row)| (cell, savers(row))).collect()
    }
}

impl Group {
    /// What can be derived when the cells are hidden that are.
    fn settled(self, links: &Links) -> Vec<Derived> {
        let is_hidden = |cell: usize| links.is_hidden(cell);
        let is_touched = |row: &Derived| row.shown.iter().any(|(cell, _)| is_hidden(*cell));
        let (touched, mut settled): (Vec<_>, Vec<_>) =
            self.derived.into_iter().partition(is_touched);
        let given = |equation: usize| -> Row {
            let terms = links.equation(equation);
            terms.map(|(cell, coefficient)| (cell, modulo(coefficient.into()))).collect()
        };
        let rows = touched.into_iter().map(Derived::into_row);
        let rows: Vec<Row> = rows.chain(self.joined.into_iter().map(given)).collect();
        settled.extend(derive(rows, is_hidden));
        settled
    }
}
