//! Made-up people for the tests of this folder.

pub(super) use tests::{Network, analysis, fold_people};

#[cfg(test)]
mod tests {
    use crate::course::data_cuts::DataCuts;
    use crate::course::fixture::fold_person;
    use crate::course::fold::{FoldContext, FoldedSubject};
    use crate::course::settings::FoldSettings;
    use crate::course::subjects::Subjects;
    use crate::curves::cohort::Cohort;
    use crate::curves::settings::{Analysis, Filter, Stratum};
    use crate::event::ids::OpenCode;
    use crate::event::key::Conflicts;
    use crate::event::vocabulary::Vocabulary;
    use crate::simulate::{Settings, subject_events};
    use std::ops::Range;

    /// Made-up people, and how they are looked at.
    pub(in crate::curves) struct Network {
        pub(in crate::curves) subjects: Subjects,
        cuts: DataCuts,
        fold: FoldSettings,
        vocabulary: Vocabulary,
        pub(in crate::curves) analysis: Analysis,
    }

    /// Folds made-up people one after the other.
    pub(in crate::curves) fn fold_people(
        people: Range<u32>,
        mut take_in: impl FnMut(FoldedSubject),
    ) {
        let (fold, conflicts) = (FoldSettings::default(), Conflicts::default());
        let vocabulary = Vocabulary::shipped().expect("the shipped tables");
        let context =
            FoldContext { settings: &fold, vocabulary: &vocabulary, conflicts: &conflicts };
        for index in people {
            fold_person(subject_events(&Settings::new(500, 5), index), &context, &mut take_in);
        }
    }

    /// How those were analysed.
    pub(in crate::curves) fn analysis() -> Analysis {
        Analysis {
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
        }
    }

    impl Network {
        pub(in crate::curves) fn made_up(people: u32) -> Self {
            let (mut facts, mut cuts) = (Vec::new(), DataCuts::default());
            fold_people(0..people, |folded| {
                cuts.take_in(&folded.latest_us);
                facts.push(folded.facts);
            });
            let subjects = facts.into_iter().collect();
            let vocabulary = Vocabulary::shipped().expect("the shipped tables");
            let fold = FoldSettings::default();
            Self { subjects, cuts, fold, vocabulary, analysis: analysis() }
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
