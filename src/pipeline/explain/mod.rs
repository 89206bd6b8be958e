//! Why a number is what it is: the courses that stand in a cell of an estimate table, folded from
//! the store for this one answer. Nothing is written.
//!
//! ```text
//! question > fold > who stands there (curves::explain) > the events behind > answer
//! ```

pub mod answer;
mod evidence;
pub mod question;

use super::accounts;
use super::as_of::{self, AsOf};
use super::calendar;
use super::error::{PipelineError, unknown};
use super::facts::{Folded, View, fold};
use super::plan::{Plan, Settings};
use super::progress::Progress;
use super::subject_key::KeySource;
use crate::course::fact::{Course, SubjectFacts};
use crate::curves::arithmetic;
use crate::curves::cohort::{Cohort, Step};
use crate::curves::explain::{
    AtInfusion, AtRisk, Seen, Stand, Status, Sum, response_sums, risk_sums, stands,
};
use crate::curves::first_response::Fate;
use crate::curves::settings::Stratum;
use crate::event::ids::{OpenCode, Subject};
use crate::event::score::Score;
use crate::store::erase;
use crate::store::keys::KeyIndex;
use crate::store::log::EventLog;
use answer::{
    Answer, Counted, CourseRow, Elsewhere, InfusionRow, Observed, Person, Total, Waiting,
};
use evidence::{Evidence, People, files, moment, of_people};
use question::{ALL, Asked, Explainable, Question};
use std::collections::BTreeSet;

/// Explains a cell, or where one person stands.
///
/// # Errors
/// [`PipelineError::Usage`] for what is not known: a table, instrument, stratum, level, route,
/// infusion, person or version. [`PipelineError::NoInput`] for a store without events.
pub fn explain(
    plan: &Plan,
    asked: &Asked,
    as_of: Option<AsOf>,
    progress: &dyn Progress,
) -> Result<Answer, PipelineError> {
    let question = Question::read(asked, &plan.settings)?;
    let newest = EventLog::open(&plan.store)?;
    if erase::is_unfinished(&plan.store)? {
        return Err(PipelineError::Usage(
            "an erasure of this store broke off; `afterdose purge` finishes it, and nobody is \
             listed before"
                .into(),
        ));
    }
    let past = as_of.map(|as_of| as_of::open(&newest, as_of, progress.now_us())).transpose()?;
    let nobody = BTreeSet::new();
    let (log, withdrawn, cut) = match &past {
        Some(past) => (&past.log, &past.withdrawn, Some(past.cut)),
        None => (&newest, &nobody, None),
    };
    if log.n_events()? == 0 {
        return Err(PipelineError::NoInput("the store has no events: nothing to explain".into()));
    }
    let Settings { fold: rules, analysis, .. } = &plan.settings;
    let accounts = accounts::as_of(&plan.store, cut)?;
    calendar::check_store(rules, &analysis.filter, &accounts)?;
    progress.stage("fold", &format!("{} events", log.n_events()?));
    let folded = fold(log, &plan.settings, View::Past(withdrawn))?;
    progress.stage("explain", question.table.as_str());
    let found = find(plan, asked, &question, &folded)?;
    let people = found.cell.iter().map(|(facts, _)| facts.subject.clone()).collect();
    let conflicts = KeyIndex::aside(Some(log))?.conflicting()?;
    let evidence = of_people(log, &people, &conflicts, &files(&accounts))?;
    Ok(Answer {
        table: question.table.as_str(),
        instrument: question.code.to_string(),
        stratum: asked.stratum.clone(),
        level: asked.level.clone(),
        route: asked.route.clone(),
        infusion: asked.infusion,
        store_version: log.version(),
        as_of: past.as_ref().map(|past| past.stated.in_words()),
        synthetic: folded.synthetic().as_str(),
        totals: found.totals(asked, &question),
        courses: found.rows(asked, &question, &evidence),
        person: found.person,
    })
}

/// Who stands in the cell.
struct Found<'a> {
    horizon: usize,
    cell: Vec<(&'a SubjectFacts, Seen)>,
    person: Option<Person>,
}

fn find<'a>(
    plan: &'a Plan,
    asked: &Asked,
    question: &Question,
    folded: &'a Folded,
) -> Result<Found<'a>, PipelineError> {
    let settings = &plan.settings;
    let Question { code, instrument, stratum, .. } = question;
    // Only the stratum that is asked about has to be laid out; of one person all of them.
    let mut analysis = settings.analysis.clone();
    analysis.strata.retain(|known| known == stratum || asked.subject.is_some());
    let cuts = folded.counted.latest.or_at(settings.fold.data_cut_us);
    let cohort = Cohort {
        subjects: &folded.subjects,
        fold: &settings.fold,
        analysis: &analysis,
        vocabulary: &settings.vocabulary,
        cuts: &cuts,
    };
    let mut wanted: Vec<&SubjectFacts> = match &asked.subject {
        Some(text) => vec![known(text, folded, &plan.subject_key)?],
        None => folded.subjects.iter().collect(),
    };
    wanted.sort_by(|a, b| a.subject.cmp(&b.subject));
    let mut levels = BTreeSet::new();
    let mut cell = Vec::new();
    let mut elsewhere = Vec::new();
    for facts in wanted.iter().copied() {
        for stand in stands(&cohort, facts, code, instrument) {
            let Stand { stratum, level, route, courses } = stand;
            let is_stratum = stratum == asked.stratum;
            if is_stratum && level == asked.level && route == question.route.as_str() {
                cell.extend(courses.into_iter().map(|seen| (facts, seen)));
            } else if asked.subject.is_some() {
                elsewhere.push(Elsewhere { stratum: stratum.clone(), level: level.clone(), route });
            }
            if is_stratum {
                levels.insert(level);
            }
        }
    }
    if asked.subject.is_none() && asked.level != ALL && !levels.contains(&asked.level) {
        let key = format!("--level of {}", Stratum::as_str(*stratum));
        let known = levels.iter().map(String::as_str);
        return Err(PipelineError::Usage(unknown(&key, &asked.level, known)));
    }
    let person = asked.subject.as_ref().map(|_| person(&cohort, wanted[0], code, &cell, elsewhere));
    Ok(Found { horizon: analysis.horizon, cell, person })
}

/// The person of a pseudonym: as the store has it, or as their site sends it where the key is at
/// hand. What was given is not repeated.
fn known<'a>(
    text: &str,
    folded: &'a Folded,
    key: &KeySource,
) -> Result<&'a SubjectFacts, PipelineError> {
    let subject = Subject::new(text.trim());
    let find = |subject: &Subject| folded.subjects.iter().find(|facts| facts.subject == *subject);
    if let Some(found) = subject.as_ref().and_then(find) {
        return Ok(found);
    }
    let second = match key.load()? {
        Some(key) => subject.and_then(|subject| key.pseudonym(&subject)),
        None => None,
    };
    second.as_ref().and_then(find).ok_or_else(|| {
        PipelineError::Usage(
            "--subject: the store has nobody of this pseudonym of whom an event counts and who has \
             not withdrawn"
                .into(),
        )
    })
}

fn person(
    cohort: &Cohort,
    facts: &SubjectFacts,
    code: &OpenCode,
    cell: &[(&SubjectFacts, Seen)],
    elsewhere: Vec<Elsewhere>,
) -> Person {
    let step = cohort.last_step(facts, code);
    let next = step.and_then(|step| Step::ALL.into_iter().find(|next| *next > step));
    Person {
        subject: facts.subject.to_string(),
        n_courses: facts.courses.len(),
        step: step.map(Step::as_str),
        lost: next.map(Step::why),
        in_cell: !cell.is_empty(),
        elsewhere,
    }
}

impl Found<'_> {
    fn totals(&self, asked: &Asked, question: &Question) -> Option<Vec<Total>> {
        let k = asked.infusion.filter(|_| asked.subject.is_none())?;
        let courses = self.cell.iter().map(|(_, seen)| seen);
        let sums: Vec<Sum> = match question.table {
            Explainable::ResponseByInfusion => {
                let at: Vec<AtInfusion> = courses.map(|seen| seen.infusions[k - 1]).collect();
                response_sums(&at, question.instrument)
            }
            Explainable::CumulativeResponse => {
                let fates = courses.filter_map(|seen| seen.fate);
                risk_sums(&fates.map(|fate| AtRisk::of(fate, k)).collect::<Vec<_>>())
            }
        };
        Some(sums.into_iter().map(|(column, n)| Total { column, n }).collect())
    }

    fn rows(&self, asked: &Asked, question: &Question, people: &People) -> Vec<CourseRow> {
        let infusions = asked.infusion.map_or(1..=self.horizon, |k| k..=k);
        let row = |(facts, seen): &(&SubjectFacts, Seen)| {
            let course = facts.courses.get(seen.order - 1)?;
            let subject = &facts.subject;
            let read = Reading { question, course, seen };
            let evidence = people.get(subject)?;
            Some(read.row(subject, evidence, infusions.clone()))
        };
        self.cell.iter().filter_map(row).collect()
    }
}

/// A course of the cell, being read.
struct Reading<'a> {
    question: &'a Question<'a>,
    course: &'a Course,
    seen: &'a Seen,
}

impl Reading<'_> {
    fn row(
        &self,
        subject: &Subject,
        evidence: &Evidence,
        infusions: std::ops::RangeInclusive<usize>,
    ) -> CourseRow {
        let Self { question, course, seen } = self;
        let Question { code, instrument, .. } = question;
        let scores = course.scores.get(code);
        let baseline_event =
            scores.and_then(|scores| evidence.baseline(course, scores, code, instrument));
        CourseRow {
            subject: subject.to_string(),
            course: seen.order,
            site: course.site.to_string(),
            route: course.route.as_str(),
            began: moment(course, course.first_us()).to_text(),
            n_infusions: seen.n_infusions,
            running: seen.running,
            baseline: seen.baseline.value(),
            baseline_event,
            infusions: infusions.map(|k| self.at(k, evidence)).collect(),
        }
    }

    fn at(&self, k: usize, evidence: &Evidence) -> InfusionRow {
        let Self { question, course, seen } = self;
        let Question { code, instrument, .. } = question;
        let at = seen.infusions[k - 1];
        let session = (k <= seen.n_infusions).then(|| evidence.session(course, k - 1)).flatten();
        let scores = course.scores.get(code).filter(|_| at.score.is_some());
        let assessment = scores.and_then(|scores| course.assessment(scores, k - 1));
        let because =
            at.score.and_then(|score| arithmetic::response(instrument, seen.baseline, score));
        InfusionRow {
            infusion: k,
            session,
            score: at.score.map(Score::value),
            hours: assessment.map(|assessment| assessment.hours()),
            score_event: scores
                .and_then(|scores| evidence.checkin(course, k - 1, scores, code, instrument)),
            no_score: at.score.is_none().then(|| self.no_score(k)),
            counted: match (question.table, seen.fate) {
                (Explainable::CumulativeResponse, Some(fate)) => {
                    Counted::Cumulative(waiting(fate, k, because))
                }
                _ => Counted::Response(self.observed(&at, because)),
            },
        }
    }

    fn observed(&self, at: &AtInfusion, response_because: Option<String>) -> Observed {
        let instrument = self.question.instrument;
        let remission_because = at.score.and_then(|score| arithmetic::remission(instrument, score));
        let is_due = at.status != Status::NotDue;
        let ruled = is_due && instrument.response.is_some();
        Observed {
            status: at.status.as_str(),
            response: at.response,
            response_because,
            remission: at.remission,
            remission_because,
            above_line: at.above_line,
            nri: ruled.then_some(at.response == Some(true)),
            locf: ruled.then_some(at.carried_response == Some(true)),
            locf_infusion: at.carried.map(|(from, _)| from),
            locf_score: at.carried.map(|(_, score)| score.value()),
        }
    }

    /// Why no score counts after infusion `k`.
    fn no_score(&self, k: usize) -> &'static str {
        let Self { course, seen, .. } = self;
        match course.infusions.get(k - 1) {
            None if seen.running => "no such session yet: the course runs",
            None if course.ended.is_some() => "no such session: the course ended before it",
            None => "no such session: the course is over, though no end is recorded",
            Some(_) if k > seen.n_infusions => "the session is not induction",
            Some(infusion) if infusion.checked_in => "a check-in came, without this instrument",
            Some(_) => "no check-in in time",
        }
    }
}

fn waiting(fate: Fate, k: usize, response_because: Option<String>) -> Waiting {
    let at_risk = AtRisk::of(fate, k);
    let (until, end, at, before) = match fate {
        Fate::Responded(until) => (until, "response", "responded", "responded-before"),
        Fate::Stopped { at: until, .. } => (until, "stopped", "stopped", "stopped-before"),
        Fate::Censored(until) => (until, "censored", "waiting", "censored-before"),
    };
    let status = match () {
        () if until < k => before,
        () if until > k => "waiting",
        () => at,
    };
    Waiting {
        status,
        until,
        end,
        at_risk: at_risk.competing,
        at_risk_kaplan_meier: at_risk.censoring,
        response_because,
    }
}
