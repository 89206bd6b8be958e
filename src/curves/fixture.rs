//! Made-up people for the tests of this folder.

pub(super) use tests::Network;

#[cfg(test)]
mod tests {
    use crate::course::fact::SubjectFacts;
    use crate::course::fold::{FoldContext, fold_subject};
    use crate::course::settings::FoldSettings;
    use crate::curves::cohort::{Cohort, data_cuts};
    use crate::curves::settings::{Analysis, Filter, Stratum};
    use crate::event::envelope::{Logged, Origin};
    use crate::event::ids::{OpenCode, Source};
    use crate::event::key::Conflicts;
    use crate::event::key::ContentDigest;
    use crate::event::time::TimeBasis;
    use crate::event::view::EventView;
    use crate::event::vocabulary::Vocabulary;
    use crate::simulate::{Settings, subject_events};
    use std::collections::BTreeMap;

    /// Made-up people, and how they are looked at.
    pub(in crate::curves) struct Network {
        pub(in crate::curves) subjects: Vec<SubjectFacts>,
        cuts: BTreeMap<Source, i64>,
        fold: FoldSettings,
        vocabulary: Vocabulary,
        pub(in crate::curves) analysis: Analysis,
    }

    impl Network {
        pub(in crate::curves) fn made_up(people: u32) -> Self {
            let (fold, conflicts) = (FoldSettings::default(), Conflicts::default());
            let vocabulary = Vocabulary::shipped().expect("the shipped tables");
            let context =
                FoldContext { settings: &fold, vocabulary: &vocabulary, conflicts: &conflicts };
            let logged = |event| Logged {
                event,
                origin: Origin { file_digest: [0; 32], line: 1 },
                basis: TimeBasis::Actual,
                content: ContentDigest(0),
            };
            let settings = Settings::new(people, 5);
            let facts = |index| {
                let mut events: Vec<Logged> =
                    subject_events(&settings, index).into_iter().map(logged).collect();
                events.sort_by(Logged::log_order);
                let views: Vec<EventView> = events.iter().map(EventView::of).collect();
                fold_subject(&events[0].event.subject, &views, &context)
            };
            let subjects: Vec<_> = (0..people).filter_map(facts).collect();
            let analysis = Analysis {
                instruments: ["phq-9", "pain-nrs"].into_iter().filter_map(OpenCode::new).collect(),
                horizon: 8,
                compare_at: 6,
                improved_percent: 20,
                go_on_by: vec![4, 6, 8],
                onset_hours: vec![24, 72, 168],
                resamples: 0,
                seed: 1,
                strata: vec![Stratum::Sex, Stratum::BaselineSeverity],
                filter: Filter::default(),
            };
            let cuts = data_cuts(&subjects, None);
            Self { subjects, cuts, fold, vocabulary, analysis }
        }

        pub(in crate::curves) fn cohort(&self) -> Cohort<'_> {
            Cohort {
                subjects: &self.subjects,
                fold: &self.fold,
                analysis: &self.analysis,
                vocabulary: &self.vocabulary,
                cuts: &self.cuts,
            }
        }
    }
}
