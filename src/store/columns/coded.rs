//! Columns of texts of which few differ: each text is looked at once, whatever the number of rows.

use crate::event::code::{
    AdjustReason, Administration, AgeBand, CheckinMode, DoseUnit, EffectTerm, EffectsCapture,
    EndReason, Indication, MissedReason, Phase, PlanChange, RetractReason, Route,
    ScreeningDecision, Severity, Sex, VitalMoment, VitalSign, VitalUnit,
};
use crate::event::ids::{OpenCode, Source};
use crate::event::kind::EventType;
use crate::event::time::TimeBasis;
use arrow::array::{Array, ArrayRef, AsArray, Int32Array, StringArray};
use arrow::datatypes::Int32Type;
use std::collections::BTreeSet;
use std::ops::Range;

/// Name of a column that does not hold what it should.
pub(in crate::store) type Bad = &'static str;

/// A column of texts, as it was read: plain, or with a dictionary.
#[derive(Debug, Clone)]
pub(super) struct Texts {
    /// Of each row, the place of its text.
    places: Int32Array,
    texts: StringArray,
}

impl Texts {
    /// `None` if the column is not of texts.
    pub(super) fn of(array: &ArrayRef) -> Option<Self> {
        if let Some(coded) = array.as_dictionary_opt::<Int32Type>() {
            let texts = coded.values().as_string_opt()?.clone();
            return Some(Self { places: coded.keys().clone(), texts });
        }
        let texts: StringArray = array.as_string_opt()?.clone();
        if texts.null_count() == texts.len() {
            // A column that was not read, or that no row has.
            let places = Int32Array::new_null(texts.len());
            return Some(Self { places, texts: StringArray::new_null(0) });
        }
        let places = (0..i32::try_from(texts.len()).ok()?).collect();
        Some(Self { places: Int32Array::new(places, texts.nulls().cloned()), texts })
    }

    /// The text in a row, if it is not null.
    pub(super) fn get(&self, row: usize) -> Option<&str> {
        place(&self.places, row).map(|place| self.texts.value(place))
    }

    /// Whether two rows have the same text, as far as their places tell.
    pub(super) fn same_place(&self, a: usize, b: usize) -> bool {
        self.places.value(a) == self.places.value(b)
            && self.places.is_valid(a)
            && self.places.is_valid(b)
    }
}

fn place(places: &Int32Array, row: usize) -> Option<usize> {
    places.is_valid(row).then(|| usize::try_from(places.value(row)).ok()).flatten()
}

/// A column of texts, read as what they stand for.
#[derive(Debug, Clone)]
pub(super) struct Coded<T> {
    /// Of each row, the place of what it holds.
    places: Places,
    /// What rows hold; first of all nothing.
    held: Vec<Held<T>>,
}

/// What a row of texts may hold.
#[derive(Debug, Clone)]
enum Held<T> {
    Nothing,
    Value(T),
    /// A text that is not of the vocabulary.
    Wrong,
}

/// Places of rows, as short as they can be: every event is looked up in a dozen such columns.
#[derive(Debug, Clone)]
enum Places {
    Short(Vec<u8>),
    Long(Vec<u32>),
}

impl Places {
    /// Those of so many texts, behind the place of nothing.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a place among the texts, which are counted before"
    )]
    fn of(keys: &Int32Array, n_texts: usize) -> Self {
        if n_texts < usize::from(u8::MAX) {
            Self::Short(filled(keys, |key| key as u8 + 1))
        } else {
            Self::Long(filled(keys, |key| key as u32 + 1))
        }
    }

    fn get(&self, row: usize) -> usize {
        match self {
            Self::Short(places) => places[row].into(),
            Self::Long(places) => places[row] as usize,
        }
    }
}

/// A place of each key, and that of nothing where there is none.
fn filled<P: Copy + Default>(keys: &Int32Array, place: impl Fn(i32) -> P) -> Vec<P> {
    let Some(nulls) = keys.nulls() else {
        return keys.values().iter().map(|key| place(*key)).collect();
    };
    let mut places = vec![P::default(); keys.len()];
    for row in nulls.valid_indices() {
        places[row] = place(keys.value(row));
    }
    places
}

impl<T: Read + Clone> Coded<T> {
    /// `None` if the column is not of texts.
    pub(super) fn of(array: &ArrayRef) -> Option<Self> {
        let Texts { places, texts } = Texts::of(array)?;
        let read = |text: Option<&str>| text.and_then(T::read).map_or(Held::Wrong, Held::Value);
        let held = std::iter::once(Held::Nothing).chain(texts.iter().map(read));
        Some(Self { places: Places::of(&places, texts.len()), held: held.collect() })
    }

    /// What stands in a row, which may be absent, but not wrong.
    pub(super) fn get(&self, row: usize, name: Bad) -> Result<Option<T>, Bad> {
        self.held(self.place(row), name).map(Option::<&T>::cloned)
    }

    /// What stands in a row, where something must.
    pub(super) fn required(&self, row: usize, name: Bad) -> Result<T, Bad> {
        self.required_ref(row, name).cloned()
    }

    /// The same where it stands.
    pub(super) fn required_ref(&self, row: usize, name: Bad) -> Result<&T, Bad> {
        self.at(self.place(row), name)
    }

    /// Where what stands in a row is held: there is where [`Coded::at`] finds it.
    pub(super) fn place(&self, row: usize) -> usize {
        self.places.get(row)
    }

    /// What is held at a place, where something must be.
    pub(super) fn at(&self, place: usize, name: Bad) -> Result<&T, Bad> {
        self.held(place, name)?.ok_or(name)
    }

    fn held(&self, place: usize, name: Bad) -> Result<Option<&T>, Bad> {
        match self.held.get(place) {
            Some(Held::Nothing) => Ok(None),
            Some(Held::Value(value)) => Ok(Some(value)),
            Some(Held::Wrong) | None => Err(name),
        }
    }
}

impl<T: PartialEq> Coded<T> {
    /// How many rows hold a value.
    pub(super) fn n(&self, value: &T) -> usize {
        let is_it = |held: &Held<T>| matches!(held, Held::Value(held) if held == value);
        let is_it: Vec<bool> = self.held.iter().map(is_it).collect();
        match &self.places {
            Places::Short(places) => places.iter().filter(|at| is_it[usize::from(**at)]).count(),
            Places::Long(places) => places.iter().filter(|at| is_it[**at as usize]).count(),
        }
    }
}

impl<T: Ord> Coded<T> {
    /// Everything that stands in some rows; `None` if one of them holds nothing or is wrong.
    pub(super) fn among(&self, rows: Range<usize>) -> Option<BTreeSet<&T>> {
        let mut places: Vec<usize> = Vec::new();
        for row in rows {
            let place = self.places.get(row);
            // Rows behind each other are mostly alike.
            if places.last() != Some(&place) {
                places.push(place);
            }
        }
        let value = |place: usize| match self.held.get(place) {
            Some(Held::Value(value)) => Some(value),
            Some(Held::Nothing | Held::Wrong) | None => None,
        };
        places.into_iter().map(value).collect()
    }
}

/// What is written as a text of few.
pub(super) trait Read: Sized {
    /// `None` for a text that is none of them.
    fn read(text: &str) -> Option<Self>;
}

macro_rules! read {
    ($($name:ident),* by $read:ident) => {
        $(impl Read for $name {
            fn read(text: &str) -> Option<Self> {
                Self::$read(text)
            }
        })*
    };
}

read! { AdjustReason, Administration, AgeBand, CheckinMode, DoseUnit, EffectTerm, EffectsCapture,
EndReason, EventType, Indication, MissedReason, Phase, PlanChange, RetractReason, Route,
ScreeningDecision, Severity, Sex, TimeBasis, VitalMoment, VitalSign, VitalUnit by parse }

read! { OpenCode, Source by new }

/// Digest of a source file.
#[derive(Debug, Clone, Copy)]
pub(super) struct FileDigest(pub(super) [u8; 32]);

impl Read for FileDigest {
    fn read(text: &str) -> Option<Self> {
        blake3::Hash::from_hex(text).ok().map(|hash| Self(*hash.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::DictionaryArray;
    use std::sync::Arc;

    #[test]
    fn rows_hold_what_stands_there_however_many_texts_differ() {
        // The twin looks every text up by itself: few in a byte a row, more than a byte can tell, and
        // none that is not of the vocabulary.
        for n_texts in [1, 3, 253, 254, 255, 256, 400] {
            let texts: Vec<String> = (0..n_texts).map(|n| format!("c{n}")).collect();
            let wrong = "Not a code".to_owned();
            let row = |row: usize| match row % 7 {
                3 => None,
                5 => Some(&wrong),
                _ => Some(&texts[row % n_texts]),
            };
            let rows: Vec<Option<&str>> = (0..900).map(|at| row(at).map(String::as_str)).collect();
            let plain: StringArray = rows.iter().copied().collect();
            let coded: DictionaryArray<Int32Type> = rows.iter().copied().collect();
            for array in [Arc::new(plain) as ArrayRef, Arc::new(coded)] {
                let column = Coded::<OpenCode>::of(&array).expect("texts");
                for (at, text) in rows.iter().enumerate() {
                    let expected = text.map(|text| OpenCode::new(text).ok_or("code")).transpose();
                    assert_eq!(column.get(at, "code"), expected);
                    assert_eq!(column.required(at, "code").ok(), expected.ok().flatten());
                }
                let of_first = rows.iter().filter(|text| **text == Some("c0")).count();
                assert_eq!(column.n(&OpenCode::new("c0").expect("a code")), of_first);
                assert_eq!(column.n(&OpenCode::new("never").expect("a code")), 0);
                let among = column.among(0..3).expect("three codes");
                let among: BTreeSet<&str> = among.into_iter().map(OpenCode::as_str).collect();
                assert_eq!(among, rows[..3].iter().copied().flatten().collect());
                assert_eq!(column.among(2..4), None, "a row with nothing");
                assert_eq!(column.among(4..6), None, "a row with a wrong text");
            }
        }
        let nothing: ArrayRef = Arc::new(StringArray::new_null(5));
        let column = Coded::<OpenCode>::of(&nothing).expect("texts");
        assert_eq!(column.get(4, "code"), Ok(None));
        assert_eq!(column.required(4, "code"), Err("code"));
    }
}
