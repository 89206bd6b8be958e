//! Questionnaires of many check-ins, laid out one behind the other, with the items of all in one
//! list: so that to read a thousand of them takes two lists, not two thousand.

use super::ids::OpenCode;
use super::kind::{Item, Measure};
use super::number::Num;
use std::ops::Range;

/// Some questionnaires.
#[derive(Debug, Default)]
pub struct Questionnaires {
    each: Vec<Questionnaire>,
    /// Those that were used.
    instruments: Vec<OpenCode>,
    items: Vec<Item>,
}

/// One of many questionnaires.
#[derive(Debug, Clone)]
pub struct Questionnaire {
    /// Its place among the instruments.
    instrument: usize,
    total: Option<Num<0, 1000>>,
    /// Where its items stand among those of all.
    items: Option<Range<usize>>,
}

/// The questionnaires of one check-in.
#[derive(Debug, Clone, Copy)]
pub enum MeasuresView<'a> {
    /// Each by itself.
    Listed(&'a [Measure]),
    /// Some of many.
    LaidOut(&'a Questionnaires, &'a [Questionnaire]),
}

/// One questionnaire, wherever it is held.
#[derive(Debug, Clone, Copy)]
pub struct MeasureView<'a> {
    /// Instrument.
    pub instrument: &'a OpenCode,
    /// Total as reported.
    pub total: Option<Num<0, 1000>>,
    /// Every item in order.
    pub items: Option<&'a [Item]>,
}

impl Questionnaires {
    /// None yet, with room for so many.
    #[must_use]
    pub fn with_room_for(n: usize) -> Self {
        Self { each: Vec::with_capacity(n), ..Self::default() }
    }

    /// Adds an instrument. Returns its place.
    pub fn instrument(&mut self, code: &OpenCode) -> usize {
        self.instruments.push(code.clone());
        self.instruments.len() - 1
    }

    /// Adds a questionnaire, by the place of its instrument.
    ///
    /// # Errors
    /// That of an item that could not be read.
    pub fn push<E>(
        &mut self,
        instrument: usize,
        total: Option<Num<0, 1000>>,
        items: Option<impl Iterator<Item = Result<Item, E>>>,
    ) -> Result<(), E> {
        let from = self.items.len();
        let is_given = items.is_some();
        for item in items.into_iter().flatten() {
            self.items.push(item?);
        }
        let items = is_given.then_some(from..self.items.len());
        self.each.push(Questionnaire { instrument, total, items });
        Ok(())
    }

    /// Those at some places; none of them where there are not as many.
    #[must_use]
    pub fn at(&self, places: Range<usize>) -> MeasuresView<'_> {
        MeasuresView::LaidOut(self, self.each.get(places).unwrap_or_default())
    }

    fn view(&self, one: &Questionnaire) -> Option<MeasureView<'_>> {
        Some(MeasureView {
            instrument: self.instruments.get(one.instrument)?,
            total: one.total,
            items: one.items.as_ref().and_then(|places| self.items.get(places.clone())),
        })
    }
}

impl<'a> MeasuresView<'a> {
    /// Each in turn.
    pub fn iter(self) -> impl Iterator<Item = MeasureView<'a>> {
        let (listed, laid_out) = match self {
            Self::Listed(measures) => (measures, None),
            Self::LaidOut(all, each) => (&[][..], Some((all, each))),
        };
        let laid_out =
            laid_out.into_iter().flat_map(|(all, each)| each.iter().map(move |one| (all, one)));
        listed.iter().map(MeasureView::of).chain(laid_out.filter_map(|(all, one)| all.view(one)))
    }
}

impl<'a> MeasureView<'a> {
    fn of(measure: &'a Measure) -> Self {
        Self { instrument: &measure.instrument, total: measure.total, items: measure.items() }
    }
}
