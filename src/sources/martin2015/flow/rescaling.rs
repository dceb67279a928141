//! The linear rescaling of the renormalization-group equation and its log-periodic power law.

use crate::ledger::{Case, Claim, Docket, Source};
use crate::rg::{ReducedBond, decimate_reduced};
use crate::symbolic::RationalFunction;
use num_rational::BigRational;

pub(super) const LINEAR_RESCALING: Claim = Claim {
    id: "martin2015-linear-rescaling",
    source: Source::Martin2015,
    title: "log-periodic power law under linear rescaling",
    printed: "φ(x) = λx,  F(x) ~ x^{−(α+iβ)}",
    conventions: &[
        "the solution of F(x) = g(x) + F(λx)/λ without its regular part: F(x) = F(λx)/λ",
        "along x = x₀λⁿ, in units of F(x₀); β is given as β ln λ/2π, so that values are Gaussian rationals",
    ],
    assumptions: &["the same λ rescales x and divides F, as printed"],
    condition: Some(
        "α = −1 and β = 2πk/ln λ for an integer k: F grows like x; any other α needs a factor μ ≠ λ in the equation, F = g + F(λx)/μ, and then α = −ln μ/ln λ",
    ),
    decide: linear_rescaling,
    ..Claim::BLANK
};

fn q(n: i64, d: i64) -> BigRational {
    BigRational::new(n.into(), d.into())
}

/// A power law with rational values along a geometric progression.
#[derive(Clone)]
struct Law {
    /// The scale factor is the square of this, so that half-integer powers are rational.
    root: BigRational,
    /// 2α.
    twice_alpha: i32,
    /// Quarter turns of the phase in one rescaling: 4 · β ln λ/2π.
    quarters: i64,
    /// The factor 1/μ of the equation, as a half-integer power of λ: `μ = λ^{p/2}`; 2 as printed.
    mu_power: i32,
}

impl Law {
    fn is_log_periodic(&self) -> bool {
        self.twice_alpha == -2 && self.quarters.rem_euclid(4) == 0
    }

    /// `F(x₀ λⁿ)/F(x₀) = λ^{−αn} e^{−iβn ln λ}` as `[re, im]`.
    fn value(&self, n: i32, sign: i32) -> [BigRational; 2] {
        let modulus = self.root.pow(-sign * self.twice_alpha * n);
        let zero = q(0, 1);
        match (-i64::from(sign) * self.quarters * i64::from(n)).rem_euclid(4) {
            0 => [modulus, zero],
            1 => [zero, modulus],
            2 => [-modulus, zero],
            _ => [zero, -modulus],
        }
    }

    /// `F(λ x)/μ` at the same points.
    fn rescaled(&self, sign: i32, mu_power: i32, shift: i32) -> Vec<BigRational> {
        let mu = self.root.pow(mu_power);
        (0..5)
            .flat_map(|n| self.value(n + shift, sign))
            .map(|v| v / &mu)
            .collect()
    }

    fn values(&self) -> Vec<BigRational> {
        (0..5).flat_map(|n| self.value(n, 1)).collect()
    }
}

fn linear_rescaling(docket: &mut Docket) {
    let laws = [
        (-2, 0),
        (-2, 4),
        (-2, 8),
        (-2, 1),
        (-2, 2),
        (-1, 0),
        (1, 0),
        (2, 0),
        (2, 4),
        (4, 3),
    ];
    let cases: Vec<Case<Law>> = [q(2, 1), q(3, 2)]
        .into_iter()
        .flat_map(|root| {
            laws.map(|(twice_alpha, quarters)| {
                let label = format!(
                    "λ = {}, α = {}, β ln λ/2π = {}",
                    &root * &root,
                    q(twice_alpha.into(), 2),
                    q(quarters, 4)
                );
                let law = Law {
                    root: root.clone(),
                    twice_alpha,
                    quarters,
                    mu_power: 2,
                };
                Case::new(twice_alpha.unsigned_abs() as usize, label, law)
            })
        })
        .collect();
    docket
        .on(
            "power laws along five points of a progression",
            &cases,
            Law::values,
        )
        .printed_if(Law::is_log_periodic, |l| l.rescaled(1, l.mu_power, 1))
        .mutant("x^{+(α+iβ)}", |l| l.rescaled(-1, l.mu_power, 1))
        .mutant("λ F(λx)", |l| l.rescaled(1, -l.mu_power, 1))
        .mutant("F(λ²x)/λ", |l| l.rescaled(1, l.mu_power, 2))
        .mutant("F(λx) without 1/λ", |l| l.rescaled(1, 0, 1))
        .finish();
    let free: Vec<Case<Law>> = [(-1, 0), (1, 4), (3, 0), (-4, 8)]
        .map(|(twice_alpha, quarters)| {
            let law = Law {
                root: q(3, 1),
                twice_alpha,
                quarters,
                mu_power: -twice_alpha,
            };
            Case::new(
                9,
                format!("λ = 9, α = {}, μ = λ^(−α)", q(twice_alpha.into(), 2)),
                law,
            )
        })
        .to_vec();
    docket
        .on("F = F(λx)/μ with ln μ = −α ln λ", &free, Law::values)
        .corrected(|l| l.rescaled(1, l.mu_power, 1))
        .mutant("μ = λ", |l| l.rescaled(1, 2, 1))
        .finish();
    exact_rescaling(docket);
}

/// Decimation without a field is exactly `u → 2u` in `u = artanh e^{−2K}`, the dual coupling, and the
/// singular part of F is u itself: α = −1, β = 0 with λ = 2 in both places.
fn exact_rescaling(docket: &mut Docket) {
    let cases = [Case::new(
        9,
        "Ising chain, e^K as an indeterminate, tanh² of the dual coupling",
        RationalFunction::var(0),
    )];
    let one = RationalFunction::one;
    // tanh u = e^{−2K}, so tanh² 2u = 4 tanh² u/(1 + tanh² u)².
    let doubled = |square: &RationalFunction, factor: i64| {
        let denominator = one() + square.clone();
        RationalFunction::integer(factor) * square.clone() / (denominator.clone() * denominator)
    };
    let square = |t: &RationalFunction| one() / (t * t * t * t);
    docket
        .on("φ(u) = 2u is decimation of the Ising chain", &cases, |t| {
            let bond = ReducedBond {
                k4: t * t * t * t,
                h2: one(),
            };
            one() / decimate_reduced(&bond).0.k4
        })
        .printed_if(|_| true, |t| doubled(&square(t), 4))
        .mutant("φ(u) = u", square)
        .mutant("tanh² linearized", |t| {
            RationalFunction::integer(4) * square(t)
        })
        .finish();
}
