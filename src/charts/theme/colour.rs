//! A colour, how it is written, and how well two can be told apart.

/// A colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rgb(pub u8, pub u8, pub u8);

impl Rgb {
    /// The colour of `0xRR_GG_BB`.
    #[must_use]
    pub const fn of(colour: u32) -> Self {
        let [_, red, green, blue] = colour.to_be_bytes();
        Self(red, green, blue)
    }

    /// The colour as written in an SVG.
    #[must_use]
    pub fn hex(self) -> String {
        format!("#{:02X}{:02X}{:02X}", self.0, self.1, self.2)
    }
}

/// WCAG 2 contrast between two colours, from 1 to 21.
#[cfg(test)]
pub(crate) fn contrast(one: Rgb, other: Rgb) -> f64 {
    let light = |Rgb(red, green, blue): Rgb| {
        let [red, green, blue] = [red, green, blue].map(|value| {
            let share = f64::from(value) / 255.0;
            if share <= 0.040_45 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05
    };
    let (one, other) = (light(one), light(other));
    one.max(other) / one.min(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrast_is_that_of_the_standard() {
        // WCAG 2.2: black on white is 21; #767676 is the lightest grey of 4.5 on white.
        let white = Rgb::of(0xFF_FFFF);
        assert!((contrast(white, Rgb::of(0)) - 21.0).abs() < 1e-9);
        assert!((contrast(Rgb::of(0x76_7676), white) - 4.54).abs() < 0.01);
        assert_eq!(Rgb::of(0x0A_72B2).hex(), "#0A72B2");
    }
}
