//! One checkable statement of a source document.

use super::{Docket, SampledTest, Theorem};
use serde::Serialize;
use std::fmt;

/// The documents whose claims are decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// "Deep learning and the renormalization group", blog, equations 1 to 34.
    Jefferson2019,
    /// "Why Deep Learning Works II: the Renormalization Group", blog and comments, unnumbered.
    Martin2015,
    /// "Is Deep Learning an RG Flow?", arXiv:1906.05212, equations 1 to 62.
    DeMelloKoch2019,
}

impl Source {
    /// All sources, in the order in which they are reported.
    pub const ALL: [Self; 3] = [Self::Jefferson2019, Self::DeMelloKoch2019, Self::Martin2015];

    /// The key that begins every claim id of this source.
    pub fn key(self) -> &'static str {
        match self {
            Self::Jefferson2019 => "jefferson2019",
            Self::Martin2015 => "martin2015",
            Self::DeMelloKoch2019 => "demellokoch2019",
        }
    }

    /// What the document is.
    pub fn title(self) -> &'static str {
        match self {
            Self::Jefferson2019 => "Deep learning and the renormalization group (blog, 2019)",
            Self::Martin2015 => {
                "Why Deep Learning Works II: the Renormalization Group (blog, 2015)"
            }
            Self::DeMelloKoch2019 => "Is Deep Learning an RG Flow? (arXiv:1906.05212)",
        }
    }

    /// The source with this key.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.key() == key)
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

/// One statement, what the document prints for it, and the function that decides it.
///
/// Fill what applies and take the rest from [`Claim::BLANK`].
#[derive(Clone, Copy, Debug)]
pub struct Claim {
    /// Permanent kebab-case name that begins with the source's key; never reused.
    pub id: &'static str,
    /// The document.
    pub source: Source,
    /// Number of the equation, for the claim that stands for the numbered equation itself.
    pub equation: Option<&'static str>,
    /// A few words for tables.
    pub title: &'static str,
    /// The formula or sentence as the document has it, in Unicode.
    pub printed: &'static str,
    /// Units, signs and logarithms under which the printed form is read.
    pub conventions: &'static [&'static str],
    /// What the document assumes, one assumption an entry.
    pub assumptions: &'static [&'static str],
    /// The condition that the document leaves out and under which the printed form is true.
    pub condition: Option<&'static str>,
    /// The right form, where the printed one is wrong.
    pub corrected: Option<&'static str>,
    /// What is wrong with the printed form, in one sentence.
    pub wrong: Option<&'static str>,
    /// Whether there is nothing to decide: a definition, a choice of notation.
    pub definition: bool,
    /// Machine-checked theorems about it.
    pub theorems: &'static [Theorem],
    /// Tests on samples.
    pub sampled: &'static [SampledTest],
    /// Enters the evidence.
    pub decide: fn(&mut Docket),
}

impl Claim {
    /// A claim with nothing filled in.
    pub const BLANK: Self = Self {
        id: "",
        source: Source::Jefferson2019,
        equation: None,
        title: "",
        printed: "",
        conventions: &[],
        assumptions: &[],
        condition: None,
        corrected: None,
        wrong: None,
        definition: false,
        theorems: &[],
        sampled: &[],
        decide: |_| {},
    };
}
