//! The remarks on real-space decimation of the 1d lattice: what it keeps, and its beta function.

use super::systems::q;
use crate::exact::chain_inverse_correlation_length;
use crate::ledger::{Case, Claim, Docket, Source, Value};
use crate::numeric::Enclosure;
use crate::rg::{
    ReducedBond, chain_beta_function, decimate_bond, decimate_chain, decimate_reduced,
};
use crate::symbolic::{Field, Matrix, MatrixError, RationalFunction};

pub(super) const DECIMATION: Claim = Claim {
    id: "jefferson2019-text-decimation",
    source: Source::Jefferson2019,
    title: "decimation of the 1d lattice keeps the correlations of what is left",
    printed: "RG lies in the fact that the couplings at each level … ensure the preservation of visible correlations (real-space decimation RG on a 1d lattice)",
    conventions: &[
        "ring of 2N Ising spins in a field: ⟨s_0⟩ and ⟨s_0 s_{2r}⟩ at (K, h) are ⟨s_0⟩ and ⟨s_0 s_r⟩ on N spins at (K′, h′)",
        "K′, h′ by decimation: e^{4K′}, e^{2h′} rational in e^{4K}, e^{2h}; so ξ is halved in units of the new lattice constant",
    ],
    decide: decimation,
    ..Claim::BLANK
};

/// A ring in a field.
#[derive(Clone)]
struct Field1d<T> {
    survivors: u32,
    t: T,
    x: T,
}

/// `⟨s_0⟩` and all `⟨s_0 s_r⟩` of a ring with a given spacing, by a sum over its states.
fn correlations<T: Field>(ring: &Field1d<T>, spacing: u32) -> Vec<T> {
    let n = (ring.survivors * spacing) as usize;
    let spin = |state: u32, i: usize| state >> (i % n) & 1 == 1;
    let (t_inverse, x_inverse) = (T::one() / ring.t.clone(), T::one() / ring.x.clone());
    let mut sums = vec![T::zero(); ring.survivors as usize + 1];
    for state in 0..1_u32 << n {
        let weight = (0..n).fold(T::one(), |w, i| {
            let bond = if spin(state, i) == spin(state, i + 1) {
                ring.t.clone()
            } else {
                t_inverse.clone()
            };
            let field = if spin(state, i) {
                ring.x.clone()
            } else {
                x_inverse.clone()
            };
            w * bond * field
        });
        sums[0] = sums[0].clone() + weight.clone();
        for r in 0..ring.survivors as usize {
            // r = 0 stands for the mean, ⟨s_0⟩.
            let up = spin(state, 0) == (r == 0 || spin(state, r * spacing as usize));
            let signed = if up { weight.clone() } else { -weight.clone() };
            sums[r + 1] = sums[r + 1].clone() + signed;
        }
    }
    let z = sums.remove(0);
    sums.into_iter().map(|s| s / z.clone()).collect()
}

/// The same on the survivors, from `e^{4K}` and `e^{2h}` alone: the transfer matrix in units of its first
/// entry is similar to `(1, 1/(q y); 1, 1/y)`.
fn correlations_of<T: Field>(survivors: u32, bond: &ReducedBond<T>) -> Vec<T> {
    let y_inverse = T::one() / bond.h2.clone();
    let entries = vec![
        T::one(),
        y_inverse.clone() / bond.k4.clone(),
        T::one(),
        y_inverse,
    ];
    let v = Matrix::new(2, 2, entries).expect("four entries");
    let sign =
        Matrix::new(2, 2, vec![T::one(), T::zero(), T::zero(), -T::one()]).expect("four entries");
    let power = |n: u32| v.pow(n).expect("the matrix is square");
    let trace = |m: Result<Matrix<T>, MatrixError>| {
        m.and_then(|m| m.trace()).expect("the matrices are square")
    };
    let z = trace(Ok(power(survivors)));
    (0..survivors)
        .map(|r| {
            let sum = if r == 0 {
                trace(sign.mul(&power(survivors)))
            } else {
                let near = sign.mul(&power(r)).and_then(|m| m.mul(&sign));
                trace(near.and_then(|m| m.mul(&power(survivors - r))))
            };
            sum / z.clone()
        })
        .collect()
}

fn decimation(docket: &mut Docket) {
    fn on<T: Field + Value>(docket: &mut Docket, scope: &str, sizes: &[u32], t: &T, x: &T) {
        let cases: Vec<Case<Field1d<T>>> = sizes
            .iter()
            .map(|&survivors| {
                let label = format!(
                    "ring of {} spins, e^K = {}, e^h = {}",
                    2 * survivors,
                    t.show(),
                    x.show()
                );
                let ring = Field1d {
                    survivors,
                    t: t.clone(),
                    x: x.clone(),
                };
                Case::new(2 * survivors as usize, label, ring)
            })
            .collect();
        let square = |v: &T| v.clone() * v.clone();
        let bond = |r: &Field1d<T>| ReducedBond {
            k4: square(&square(&r.t)),
            h2: square(&r.x),
        };
        docket
            .on(scope, &cases, |r| correlations(r, 2))
            .printed(|r| correlations_of(r.survivors, &decimate_reduced(&bond(r)).0))
            .mutant("K′ = K, h′ = h", |r| {
                correlations_of(r.survivors, &bond(r))
            })
            .mutant("h′ = h", |r| {
                let mut next = decimate_reduced(&bond(r)).0;
                next.h2 = bond(r).h2;
                correlations_of(r.survivors, &next)
            })
            .mutant("h → −h", |r| {
                let mut next = decimate_reduced(&bond(r)).0;
                next.h2 = T::one() / next.h2;
                correlations_of(r.survivors, &next)
            })
            .mutant("decimated twice", |r| {
                let next = decimate_reduced(&decimate_reduced(&bond(r)).0).0;
                correlations_of(r.survivors, &next)
            })
            .finish();
    }
    on(
        docket,
        "rings of 4 to 10 spins, e^K = 3/2, e^h = 5/4",
        &[2, 3, 4, 5],
        &q(3, 2),
        &q(5, 4),
    );
    let (t, x) = (RationalFunction::var(0), RationalFunction::var(1));
    on(
        docket,
        "rings of 4 spins, e^K and e^h as indeterminates",
        &[2],
        &t,
        &x,
    );
    lengths(docket);
}

/// `1/ξ` doubles with every decimation.
fn lengths(docket: &mut Docket) {
    let cases: Vec<Case<(f64, f64)>> =
        [(0.4, 0.0), (2.5, 0.0), (0.9, 0.3), (-0.7, 0.2), (6.0, 0.01)]
            .into_iter()
            .zip(10..)
            .map(|((k, h), size)| Case::new(size, format!("K = {k}, h = {h}"), (k, h)))
            .collect();
    let number = Enclosure::exact;
    let after = |k: f64, h: f64, steps: usize| {
        let flow = decimate_chain(k, h, steps).expect("ordinary couplings");
        flow.steps[steps].inverse_correlation_length
    };
    docket
        .on(
            "inverse correlation length after three decimations, in units of the original",
            &cases,
            |&(k, h)| chain_inverse_correlation_length(number(k), number(h)),
        )
        .printed(|&(k, h)| after(k, h, 3) * number(0.125))
        .mutant("the length kept in lattice constants", |&(k, h)| {
            after(k, h, 3)
        })
        .mutant("ξ quartered by a step", |&(k, h)| {
            after(k, h, 3) * number(1.0 / 64.0)
        })
        .finish();
}

pub(super) const BETA: Claim = Claim {
    id: "jefferson2019-text-beta-function",
    source: Source::Jefferson2019,
    title: "a beta function from a recursion relation of the couplings",
    printed: "one would ideally like a beta function, which requires a recursion relation for the couplings",
    conventions: &[
        "decided where the recursion is exact, the Ising chain without a field: tanh K_b = tanh^b K gives β(K) = dK/d ln b = ½ sinh 2K ln tanh K",
        "a flow whose time-ln 2 map is K′ = R(K) obeys β(K′) = R′(K) β(K), and near K = ∞, where K′ = K − ½ ln 2, β = −½",
    ],
    decide: beta_function,
    ..Claim::BLANK
};

fn beta_function(docket: &mut Docket) {
    let number = Enclosure::exact;
    let cases: Vec<Case<f64>> = [0.1, 0.4, 0.9, 1.7, 3.0]
        .into_iter()
        .zip(1..)
        .map(|(k, size)| Case::new(size, format!("K = {k}"), k))
        .collect();
    // β(K′) over β(K) is the slope of the recursion; K′ = ½ ln cosh 2K has the slope tanh 2K.
    let next = |k: f64| decimate_bond(number(k), number(0.0)).k;
    docket
        .on(
            "β(K′) at the decimated coupling, five couplings",
            &cases,
            |&k| chain_beta_function(next(k)),
        )
        .printed(|&k| number(2.0 * k).tanh() * chain_beta_function(number(k)))
        .mutant("β the same at K′", |&k| chain_beta_function(number(k)))
        .mutant("slope of tanh K′ = tanh K", |&k| {
            number(k).tanh() * chain_beta_function(number(k))
        })
        .mutant("β proportional to K", |&k| -next(k))
        .mutant("the other sign: couplings that grow", |&k| {
            -(number(2.0 * k).tanh() * chain_beta_function(number(k)))
        })
        .finish();
    let far: Vec<Case<f64>> = [8.0, 12.0, 20.0]
        .map(|k| Case::new(9, format!("K = {k}"), k))
        .to_vec();
    docket
        .on("β(K) near the fixed point K = ∞", &far, |&k| {
            // What the recursion takes off in ln b = ln 2; within it β changes by less than e^{−4K}.
            let change = (next(k) - number(k)) / number(2.0).ln();
            change + Enclosure::around(0.0, number(-4.0 * k).exp().hi())
        })
        .printed(|&k| chain_beta_function(number(k)))
        .finish_constant();
}
