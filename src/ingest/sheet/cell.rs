//! One cell to one value: texts by a map, numbers with their unit, yes and no.

use super::target::Kind;
use super::unit::Unit;
use crate::event::refuse::Reason;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A cell as a reader hands it over, blanks around it removed.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing, or a word that stands for nothing.
    Missing,
    /// Text.
    Text(String),
    /// A number, of a file whose columns have types.
    Number(f64),
    /// Bytes that are no text in the encoding of the sheet.
    NotText,
}

impl Cell {
    /// The cell as text, as a person would have typed it; `None` if it is missing.
    ///
    /// # Errors
    /// [`Reason::NotUtf8`] if it is no text.
    pub fn text(&self) -> Result<Option<String>, Reason> {
        match self {
            Self::Missing => Ok(None),
            Self::Text(text) => Ok(Some(text.clone())),
            Self::Number(number) => Ok(Some(number.to_string())),
            Self::NotText => Err(Reason::NotUtf8),
        }
    }

    /// Whether there is something in it.
    #[must_use]
    pub const fn is_filled(&self) -> bool {
        !matches!(self, Self::Missing)
    }
}

/// What a cell turned out to say.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// Nothing.
    Missing,
    /// That there is none: a side effect that was asked for and was not there.
    None,
    /// A value.
    Value(Value),
}

/// Words of a sheet, in lower case, and the values they stand for. An empty text stands for
/// missing, `false` within a list for none.
pub type Words = BTreeMap<String, Value>;

/// How the cells of a field are read.
#[derive(Debug, Clone)]
pub struct Scalar {
    /// What the field holds: a text, a number, or yes or no.
    pub kind: Kind,
    /// Words for values.
    pub words: Option<Arc<Words>>,
    /// What stands before the text.
    pub prefix: String,
    /// What stands behind it.
    pub suffix: String,
    /// Unit of the column.
    pub unit: Option<Unit>,
    /// Character between whole and fraction.
    pub decimal: char,
}

impl Scalar {
    /// Reads a cell.
    ///
    /// # Errors
    /// Why it cannot be read as what the field holds.
    pub fn read(&self, cell: &Cell) -> Result<Found, Reason> {
        let Some(text) = cell.text()? else { return Ok(Found::Missing) };
        if let Some(value) = self.word(&text) {
            return Ok(match value {
                Value::String(text) if text.is_empty() => Found::Missing,
                Value::Bool(false) if self.kind != Kind::Bool => Found::None,
                value => Found::Value(value.clone()),
            });
        }
        let value = match self.kind {
            Kind::Number => self.number(cell, &text)?.into(),
            Kind::Bool | Kind::Entry => match truth(&text) {
                Some(true) => Value::Bool(true),
                Some(false) if self.kind == Kind::Entry => return Ok(Found::None),
                Some(false) => Value::Bool(false),
                None => return Err(Reason::WrongType),
            },
            _ => format!("{}{text}{}", self.prefix, self.suffix).into(),
        };
        Ok(Found::Value(value))
    }

    /// What the words of the mapping say of a text.
    #[must_use]
    pub fn word(&self, text: &str) -> Option<&Value> {
        self.words.as_ref()?.get(&text.to_lowercase())
    }

    fn number(&self, cell: &Cell, text: &str) -> Result<serde_json::Number, Reason> {
        let number = if let Cell::Number(number) = cell {
            Some(*number)
        } else {
            parse_number(self.unit.map_or(text, |unit| unit.strip(text)), self.decimal)
        };
        let number = number.ok_or(Reason::WrongType)?;
        let number = self.unit.map_or(number, |unit| unit.convert(number));
        to_json(number).ok_or(Reason::OutOfRange)
    }
}

/// The words for yes and no of every sheet.
#[must_use]
pub fn truth(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "y" | "x" => Some(true),
        "0" | "false" | "no" | "n" => Some(false),
        _ => None,
    }
}

/// A plain decimal number. Thousands separators are refused: 1,234 is two numbers.
fn parse_number(text: &str, decimal: char) -> Option<f64> {
    let is_plain =
        |c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | 'e' | 'E') || c == decimal;
    if !text.chars().all(is_plain) || !text.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    text.replace(decimal, ".").parse().ok().filter(|number: &f64| number.is_finite())
}

/// Whole numbers without a point, so that one number has one text.
fn to_json(number: f64) -> Option<serde_json::Number> {
    if number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0 {
        #[allow(clippy::cast_possible_truncation, reason = "whole and at most 2^53")]
        return Some((number as i64).into());
    }
    serde_json::Number::from_f64(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn scalar(kind: Kind) -> Scalar {
        Scalar {
            kind,
            words: None,
            prefix: String::new(),
            suffix: String::new(),
            unit: None,
            decimal: '.',
        }
    }

    fn read(scalar: &Scalar, text: &str) -> Result<Found, Reason> {
        scalar.read(&Cell::Text(text.into()))
    }

    #[test]
    fn numbers_are_plain_decimals() {
        let number = scalar(Kind::Number);
        let comma = Scalar { decimal: ',', ..scalar(Kind::Number) };
        assert_eq!(read(&number, "0.50"), Ok(Found::Value(json!(0.5))));
        assert_eq!(read(&number, "19.0"), Ok(Found::Value(json!(19))));
        assert_eq!(read(&comma, "0,5"), Ok(Found::Value(json!(0.5))));
        assert_eq!(number.read(&Cell::Number(12.0)), Ok(Found::Value(json!(12))));
        for (scalar, text) in [
            (&number, "0,5"),
            (&comma, "0.5"),
            (&number, "1,234"),
            (&number, "12 mg"),
            (&number, "nan"),
            (&number, "inf"),
            (&number, "1-2"),
            (&number, "."),
        ] {
            assert_eq!(read(scalar, text), Err(Reason::WrongType), "{text}");
        }
    }

    #[test]
    fn words_are_looked_up_whatever_their_case() {
        let words: Words =
            [("iv", json!("intravenous")), ("none", json!(false)), ("not done", json!(""))]
                .map(|(word, value)| (word.to_owned(), value))
                .into();
        let text = Scalar { words: Some(Arc::new(words)), ..scalar(Kind::Text) };
        assert_eq!(read(&text, "IV"), Ok(Found::Value(json!("intravenous"))));
        assert_eq!(read(&text, "None"), Ok(Found::None));
        assert_eq!(read(&text, "Not done"), Ok(Found::Missing));
        // What is not in the map goes on as it is, for the checks of every record to judge.
        assert_eq!(read(&text, "oral"), Ok(Found::Value(json!("oral"))));
    }

    #[test]
    fn yes_and_no_and_texts() {
        assert_eq!(read(&scalar(Kind::Bool), "No"), Ok(Found::Value(json!(false))));
        assert_eq!(read(&scalar(Kind::Entry), "No"), Ok(Found::None));
        assert_eq!(read(&scalar(Kind::Entry), "x"), Ok(Found::Value(json!(true))));
        assert_eq!(read(&scalar(Kind::Bool), "maybe"), Err(Reason::WrongType));
        let subject = Scalar { prefix: "s-".into(), ..scalar(Kind::Text) };
        assert_eq!(subject.read(&Cell::Number(17.0)), Ok(Found::Value(json!("s-17"))));
        assert_eq!(subject.read(&Cell::Missing), Ok(Found::Missing));
        assert_eq!(subject.read(&Cell::NotText), Err(Reason::NotUtf8));
    }
}
