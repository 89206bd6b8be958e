//! The theme as a style sheet: its colours and sizes as custom properties, and the colours of
//! drawings tied to them, so that one SVG is light, dark and fit for print.

#[cfg(test)]
use super::colour::Rgb;
use super::palette::{DRAWN, PAGE, SHADES, Token};
use super::{looks, sizes};
use std::fmt::Write as _;

/// The shade at an edge beyond which something goes on, on light pages and on dark ones.
const VEIL: [&str; 2] = ["rgb(31 41 51 / 22%)", "rgb(0 0 0 / 65%)"];

/// Custom properties (`--ink`, `--route-oral`, `--share-3`, `--space-2`, ...) for light pages, for
/// dark ones (as the reader's system asks, or as `data-theme` on the root says) and for print,
/// then the rules that give every colour of a drawing inside `.chart` its property.
#[must_use]
pub fn css() -> String {
    let mut css = String::from(":root {\n  color-scheme: light dark;\n");
    for token in tokens() {
        property(&mut css, token.name, &token.light.hex());
    }
    property(&mut css, "shade", VEIL[0]);
    for (name, value) in sizes::TYPE_SCALE.into_iter().chain(sizes::SPACES) {
        property(&mut css, name, value);
    }
    css.push_str("}\n:root[data-theme=\"light\"] { color-scheme: light; }\n");
    // Only on screens: paper is light, whatever the reader's system asks.
    let asked =
        "@media screen and (prefers-color-scheme: dark) {\n:root:not([data-theme=\"light\"]) {\n";
    let chosen = "@media screen {\n:root[data-theme=\"dark\"] {\n";
    for (head, scheme) in [(asked, ""), (chosen, "  color-scheme: dark;\n")] {
        css.push_str(head);
        css.push_str(scheme);
        for token in tokens() {
            property(&mut css, token.name, &token.dark.hex());
        }
        property(&mut css, "shade", VEIL[1]);
        css.push_str("}\n}\n");
    }
    css.push_str("@media print {\n:root {\n  color-scheme: light;\n");
    for token in tokens().filter(|token| token.print != token.light) {
        property(&mut css, token.name, &token.print.hex());
    }
    css.push_str("}\n}\n");
    for token in drawn() {
        let (name, hex) = (token.name, token.light.hex());
        for paint in ["fill", "stroke"] {
            let _ = writeln!(css, ".chart [{paint}=\"{hex}\"] {{ {paint}: var(--{name}); }}");
        }
    }
    css
}

fn property(css: &mut String, name: &str, value: &str) {
    let _ = writeln!(css, "  --{name}: {value};");
}

/// Every colour.
fn tokens() -> impl Iterator<Item = Token> {
    PAGE.into_iter().chain(drawn())
}

/// Every colour that a drawing has.
fn drawn() -> impl Iterator<Item = Token> {
    DRAWN.into_iter().chain(looks::tokens()).chain(SHADES)
}

/// Whether a drawing may have a colour: whether it has a partner on dark pages.
#[cfg(test)]
pub(in crate::charts) fn is_drawn(colour: Rgb) -> bool {
    drawn().any(|token| token.light == colour)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_names_and_no_two_drawn_colours_are_the_same() {
        let names: Vec<&str> = tokens().map(|token| token.name).collect();
        let drawn: Vec<Token> = drawn().collect();
        for (at, name) in names.iter().enumerate() {
            assert!(!names[..at].contains(name), "{name}");
        }
        // One colour on light pages with two partners on dark ones would be one of them only.
        for (at, token) in drawn.iter().enumerate() {
            assert!(drawn[..at].iter().all(|other| other.light != token.light), "{}", token.name);
        }
    }

    #[test]
    fn a_page_has_every_property_light_dark_and_chosen() {
        let css = css();
        for token in tokens() {
            let set = format!("--{}: ", token.name);
            let expected = if token.print == token.light { 3 } else { 4 };
            assert_eq!(css.matches(&set).count(), expected, "{}", token.name);
        }
        assert!(css.contains("  --route-oral: #2F8FCB;\n"));
        assert!(css.contains(".chart [stroke=\"#2F8FCB\"] { stroke: var(--route-oral); }\n"));
        assert_eq!(css.matches('{').count(), css.matches('}').count());
    }
}
