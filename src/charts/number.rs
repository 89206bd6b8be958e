//! Numbers as charts and their words print them.

/// A count beside a chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Number {
    /// A count.
    Count(i64),
    /// Hidden to protect small groups.
    Hidden,
    /// There is none.
    None,
    /// None belongs here.
    Blank,
}

impl Number {
    /// As printed: `1,234`, `·`, `–` or nothing.
    #[must_use]
    pub fn text(self) -> String {
        match self {
            Self::Count(count) => thousands(count),
            Self::Hidden => "·".into(),
            Self::None => "–".into(),
            Self::Blank => String::new(),
        }
    }
}

/// A share from 0 to 1 as a whole percent, `52 %`, which no line break parts.
#[must_use]
pub fn percent(share: f64) -> String {
    format!("{}\u{a0}%", whole_percent(share))
}

/// A share from 0 to 1 as a whole percent, the number alone. The disclosed share has two decimals,
/// so nothing is rounded twice.
#[must_use]
pub fn whole_percent(share: f64) -> String {
    // Adding 0 turns -0 into 0.
    format!("{}", (share * 100.0).round() + 0.0)
}

/// A number of points to one decimal, which a disclosed mean has, so that nothing is rounded
/// twice.
#[must_use]
pub fn points(value: f64) -> String {
    let text = format!("{value:.1}");
    if text == "-0.0" { "0.0".into() } else { text.replace('-', "\u{2212}") }
}

/// A count with commas between thousands.
#[must_use]
pub fn thousands(count: i64) -> String {
    let digits = count.unsigned_abs().to_string();
    let mut text = String::from(if count < 0 { "-" } else { "" });
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_print_for_people() {
        assert_eq!(thousands(1_234_567), "1,234,567");
        assert_eq!(thousands(201), "201");
        assert_eq!(thousands(-1000), "-1,000");
        assert_eq!(percent(0.07), "7\u{a0}%");
        assert_eq!(percent(0.29), "29\u{a0}%");
        assert_eq!([-8.06, -0.04, 0.25, 1.0].map(points), ["\u{2212}8.1", "0.0", "0.2", "1.0"]);
        assert_eq!((Number::Hidden.text(), Number::None.text()), ("·".into(), "–".into()));
    }
}
