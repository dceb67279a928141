//! What can be compared, and what a comparison can say.

use super::EvidenceKind;
use crate::numeric::Enclosure;
use crate::symbolic::{Laurent, RationalFunction};
use num_rational::BigRational;

/// The outcome of comparing two values of one quantity.
#[derive(Clone, Debug, PartialEq)]
pub enum Comparison {
    /// Equal, overlapping within narrow bounds, or not rejected at the planned size and power.
    Agrees,
    /// Certainly different, or rejected at the planned size.
    Differs {
        /// The left side.
        left: String,
        /// The right side.
        right: String,
    },
    /// The comparison could not tell.
    Undecided {
        /// Why not.
        why: String,
    },
}

/// A value whose equality can be decided, exactly or within bounds.
///
/// There is no implementation for `f64`: a float without a bound decides nothing.
pub trait Value {
    /// The kind of evidence that a comparison of such values is.
    const KIND: EvidenceKind;
    /// Compares two values of the same quantity.
    fn compare(&self, other: &Self) -> Comparison;
    /// The value for a reader.
    fn show(&self) -> String;
    /// Whether the value alone shows that it is not a constant (it has an indeterminate in it).
    fn varies(&self) -> bool {
        false
    }
}

/// Widest enclosure of a number of size `x` that may still win a comparison: `1e-9 (1 + |x|)`.
///
/// A mutant whose effect is smaller than this cannot be rejected, so controls show what is seen.
pub fn narrow(x: Enclosure) -> bool {
    x.width() <= 1e-9 * (1.0 + x.mid().abs())
}

fn exact<T: PartialEq>(left: &T, right: &T, show: impl Fn(&T) -> String) -> Comparison {
    if left == right {
        Comparison::Agrees
    } else {
        Comparison::Differs {
            left: show(left),
            right: show(right),
        }
    }
}

impl Value for BigRational {
    const KIND: EvidenceKind = EvidenceKind::Rational;
    fn compare(&self, other: &Self) -> Comparison {
        exact(self, other, Self::show)
    }
    fn show(&self) -> String {
        let text = self.to_string();
        if text.len() <= 40 {
            return text;
        }
        // Long fractions are for machines; a reader wants the size of the number.
        format!(
            "{} (a fraction of {} digits)",
            Enclosure::from_rational(self),
            text.len()
        )
    }
}

impl Value for bool {
    const KIND: EvidenceKind = EvidenceKind::Rational;
    fn compare(&self, other: &Self) -> Comparison {
        exact(self, other, Self::show)
    }
    fn show(&self) -> String {
        self.to_string()
    }
}

impl Value for Laurent {
    const KIND: EvidenceKind = EvidenceKind::Symbolic;
    fn compare(&self, other: &Self) -> Comparison {
        exact(self, other, Self::show)
    }
    fn show(&self) -> String {
        shorten(&self.to_string())
    }
    fn varies(&self) -> bool {
        self.terms().any(|(exponents, _)| !exponents.is_empty())
    }
}

impl Value for RationalFunction {
    const KIND: EvidenceKind = EvidenceKind::Symbolic;
    fn compare(&self, other: &Self) -> Comparison {
        exact(self, other, Self::show)
    }
    fn show(&self) -> String {
        shorten(&self.to_string())
    }
    fn varies(&self) -> bool {
        self.numerator().varies() || self.denominator().varies()
    }
}

impl Value for Enclosure {
    const KIND: EvidenceKind = EvidenceKind::Enclosure;
    fn compare(&self, other: &Self) -> Comparison {
        if !self.overlaps(*other) {
            Comparison::Differs {
                left: self.show(),
                right: other.show(),
            }
        } else if narrow(*self) && narrow(*other) {
            Comparison::Agrees
        } else {
            Comparison::Undecided {
                why: format!("the bounds overlap but are wide: {self:?} and {other:?}"),
            }
        }
    }
    fn show(&self) -> String {
        self.to_string()
    }
}

impl<V: Value> Value for Vec<V> {
    const KIND: EvidenceKind = V::KIND;
    fn compare(&self, other: &Self) -> Comparison {
        if self.len() != other.len() {
            return Comparison::Differs {
                left: format!("{} components", self.len()),
                right: format!("{} components", other.len()),
            };
        }
        let mut undecided = None;
        for (i, (a, b)) in self.iter().zip(other).enumerate() {
            match a.compare(b) {
                Comparison::Agrees => {}
                Comparison::Differs { left, right } => {
                    let place = |text: String| {
                        if self.len() == 1 {
                            text
                        } else {
                            format!("component {i}: {text}")
                        }
                    };
                    return Comparison::Differs {
                        left: place(left),
                        right: place(right),
                    };
                }
                Comparison::Undecided { why } => {
                    undecided.get_or_insert(Comparison::Undecided {
                        why: format!("component {i}: {why}"),
                    });
                }
            }
        }
        undecided.unwrap_or(Comparison::Agrees)
    }
    fn show(&self) -> String {
        let shown: Vec<String> = self.iter().take(8).map(Value::show).collect();
        let rest = if self.len() > 8 { ", …" } else { "" };
        format!("({}{rest})", shown.join(", "))
    }
    fn varies(&self) -> bool {
        self.iter().any(Value::varies)
    }
}

/// At most about 200 characters of a formula.
fn shorten(text: &str) -> String {
    if text.chars().count() <= 200 {
        text.to_owned()
    } else {
        let head: String = text.chars().take(180).collect();
        format!("{head} … ({} characters)", text.chars().count())
    }
}
