//! Closed code lists of the vocabulary: routes, indications, reasons and the rest.
//!
//! Every list is an enum whose order is the code order of tables and charts. A code outside its
//! list is refused by name of the field, never by value: an unknown "code" may be a person's name.

use super::refuse::Reason;
use super::text::read_text;

/// Declares a closed list of codes: the enum, its texts, and both directions of JSON.
macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(missing_docs, reason = "the text of each code is its documentation")]
        pub enum $name { $($variant),+ }

        impl $name {
            /// Every code, in code order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The code as written in events, tables and charts.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// Reads a code; `None` for a text outside the list.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)+ _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.serialize_unit_variant(stringify!($name), *self as u32, self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                read_text(d, |text| Self::parse(text).ok_or(Reason::UnknownCode))
            }
        }
    };
}

codes! {
    /// Way of giving the drug. `other` and `unknown` are levels of their own, never dropped.
    Route {
        Intravenous = "intravenous",
        Intranasal = "intranasal",
        Intramuscular = "intramuscular",
        Subcutaneous = "subcutaneous",
        Sublingual = "sublingual",
        Oral = "oral",
        Other = "other",
        Unknown = "unknown",
    }
}

codes! {
    /// Why the person is treated.
    Indication {
        Mdd = "mdd",
        Trd = "trd",
        BipolarDepression = "bipolar-depression",
        Gad = "gad",
        SocialAnxiety = "social-anxiety",
        Ptsd = "ptsd",
        Ocd = "ocd",
        ChronicPain = "chronic-pain",
        SuicidalIdeation = "suicidal-ideation",
        SubstanceUse = "substance-use",
        Other = "other",
    }
}

codes! {
    /// Age in completed years, banded; 90 and above is one band (45 CFR 164.514(b)(2)(i)(C)).
    AgeBand {
        Under18 = "<18",
        From18 = "18-24",
        From25 = "25-34",
        From35 = "35-44",
        From45 = "45-54",
        From55 = "55-64",
        From65 = "65-74",
        From75 = "75-89",
        From90 = "90+",
    }
}

codes! {
    /// Sex as recorded by the clinic.
    Sex { Female = "female", Male = "male", Other = "other", Unknown = "unknown" }
}

codes! {
    /// Outcome of screening before treatment.
    ScreeningDecision { Eligible = "eligible", Deferred = "deferred", Excluded = "excluded" }
}

codes! {
    /// Phase as the clinic declares it for a session.
    Phase { Induction = "induction", Maintenance = "maintenance" }
}

codes! {
    /// Unit of a dose.
    DoseUnit { Mg = "mg", MgPerKg = "mg/kg" }
}

codes! {
    /// A vital sign: systolic and diastolic blood pressure, heart rate, oxygen saturation.
    VitalSign {
        Systolic = "sbp",
        Diastolic = "dbp",
        HeartRate = "heart-rate",
        Saturation = "spo2",
    }
}

codes! {
    /// A named moment of a reading: before dosing, its highest, its lowest, on leaving.
    VitalMoment { Pre = "pre", Peak = "peak", Lowest = "lowest", End = "end" }
}

codes! {
    /// Unit of a reading.
    VitalUnit { MmHg = "mmHg", KPa = "kPa", PerMinute = "/min", Percent = "%" }
}

codes! {
    /// Side-effect term.
    EffectTerm {
        Nausea = "nausea",
        Vomiting = "vomiting",
        Dizziness = "dizziness",
        Dissociation = "dissociation",
        Sedation = "sedation",
        Headache = "headache",
        Anxiety = "anxiety",
        BloodPressureIncreased = "blood-pressure-increased",
        Dysgeusia = "dysgeusia",
        Vertigo = "vertigo",
        BlurredVision = "blurred-vision",
        Cystitis = "cystitis",
        Other = "other",
    }
}

codes! {
    /// Severity of a side effect.
    Severity { Mild = "mild", Moderate = "moderate", Severe = "severe" }
}

codes! {
    /// How side effects were asked for. Structured scales give 2-5 times the spontaneous rate, so
    /// the two are never pooled.
    EffectsCapture { Structured = "structured", Spontaneous = "spontaneous" }
}

codes! {
    /// Why a planned session did not happen.
    MissedReason {
        NoShow = "no-show",
        CancelledByPatient = "cancelled-by-patient",
        CancelledByClinic = "cancelled-by-clinic",
    }
}

codes! {
    /// Where a check-in was filled in.
    CheckinMode { Clinic = "clinic", Remote = "remote" }
}

codes! {
    /// Who answered the questions of a check-in, and how. Scores of the one are not scores of the
    /// other: an interviewer rates, a proxy guesses.
    Administration { SelfReport = "self-report", Interview = "interview", Proxy = "proxy" }
}

codes! {
    /// Why a plan was adjusted.
    AdjustReason {
        InsufficientResponse = "insufficient-response",
        SideEffects = "side-effects",
        Responded = "responded",
        Preference = "preference",
    }
}

codes! {
    /// What was changed in a plan.
    PlanChange {
        DoseUp = "dose-up",
        DoseDown = "dose-down",
        Slower = "slower",
        Route = "route",
        AddInfusions = "add-infusions",
        Stop = "stop",
        None = "none",
    }
}

codes! {
    /// Why a course ended.
    EndReason {
        Completed = "completed",
        Responded = "responded",
        NoResponse = "no-response",
        SideEffects = "side-effects",
        Cost = "cost",
        Lost = "lost",
        Moved = "moved",
        Other = "other",
    }
}

codes! {
    /// Why an event was retracted.
    RetractReason {
        DuplicateEntry = "duplicate-entry",
        WrongSubject = "wrong-subject",
        EnteredInError = "entered-in-error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_reads_back_as_itself() {
        for &route in Route::ALL {
            assert_eq!(Route::parse(route.as_str()), Some(route));
        }
        for &term in EffectTerm::ALL {
            assert_eq!(EffectTerm::parse(term.as_str()), Some(term));
        }
        assert_eq!(Route::parse("Intravenous"), None);
    }
}
