//! The mappings this program ships, by name. Each is a file of `data/mappings/`, and says there
//! which export it is made for.

/// Name and text of every shipped mapping.
pub const SHIPPED: [(&str, &str); 3] = [
    ("esketamine-monitoring", include_str!("../../../data/mappings/esketamine-monitoring.toml")),
    ("questionnaire-export", include_str!("../../../data/mappings/questionnaire-export.toml")),
    ("session-log", include_str!("../../../data/mappings/session-log.toml")),
];

/// The text of a shipped mapping.
#[must_use]
pub fn text(name: &str) -> Option<&'static str> {
    SHIPPED.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    use super::super::mapping::Mapping;
    use super::*;
    use crate::event::instrument::shipped;

    #[test]
    fn every_shipped_mapping_reads_and_bears_its_name() {
        let instruments = shipped().expect("the instrument table");
        for (name, text) in SHIPPED {
            let mapping =
                Mapping::parse(text, &instruments).unwrap_or_else(|e| panic!("{name}: {e}"));
            assert_eq!(mapping.name, name);
        }
    }
}
