//! Comparisons over a list of cases: the truth once, each form and each mutant against it.

use super::docket::{Docket, Form};
use super::record::EvidenceKind;
use super::{Comparison, Value};

/// One system with its parameters.
#[derive(Clone, Debug)]
pub struct Case<I> {
    /// How large it is, for picking the smallest counterexample.
    pub size: usize,
    /// What it is, for a reader.
    pub label: String,
    /// The system.
    pub instance: I,
}

impl<I> Case<I> {
    /// A case.
    pub fn new(size: usize, label: impl Into<String>, instance: I) -> Self {
        Self {
            size,
            label: label.into(),
            instance,
        }
    }
}

impl Docket {
    /// Opens comparisons over a list of cases; see [`Cases`].
    pub fn on<'d, 'c, I, V: Value>(
        &'d mut self,
        scope: impl Into<String>,
        cases: &'c [Case<I>],
        truth: impl Fn(&I) -> V,
    ) -> Cases<'d, 'c, I, V> {
        let truth: Vec<V> = cases.iter().map(|c| truth(&c.instance)).collect();
        Cases {
            book: self,
            scope: scope.into(),
            kind: V::KIND,
            systems: cases,
            truth,
        }
    }
}

/// Comparisons over a list of cases against truths that were computed once.
///
/// ```text
/// docket.on("n, m, p ≤ 2", &cases, independent_route)
///     .printed(as_printed)
///     .corrected(put_right)
///     .mutant("sign flip", with_the_sign_flipped)
///     .finish();
/// ```
#[must_use = "finish() enters the control against vacuity"]
pub struct Cases<'d, 'c, I, V> {
    book: &'d mut Docket,
    scope: String,
    kind: EvidenceKind,
    systems: &'c [Case<I>],
    truth: Vec<V>,
}

impl<I, V: Value> Cases<'_, '_, I, V> {
    /// Says that the evidence is of another kind than the value's type suggests.
    pub fn kind(mut self, kind: EvidenceKind) -> Self {
        self.kind = kind;
        self
    }

    /// Compares the form as printed on every case.
    pub fn printed(self, form: impl Fn(&I) -> V) -> Self {
        self.enter(|_| Form::Printed, form)
    }

    /// Compares the form as printed, under the claim's condition where `met`, without it elsewhere.
    pub fn printed_if(self, met: impl Fn(&I) -> bool, form: impl Fn(&I) -> V) -> Self {
        self.enter(
            |i| {
                if met(i) {
                    Form::Conditional
                } else {
                    Form::Printed
                }
            },
            form,
        )
    }

    /// Compares the corrected form on every case.
    pub fn corrected(self, form: impl Fn(&I) -> V) -> Self {
        self.enter(|_| Form::Corrected, form)
    }

    fn enter(self, about: impl Fn(&I) -> Form, form: impl Fn(&I) -> V) -> Self {
        for (case, truth) in self.systems.iter().zip(&self.truth) {
            let comparison = form(&case.instance).compare(truth);
            let about = about(&case.instance);
            self.book.check(
                about,
                self.kind,
                &self.scope,
                case.size,
                &case.label,
                &comparison,
            );
        }
        self
    }

    /// A mutant of the true form; it must differ from the truth on at least one case.
    pub fn mutant(self, name: &str, form: impl Fn(&I) -> V) -> Self {
        let comparisons: Vec<Comparison> = self
            .systems
            .iter()
            .zip(&self.truth)
            .map(|(case, truth)| form(&case.instance).compare(truth))
            .collect();
        self.book.mutant_anywhere(name, comparisons);
        self
    }

    /// Enters the control against vacuity: there are cases, and the truth is not the same in all.
    pub fn finish(self) {
        let varies = self.truth.iter().any(Value::varies)
            || self
                .truth
                .iter()
                .any(|t| matches!(t.compare(&self.truth[0]), Comparison::Differs { .. }));
        self.book
            .not_vacuous(format!("the value varies over {}", self.scope), varies);
    }

    /// Ends without a control against vacuity, for a truth that is a constant (a sum that is one);
    /// the claim then enters its own with [`Docket::not_vacuous`].
    pub fn finish_constant(self) {}
}
