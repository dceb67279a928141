//! The recursion of Hamiltonians as layers of hidden units are added.

use crate::ledger::{Case, Claim, Docket, Source};
use num_rational::BigRational;

pub(super) const CRITICAL_TRAJECTORY: Claim = Claim {
    id: "martin2015-critical-trajectory",
    source: Source::Martin2015,
    title: "renormalized Hamiltonians of stacked layers",
    printed: "H^RG(v, h1) = R[H(v)],  H^RG(v, h1, h2) = R[R[H(v)]]",
    conventions: &[
        "R is the document's own: H̃(h) = R[H(v)] = −ln Σ_v e^{−V(v,h)} e^{−H(v)}, with Σ_h e^{−V} = 1",
        "compared as Boltzmann weights e^{−H} for every (v, h1), and every (v, h1, h2); a closing bracket is missing in print",
    ],
    corrected: Some(
        "H̃(h1) = R[H](h1) and H̃(h2) = R[R[H]](h2) are what is left of H(v, h1, h2) = H(v) + V₁(v, h1) + V₂(h1, h2) when v, and then h1, are summed out",
    ),
    wrong: Some(
        "wrong set of variables: R sums out the units that it acts on, so R[H(v)] is a function of h1 alone and R[R[H(v)]] of h2 alone, while the left sides still depend on v and h1",
    ),
    decide: critical_trajectory,
    ..Claim::BLANK
};

fn q(n: i64, d: i64) -> BigRational {
    BigRational::new(n.into(), d.into())
}

/// A Hamiltonian and the correlations to two further layers, as weights.
struct Stack {
    /// `e^{−H(v)}`.
    visible: Vec<BigRational>,
    /// `e^{−V₁(v, h1)}`, rows that add up to one.
    first: Vec<Vec<BigRational>>,
    /// `e^{−V₂(h1, h2)}`, rows that add up to one.
    second: Vec<Vec<BigRational>>,
}

/// `e^{−R[H](h)} = Σ_v e^{−V(v,h)} e^{−H(v)}`.
fn renormalized(weights: &[BigRational], correlation: &[Vec<BigRational>]) -> Vec<BigRational> {
    (0..correlation[0].len())
        .map(|h| {
            weights
                .iter()
                .zip(correlation)
                .map(|(w, row)| w * &row[h])
                .sum()
        })
        .collect()
}

impl Stack {
    /// Rows `1 + a·i + b·j` in proportion, as many as the sizes say.
    fn new(v: usize, h1: usize, h2: usize) -> Self {
        let row = |i: usize, n: usize, a: usize| -> Vec<BigRational> {
            let raw: Vec<i64> = (0..n)
                .map(|j| (1 + (a * i * i + (i + 2) * j) % 7) as i64)
                .collect();
            let total: i64 = raw.iter().sum();
            raw.into_iter().map(|r| q(r, total)).collect()
        };
        Self {
            visible: (0..v).map(|i| q(3 + 2 * i as i64, 1 + i as i64)).collect(),
            first: (0..v).map(|i| row(i, h1, 3)).collect(),
            second: (0..h1).map(|i| row(i, h2, 5)).collect(),
        }
    }

    /// A value for every `(v, h1)` and then for every `(v, h1, h2)`.
    fn over_all(
        &self,
        two: impl Fn(usize, usize) -> BigRational,
        three: impl Fn(usize, usize, usize) -> BigRational,
    ) -> Vec<BigRational> {
        let (n, m, p) = (self.visible.len(), self.second.len(), self.second[0].len());
        let mut values = Vec::new();
        for v in 0..n {
            for h1 in 0..m {
                values.push(two(v, h1));
            }
        }
        for v in 0..n {
            for h1 in 0..m {
                for h2 in 0..p {
                    values.push(three(v, h1, h2));
                }
            }
        }
        values
    }

    fn joint(&self) -> Vec<BigRational> {
        let two = |v: usize, h1: usize| &self.visible[v] * &self.first[v][h1];
        self.over_all(two, |v, h1, h2| two(v, h1) * &self.second[h1][h2])
    }

    /// The printed right sides.
    fn printed(&self) -> Vec<BigRational> {
        let once = renormalized(&self.visible, &self.first);
        let twice = renormalized(&once, &self.second);
        self.over_all(|_, h1| once[h1].clone(), |_, _, h2| twice[h2].clone())
    }

    /// The joint weights summed over everything but h1, and over everything but h2.
    fn marginals(&self) -> Vec<BigRational> {
        let (n, m, p) = (self.visible.len(), self.second.len(), self.second[0].len());
        let joint = self.joint();
        let once = (0..m).map(|h1| (0..n).map(|v| &joint[v * m + h1]).sum());
        let deep = &joint[n * m..];
        let twice = (0..p).map(|h2| deep.iter().skip(h2).step_by(p).sum());
        once.chain(twice).collect()
    }

    fn composed(&self) -> Vec<BigRational> {
        let once = renormalized(&self.visible, &self.first);
        let twice = renormalized(&once, &self.second);
        [once, twice].concat()
    }
}

fn critical_trajectory(docket: &mut Docket) {
    let cases = [(2, 2, 2), (4, 2, 2), (4, 4, 2), (3, 2, 5)].map(|(v, h1, h2)| {
        Case::new(
            v + h1 + h2,
            format!("{v} states of v, {h1} of h1, {h2} of h2; e^(−H^RG) for each (v, h1)"),
            Stack::new(v, h1, h2),
        )
    });
    docket
        .on(
            "stacks of three layers with rational weights",
            &cases,
            Stack::joint,
        )
        .printed(Stack::printed)
        .finish();
    docket
        .on(
            "marginals of the joint weights on h1 and on h2",
            &cases,
            Stack::marginals,
        )
        .corrected(Stack::composed)
        .mutant("R applied once for h2", |s| {
            let once = renormalized(&s.visible, &s.first);
            [once.clone(), once].concat()
        })
        .mutant("H(v) left out", |s| {
            let flat = vec![q(1, 1); s.visible.len()];
            let once = renormalized(&flat, &s.first);
            let twice = renormalized(&once, &s.second);
            [once, twice].concat()
        })
        .mutant("V₂(h2, h1) for V₂(h1, h2)", |s| {
            let once = renormalized(&s.visible, &s.first);
            let (m, p) = (s.second.len(), s.second[0].len());
            let turned: Vec<Vec<BigRational>> = (0..m)
                .map(|i| (0..p).map(|j| s.second[j % m][i % p].clone()).collect())
                .collect();
            let twice = renormalized(&once, &turned);
            [once, twice].concat()
        })
        .finish();
}
