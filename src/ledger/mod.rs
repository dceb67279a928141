//! Claims, the evidence for and against them, and what follows from it.
//!
//! A [`Claim`] is data plus a function. The function is handed a [`Docket`] and enters into it what
//! it computed: values of the printed form beside values of an independent route, on cases that it
//! names. The docket compares, keeps the smallest counterexample and counts the mutants that it
//! could reject; [`Record`] is what is left of it, and its [`Status`] is computed, never typed in.
//!
//! ```text
//! printed form refuted somewhere ── holds wherever the named condition holds ──> conditional
//!                                └─ otherwise ─────────────────────────────────> fails
//! never refuted, compared at least once ───────────────────────────────────────> holds
//! nothing to decide ───────────────────────────────────────────────────────────> definition
//! anything undecided, a control that survives, a correction that does not hold > inconclusive
//! ```
//!
//! Tests on samples are registered with the claim ([`SampledTest`]), so that the size of a whole run is
//! shared out before anything is drawn; each is run as a [`Trial`], the dear ones in a full run only.

mod cases;
mod claim;
mod docket;
mod finding;
mod record;
mod recorded;
mod run;
mod sampled;
mod theorem;
mod value;

pub use cases::{Case, Cases};
pub use claim::{Claim, Source};
pub use docket::{Docket, Form};
pub use finding::{Basis, Finding, Number, Verdict};
pub use record::{Control, Counterexample, Evidence, EvidenceKind, Record, Status};
pub use run::{Expectations, ExpectationsError, decide, decide_all, decide_all_at, decide_at};
pub use sampled::{
    Depth, FAMILY_SHARES, PLANNED_POWER, SampledTest, TestRecord, Trial, TrialError,
};
pub use theorem::{Role, Theorem, statement_hash, statements};
pub use value::{Comparison, Value, narrow};
