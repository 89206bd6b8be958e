//! Each rule of suppression by a small table made by hand.

use super::disclosed::Disclosed;
use super::follow::Follow;
use super::links::{Equations, Links};
use super::relations::Relations;
use super::rules::{ColumnRules, Rounding};
use super::suppress::{CellAt, Suppression};
use crate::table::{Cell, ColumnType as T, Table};
use arrow::array::{Array, RecordBatch};
use arrow::datatypes::DataType;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::io::Write;

/// A table of single counts, one a row.
const COUNTS: ColumnRules =
    ColumnRules { people: &["n"], parts: &[], rests_on: &[], computed: &[], rounding: &[] };

/// A part of a whole, its rate, and a mean over the whole.
const SHARES: ColumnRules = ColumnRules {
    people: &["n", "part"],
    parts: &[("part", "n")],
    rests_on: &[("n", &["part", "mean"])],
    computed: &[("part", &["rate"]), ("n", &["rate"])],
    rounding: &[("rate", Rounding::Hundredths), ("mean", Rounding::Tenths)],
};

const fn row(row: usize) -> CellAt {
    CellAt { table: 0, row, column: 0 }
}

/// The rows that are hidden of a column of counts, `min_cell` being 11.
fn hidden(counts: &[i64], relate: impl Fn(&mut Relations<1>) + Sync) -> Vec<usize> {
    let mut table = Table::new("counts", &[("n", T::Int), ("na_reason", T::Text)]);
    for n in counts {
        table.push(vec![Cell::Int(*n), "".into()]);
    }
    let mut suppression = Suppression::new(11, [(table, &COUNTS)]);
    suppression.relate(&[&relate]);
    let [table] = suppression.finish().leave([0]);
    let table = table.get();
    (0..table.n_rows()).filter(|row| table.int(*row, "n").is_none()).collect()
}

/// One row of `SHARES` on its way out.
fn share(n: i64, part: i64, rate: f64, mean: f64, min_cell: u32) -> Disclosed<Table> {
    let columns = [
        ("n", T::Int),
        ("part", T::Int),
        ("rate", T::Float),
        ("mean", T::Float),
        ("na_reason", T::Text),
    ];
    let mut table = Table::new("shares", &columns);
    table.push(vec![n.into(), part.into(), rate.into(), mean.into(), "rate=some;other=one".into()]);
    let [table] = Suppression::new(min_cell, [(table, &SHARES)]).finish().leave([0]);
    table
}

fn hidden_columns(n: i64, part: i64) -> String {
    share(n, part, 0.5, 7.0, 11).get().text(0, "hidden").to_owned()
}

#[test]
fn counts_of_one_to_ten_are_hidden() {
    assert_eq!(hidden(&[0, 1, 10, 11, 250], |_| {}), [1, 2]);
}

#[test]
fn a_small_part_or_rest_hides_the_part_and_its_rate() {
    assert_eq!(hidden_columns(40, 20), "");
    assert_eq!(hidden_columns(40, 10), "part;rate");
    assert_eq!(hidden_columns(40, 30), "part;rate");
    assert_eq!((hidden_columns(40, 0), hidden_columns(40, 40)), (String::new(), String::new()));
}

#[test]
fn a_small_whole_hides_all_that_rests_on_it_zeros_too() {
    assert_eq!(hidden_columns(10, 0), "n;part;rate;mean");
    assert_eq!(hidden_columns(0, 0), "");
}

#[test]
fn of_two_nested_counts_the_larger_is_hidden() {
    let nested = |larger, smaller| hidden(&[larger, smaller], |s| s.nested(row(0), row(1)));
    assert_eq!(nested(50, 45), [0]);
    assert!(nested(50, 50).is_empty() && nested(50, 39).is_empty());
}

#[test]
fn of_a_part_with_a_small_rest_the_part_is_hidden() {
    let part = |part, whole| hidden(&[part, whole], |s| s.part(row(0), row(1)));
    assert_eq!(part(45, 50), [0]);
    assert!(part(50, 50).is_empty() && part(39, 50).is_empty());
    // The same count twice: what hides one hides the other.
    let same = hidden(&[50, 50, 45], |s| {
        s.part(row(0), row(1));
        s.nested(row(1), row(2));
    });
    assert_eq!(same, [0, 1]);
}

#[test]
fn a_sum_that_tells_a_small_count_hides_the_given_cell() {
    let told = |counts: &[i64]| {
        hidden(counts, |s| s.tells([(row(0), 1), (row(1), -1), (row(2), -1)], row(2)))
    };
    assert_eq!(told(&[100, 60, 35]), [2]);
    assert!(told(&[100, 60, 40]).is_empty() && told(&[100, 60, 29]).is_empty());
}

#[test]
fn a_lone_hidden_cell_takes_the_next_smallest_that_is_not_nobody() {
    let sum = |counts: &[i64]| hidden(counts, |s| s.sum(row(0), (1..counts.len()).map(row)));
    assert_eq!(sum(&[80, 5, 0, 40, 35]), [1, 4]);
    assert_eq!(sum(&[85, 5, 40, 40]), [1, 2], "of equals the first");
    assert_eq!(sum(&[45, 5, 40, 0]), [1, 2]);
    assert_eq!(sum(&[90, 5, 5, 40, 40]), [1, 2], "two hidden are not alone");
    assert_eq!(sum(&[5, 5, 0]), [0, 1]);
}

#[test]
fn a_lone_hidden_total_takes_a_part() {
    let rows = hidden(&[80, 30, 50, 75], |s| {
        s.sum(row(0), [row(1), row(2)]);
        s.nested(row(0), row(3));
    });
    assert_eq!(rows, [0, 1]);
}

#[test]
fn lone_cells_are_taken_until_nothing_follows() {
    // Two columns and their total column, two rows and their total row.
    let rows = hidden(&[5, 45, 50, 30, 60, 90, 35, 105, 140], |s| {
        for at in [0, 3, 6] {
            s.sum(row(at + 2), [row(at), row(at + 1)]);
        }
        for at in [0, 1, 2] {
            s.sum(row(at + 6), [row(at), row(at + 3)]);
        }
    });
    assert_eq!(rows, [0, 1, 3, 4]);
}

/// A table of three by three with its totals, row by row.
const BRIDGED: [i64; 16] = [5, 5, 30, 40, 5, 5, 5, 15, 20, 20, 3, 43, 30, 30, 38, 98];

/// Hidden without elimination: a cycle of four small cells, another of the last small cell and the
/// three totals beyond it, and cell 6, which joins them.
const CYCLES: [usize; 9] = [0, 1, 4, 5, 6, 10, 11, 14, 15];

fn bridged_sums() -> Vec<(usize, [usize; 3])> {
    let rows = (0..4).map(|r| (4 * r + 3, [4 * r, 4 * r + 1, 4 * r + 2]));
    rows.chain((0..4).map(|c| (12 + c, [c, c + 4, c + 8]))).collect()
}

fn bridged_equations() -> Vec<Equation> {
    let equation = |(total, parts): (usize, [usize; 3])| {
        std::iter::once((total, -1)).chain(parts.map(|part| (part, 1))).collect()
    };
    bridged_sums().into_iter().map(equation).collect()
}

/// Relates the bridged table; counts from 16 on hide its three totals.
fn relate_bridged(s: &mut Relations<1>) {
    for (total, parts) in bridged_sums() {
        s.sum(row(total), parts.map(row));
    }
    for (total, near) in [(11, 16), (14, 17), (15, 18)] {
        s.nested(row(total), row(near));
    }
}

/// Cells by number, each with its coefficient.
type Equation = Vec<(usize, i32)>;

/// Equations between 40 cells, of which these are hidden.
fn linked(equations: &[Equation], hidden: &[usize]) -> Links {
    let mut all = Equations::default();
    for terms in equations {
        all.push(terms.iter().copied());
    }
    let mut links = Links::new(all, 40);
    for cell in hidden {
        links.hide(*cell);
    }
    links
}

/// The hidden cells that follow, each with the shown ones that would keep it from following.
fn known(equations: &[Equation], hidden: &[usize]) -> BTreeMap<usize, Vec<usize>> {
    let mut links = linked(equations, hidden);
    let fresh = links.take_fresh();
    Follow::new(&links).after(&links, &fresh).into_iter().flatten().collect()
}

fn follow(equations: &[Equation], hidden: &[usize]) -> Vec<usize> {
    known(equations, hidden).into_keys().collect()
}

#[test]
fn what_no_single_sum_gives_back_elimination_finds() {
    let alone = |(total, parts): &(usize, [usize; 3])| {
        parts.iter().chain([total]).filter(|at| CYCLES.contains(at)).count() == 1
    };
    assert!(!bridged_sums().iter().any(alone), "no hidden cell is alone in a sum");
    assert_eq!(follow(&bridged_equations(), &CYCLES), [6]);
    let counts: Vec<i64> = BRIDGED.into_iter().chain([42, 37, 97]).collect();
    let rows = hidden(&counts, relate_bridged);
    assert!(CYCLES.iter().all(|at| rows.contains(at)), "{rows:?}");
    // Of the shown cells that would keep the bridge from following, the smallest.
    assert_eq!(rows.len(), CYCLES.len() + 1, "{rows:?}");
    assert!(rows.contains(&7), "{rows:?}");
    assert!(follow(&bridged_equations(), &rows).is_empty());
}

#[test]
fn where_no_single_cell_helps_more_are_hidden() {
    // Every shown cell has a twin, from which it follows if it is hidden alone.
    let twins: Vec<usize> = (0..16).filter(|at| !CYCLES.contains(at)).collect();
    let counts = BRIDGED.into_iter().chain([42, 37, 97]);
    let counts: Vec<i64> = counts.chain(twins.iter().map(|at| BRIDGED[*at])).collect();
    let mut equations = bridged_equations();
    equations.extend(twins.iter().enumerate().map(|(n, at)| vec![(*at, -1), (19 + n, 1)]));
    // All of them at hand, whatever is hidden in them.
    let mut links = linked(&equations, &CYCLES);
    let mut all = links.take_fresh();
    all.extend(&twins);
    let found: BTreeMap<_, _> =
        Follow::new(&links).after(&links, &all).into_iter().flatten().collect();
    assert!(found[&6].is_empty(), "{found:?}");
    let rows = hidden(&counts, |s| {
        relate_bridged(s);
        twins.iter().enumerate().for_each(|(n, at)| s.same(row(*at), row(19 + n)));
    });
    assert!(CYCLES.iter().all(|at| rows.contains(at)), "{rows:?}");
    assert!(follow(&equations, &rows).is_empty(), "{rows:?}");
    assert!(rows.len() < counts.len() - 3, "not everything: {rows:?}");
}

#[test]
fn nothing_follows_from_nothing_hidden_and_all_from_one() {
    let equations = bridged_equations();
    assert!(follow(&equations, &[]).is_empty());
    assert_eq!(follow(&equations, &[5]), [5]);
    assert!(follow(&equations, &[0, 1, 4, 5]).is_empty());
}

#[test]
fn equations_hang_together_by_hidden_cells_alone() {
    let pair = |a, b| vec![(a, 1), (b, -1)];
    let equations = [pair(0, 1), pair(2, 3), pair(4, 5), pair(3, 1), pair(5, 6)];
    let mut links = linked(&equations, &[1, 4]);
    let mut follow = Follow::new(&links);
    let fresh = links.take_fresh();
    // Cell 1 follows from 0 and from 3, so that hiding one of them is of no use.
    let known = follow.after(&links, &fresh);
    assert_eq!(known, [vec![(1, vec![])], vec![(4, vec![5])]]);
    assert!(links.take_fresh().is_empty(), "nothing was hidden since");
    links.hide(3);
    let fresh = links.take_fresh();
    assert_eq!(follow.after(&links, &fresh), [[(1, vec![]), (3, vec![])]]);
    // By whatever cells, the nearest first: all but the pairs of 4, 5 and 6.
    assert!(links.outwards(2).eq([vec![1], vec![3], vec![0]]));
}

#[test]
fn a_cell_is_lone_until_another_is_hidden_beside_it() {
    let equations = [vec![(0, -1), (1, 1), (2, 1)]];
    let mut links = linked(&equations, &[1]);
    assert_eq!(links.next_lone(), Some(0));
    assert_eq!(links.next_lone(), None, "asked once");
    let mut links = linked(&equations, &[1, 2]);
    assert_eq!(links.next_lone(), None);
}

#[test]
fn a_chain_shows_only_counts_that_are_far_apart() {
    let counts = [100, 95, 80, 80, 75, 0];
    let cells: Vec<CellAt> = (0..counts.len()).map(row).collect();
    let chain = |preference: &[usize]| hidden(&counts, |s| s.chain(&cells, preference));
    assert_eq!(chain(&[0, 1, 2, 3, 4, 5]), [1, 4]);
    assert_eq!(chain(&[1, 4, 0, 2, 3, 5]), [0, 2, 3], "the preferred are shown first");
}

#[test]
fn a_small_difference_of_two_hidden_counts_does_not_follow() {
    // 50 of 58 and 45 of 53 have the same rest of 8 in them: their difference is that of the totals.
    let rows = |protect: bool| {
        hidden(&[58, 50, 8, 53, 45, 8], |s| {
            s.sum(row(0), [row(1), row(2)]);
            s.sum(row(3), [row(4), row(5)]);
            s.same(row(2), row(5));
            if protect {
                s.difference(row(1), row(4));
            }
        })
    };
    assert_eq!(rows(false), [1, 2, 4, 5]);
    assert!(rows(true).len() > 4);
}

#[test]
fn a_repetition_gives_way_to_what_it_repeats() {
    let pairs = || vec![(row(0), row(2)), (row(1), row(3))];
    assert_eq!(
        hidden(&[95, 60, 100, 60], |s| s.repeat(&pairs())),
        [0, 1],
        "near once, hidden whole"
    );
    assert!(hidden(&[80, 60, 100, 60], |s| s.repeat(&pairs())).is_empty());
    // Equal, and so the same count.
    let same = hidden(&[80, 60, 100, 60, 55], |s| {
        s.repeat(&pairs());
        s.nested(row(3), row(4));
    });
    assert_eq!(same, [1, 3]);
}

#[test]
fn cells_that_go_together_go_one_way() {
    assert_eq!(hidden(&[5, 50], |s| s.together(row(0), row(1))), [0, 1]);
    assert_eq!(hidden(&[50, 5], |s| s.together(row(0), row(1))), [1]);
}

#[test]
fn the_same_count_is_hidden_in_both_places() {
    let rows = hidden(&[50, 50, 45], |s| {
        s.same(row(0), row(1));
        s.nested(row(1), row(2));
    });
    assert_eq!(rows, [0, 1]);
}

#[test]
fn numbers_are_rounded_half_to_even_once() {
    let rounded = |rate, mean| {
        let table = share(100, 50, rate, mean, 11);
        (table.get().float(0, "rate"), table.get().float(0, "mean"))
    };
    assert_eq!(rounded(0.125, -0.25), (Some(0.12), Some(-0.2)));
    assert_eq!(rounded(0.375, 0.35), (Some(0.38), Some(0.4)));
    assert_eq!(rounded(25.0 / 97.0, 12.34), (Some(0.26), Some(12.3)));
}

#[test]
fn hidden_columns_are_named_in_order_and_their_reasons_dropped() {
    let table = share(10, 5, 0.5, 7.0, 11);
    let table = table.get();
    assert_eq!(table.text(0, "hidden"), "n;part;rate;mean");
    assert_eq!(table.text(0, "na_reason"), "other=one");
    assert_eq!(table.cell(0, "suppressed"), Cell::Bool(true));
    assert_eq!(table.text(0, "disclosure"), "min-cell-11");
    let names: Vec<&str> = table.names().iter().map(String::as_str).collect();
    assert_eq!(names[4..], ["suppressed", "hidden", "na_reason", "disclosure"]);
    let shown = share(100, 50, 0.5, 7.0, 11);
    assert_eq!(shown.get().text(0, "na_reason"), "rate=some;other=one");
    assert_eq!(shown.get().cell(0, "suppressed"), Cell::Bool(false));
}

#[test]
fn a_min_cell_of_zero_hides_and_rounds_nothing_and_says_internal() {
    let table = share(10, 5, 25.0 / 97.0, 0.123_456, 0);
    let table = table.get();
    assert_eq!((table.int(0, "n"), table.int(0, "part")), (Some(10), Some(5)));
    assert_eq!(table.float(0, "rate"), Some(25.0 / 97.0));
    assert_eq!(table.float(0, "mean"), Some(0.123_456));
    assert_eq!((table.text(0, "hidden"), table.text(0, "disclosure")), ("", "internal"));
    assert_eq!(table.text(0, "na_reason"), "rate=some;other=one");
}

#[test]
fn a_hidden_cell_is_na_in_csv_and_a_null_of_its_own_type_in_parquet() {
    let table = share(10, 5, 0.5, 7.0, 11);
    let csv = table.get().to_csv();
    let line = String::from_utf8(csv).expect("text").lines().nth(1).map(str::to_owned);
    assert!(line.is_some_and(|line| line.starts_with("NA,NA,NA,NA,")));
    let mut file = tempfile::tempfile().expect("made");
    file.write_all(&table.get().to_parquet().expect("made")).expect("written");
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("opened");
    let mut reader = reader.build().expect("read");
    let batch: RecordBatch = reader.next().expect("a batch").expect("read");
    for (name, data_type) in [("n", DataType::Int64), ("rate", DataType::Float64)] {
        let column = batch.column_by_name(name).expect("a column");
        assert_eq!((column.data_type(), column.is_null(0)), (&data_type, true));
    }
}

/// The rank of some rows, by elimination without a fraction.
fn rank(mut rows: Vec<Vec<i128>>) -> usize {
    let mut rank = 0;
    for column in 0..rows.first().map_or(0, Vec::len) {
        let Some(pivot) = (rank..rows.len()).find(|row| rows[*row][column] != 0) else { continue };
        rows.swap(rank, pivot);
        let pivot = rows[rank].clone();
        for row in &mut rows[rank + 1..] {
            let (own, other) = (row[column], pivot[column]);
            for (cell, above) in row.iter_mut().zip(&pivot) {
                *cell = *cell * other - own * above;
            }
        }
        rank += 1;
    }
    rank
}

/// Whether a cell follows, by ranks over the whole numbers: an equation that holds it alone adds
/// nothing to the others.
fn follows_by_rank(equations: &[Equation], hidden: &[usize], cell: usize) -> bool {
    let coefficient = |terms: &Equation, at: usize| {
        let of_cell = terms.iter().filter(|(cell, _)| *cell == at);
        of_cell.map(|(_, coefficient)| i128::from(*coefficient)).sum()
    };
    let row_of = |terms: &Equation| hidden.iter().map(|at| coefficient(terms, *at)).collect();
    let rows: Vec<Vec<i128>> = equations.iter().map(row_of).collect();
    let alone = hidden.iter().map(|at| i128::from(*at == cell)).collect();
    rank(rows.iter().cloned().chain([alone]).collect()) == rank(rows)
}

/// The equations that hang together with those of a cell by hidden cells.
fn group(equations: &[Equation], hidden: &[usize], cell: usize) -> Vec<Equation> {
    let mut cells = vec![cell];
    let mut found = vec![false; equations.len()];
    while let Some(cell) = cells.pop() {
        for (terms, found) in equations.iter().zip(&mut found) {
            if !*found && terms.iter().any(|(at, _)| *at == cell) {
                *found = true;
                cells.extend(terms.iter().map(|(at, _)| *at).filter(|at| hidden.contains(at)));
            }
        }
    }
    equations
        .iter()
        .zip(found)
        .filter(|(_, found)| *found)
        .map(|(terms, _)| terms.clone())
        .collect()
}

/// The number of cells of a random system.
const WIDTH: usize = 9;

/// Equations of a few of the cells.
fn systems() -> impl Strategy<Value = Vec<Equation>> {
    let coefficients = prop_oneof![4 => Just(0_i32), 3 => Just(1), 2 => Just(-1), 1 => Just(2)];
    let equation = vec(coefficients, WIDTH).prop_map(|row| -> Equation {
        row.into_iter().enumerate().filter(|(_, value)| *value != 0).collect()
    });
    vec(equation, 0..8)
}

proptest! {
    /// Slow twins of what follows, and of what would keep it from following.
    #[test]
    fn what_follows_is_what_adds_no_rank(equations in systems(), n_hidden in 0..=WIDTH) {
        let hidden: Vec<usize> = (0..n_hidden).collect();
        let known = known(&equations, &hidden);
        for cell in 0..n_hidden {
            let follows = follows_by_rank(&equations, &hidden, cell);
            prop_assert_eq!(known.contains_key(&cell), follows);
            let Some(savers) = known.get(&cell) else { continue };
            let group = group(&equations, &hidden, cell);
            let saves = |saver: &usize| {
                let with: Vec<usize> = hidden.iter().copied().chain([*saver]).collect();
                !follows_by_rank(&group, &with, cell)
            };
            prop_assert_eq!(savers, &(n_hidden..WIDTH).filter(saves).collect::<Vec<_>>());
        }
    }

    /// What is kept of the equations while cells are hidden says all that the equations say.
    #[test]
    fn hidden_step_by_step_the_same_follows_as_at_once(
        equations in systems(),
        order in Just((0..WIDTH).collect::<Vec<_>>()).prop_shuffle(),
        steps in vec(1_usize..4, 1..6),
    ) {
        let mut links = linked(&equations, &[]);
        let mut follow = Follow::new(&links);
        let mut n_hidden = 0;
        for step in steps {
            let next = &order[n_hidden..WIDTH.min(n_hidden + step)];
            for cell in next {
                links.hide(*cell);
            }
            n_hidden += next.len();
            let fresh = links.take_fresh();
            follow.after(&links, &fresh);
            let mut hidden = order[..n_hidden].to_vec();
            hidden.sort_unstable();
            let kept: BTreeMap<usize, Vec<usize>> =
                follow.after(&links, &hidden).into_iter().flatten().collect();
            prop_assert_eq!(kept, known(&equations, &hidden));
        }
    }
}
