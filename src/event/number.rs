//! Numbers with their range in the type, so that a value out of range cannot be built from JSON.

use super::refuse::{Reason, refuse};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A whole number from `LO` to `HI`, both included.
///
/// JSON Schema counts `5.0` as an integer, and so does this type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Int<const LO: i64, const HI: i64>(i32);

impl<const LO: i64, const HI: i64> Int<LO, HI> {
    const FITS: () = assert!(LO >= i32::MIN as i64 && HI <= i32::MAX as i64);

    /// `None` outside the range.
    #[must_use]
    #[allow(clippy::cast_possible_truncation, reason = "the bounds fit")]
    pub const fn new(value: i64) -> Option<Self> {
        let () = Self::FITS;
        if value >= LO && value <= HI { Some(Self(value as i32)) } else { None }
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0 as i64
    }
}

impl<const LO: i64, const HI: i64> Serialize for Int<LO, HI> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_i32(self.0)
    }
}

impl<'de, const LO: i64, const HI: i64> Deserialize<'de> for Int<LO, HI> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let value = d.deserialize_f64(NumberVisitor)?;
        // 2^53: beyond it a double no longer tells whole numbers apart.
        if value.fract() != 0.0 {
            return Err(refuse(Reason::WrongType));
        }
        if value.abs() > 9_007_199_254_740_992.0 {
            return Err(refuse(Reason::OutOfRange));
        }
        #[allow(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
        Self::new(value as i64).ok_or_else(|| refuse(Reason::OutOfRange))
    }
}

/// A number from `LO` to `HI`, both included.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Num<const LO: i64, const HI: i64>(f64);

impl<const LO: i64, const HI: i64> Num<LO, HI> {
    /// `None` outside the range, and for NaN.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "bounds are small constants")]
    pub fn new(value: f64) -> Option<Self> {
        // Adding zero turns -0 into 0, so that one number has one text.
        (value >= LO as f64 && value <= HI as f64).then_some(Self(value + 0.0))
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl<const LO: i64, const HI: i64> Serialize for Num<LO, HI> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        write_number(self.0, s)
    }
}

impl<'de, const LO: i64, const HI: i64> Deserialize<'de> for Num<LO, HI> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Self::new(d.deserialize_f64(NumberVisitor)?).ok_or_else(|| refuse(Reason::OutOfRange))
    }
}

/// An amount above 0 and at most 1000: doses, in mg or mg/kg.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Amount(f64);

impl Amount {
    /// `None` unless above 0 and at most 1000.
    #[must_use]
    pub fn new(value: f64) -> Option<Self> {
        (value > 0.0 && value <= 1000.0).then_some(Self(value))
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        write_number(self.0, s)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Self::new(d.deserialize_f64(NumberVisitor)?).ok_or_else(|| refuse(Reason::OutOfRange))
    }
}

/// Writes whole numbers without a point: 19, not 19.0.
fn write_number<S: Serializer>(value: f64, s: S) -> Result<S::Ok, S::Error> {
    if value.fract() == 0.0 && value.abs() < 9_007_199_254_740_992.0 {
        #[allow(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
        return s.serialize_i64(value as i64);
    }
    s.serialize_f64(value)
}

/// Any JSON number as a double; every other kind of value is a wrong type.
pub(crate) struct NumberVisitor;

#[allow(clippy::cast_precision_loss, reason = "all ranges lie far below 2^53")]
impl de::Visitor<'_> for NumberVisitor {
    type Value = f64;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a number")
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<f64, E> {
        Ok(value as f64)
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<f64, E> {
        Ok(value as f64)
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<f64, E> {
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_may_be_written_with_a_point() {
        assert_eq!(serde_json::from_str::<Int<0, 9>>("5.0").map(Int::get).ok(), Some(5));
        assert!(serde_json::from_str::<Int<0, 9>>("5.5").is_err());
        assert!(serde_json::from_str::<Int<0, 9>>("10").is_err());
        assert!(serde_json::from_str::<Int<0, 9>>("\"5\"").is_err());
        assert!(serde_json::from_str::<Amount>("0").is_err());
    }
}
