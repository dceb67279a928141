//! Equations (1) to (6): the energy, the distributions, the divergence.

use super::machines::{
    Bounded, System, bounded_cases, bounded_cases_with_data, rational_cases,
    rational_cases_with_data, symbolic_cases,
};
use crate::exact::sum_smaller_layer_of;
use crate::learn::{divergence_of_machine, exp_of_total_divergence, kl_divergence};
use crate::ledger::{Case, Claim, Docket, Source, Value};
use crate::numeric::Enclosure;
use crate::symbolic::Field;
use num_rational::BigRational;
use num_traits::{One, Zero};

/// Most units of the smaller layer; the machines of the claims have at most three.
const MAX_UNITS: usize = 8;

const UNITS: &str = "v_i, h_a ∈ {−1, +1}; natural logarithm";

pub(super) const EQ01: Claim = Claim {
    id: "demellokoch2019-eq01",
    source: Source::DeMelloKoch2019,
    equation: Some("1"),
    title: "energy of the RBM",
    printed: "E = −Σ_a b_a⁽ʰ⁾ h_a − Σ_{i,a} v_i W_ia h_a − Σ_i b_i⁽ᵛ⁾ v_i",
    conventions: &[UNITS],
    definition: true,
    decide: energy,
    ..Claim::BLANK
};

pub(super) const EQ02: Claim = Claim {
    id: "demellokoch2019-eq02",
    source: Source::DeMelloKoch2019,
    equation: Some("2"),
    title: "distribution of the RBM",
    printed: "p(v, h) = e^{−E}/𝒵",
    conventions: &[UNITS],
    definition: true,
    decide: normalised,
    ..Claim::BLANK
};

pub(super) const EQ03: Claim = Claim {
    id: "demellokoch2019-eq03",
    source: Source::DeMelloKoch2019,
    equation: Some("3"),
    title: "partition function of the RBM",
    printed: "𝒵 = Σ_{v,h} e^{−E}",
    conventions: &[UNITS],
    definition: true,
    decide: partition_function,
    ..Claim::BLANK
};

pub(super) const EQ04: Claim = Claim {
    id: "demellokoch2019-eq04",
    source: Source::DeMelloKoch2019,
    equation: Some("4"),
    title: "marginal of the visible vector",
    printed: "p(v) = (1/𝒵) Σ_h e^{−E}",
    conventions: &[UNITS],
    decide: marginal_of_v,
    ..Claim::BLANK
};

pub(super) const EQ05: Claim = Claim {
    id: "demellokoch2019-eq05",
    source: Source::DeMelloKoch2019,
    equation: Some("5"),
    title: "marginal of the hidden vector",
    printed: "p(h) = (1/𝒵) Σ_v e^{−E}",
    conventions: &[UNITS],
    decide: marginal_of_h,
    ..Claim::BLANK
};

pub(super) const EQ06: Claim = Claim {
    id: "demellokoch2019-eq06",
    source: Source::DeMelloKoch2019,
    equation: Some("6"),
    title: "Kullback–Leibler divergence",
    printed: "D_KL(q‖p) = Σ_{i=1}^{N_v} q(v_i)(log q(v_i) − log p(v_i)) = Σ_{i=1}^{N_v} q(v_i) log(q(v_i)/p(v_i))",
    conventions: &[
        UNITS,
        "read as kindly as the index allows: i numbers the visible units as everywhere else in the document, q(v_i) and p(v_i) are the distributions of one unit, and a sum over its two values is understood; with N_v = 1 this is the divergence",
        "other readings (v_i = +1 only; the first N_v of the 2^{N_v} states) are among the controls",
        "the two lines are the same number, since log q − log p = log(q/p)",
    ],
    assumptions: &["q is the distribution of the data, p that of the machine's visible layer"],
    corrected: Some("D_KL(q‖p) = Σ_{v} q(v) log(q(v)/p(v)), over all 2^{N_v} visible vectors v"),
    wrong: Some(
        "The sum runs over the wrong set: over the N_v units instead of the 2^{N_v} states of the visible layer, which loses the correlations between units.",
    ),
    decide: divergence,
    ..Claim::BLANK
};

pub(super) const TEXT_INFORMATION: Claim = Claim {
    id: "demellokoch2019-text-information-lost",
    source: Source::DeMelloKoch2019,
    equation: None,
    title: "the KL divergence measures information lost",
    printed: "The KL divergence D_KL(q‖p) is a measure of how much information is lost when approximating the actual distribution q with the model distribution p.",
    conventions: &[
        "information lost = the extra length of a message about data from q that is written in the code that is best for p, beside the code that is best for q; in bits, so D_KL(q‖p)/ln 2",
    ],
    assumptions: &[
        "dyadic distributions, for which a Huffman code reaches the entropy and lengths are exact",
    ],
    decide: information,
    ..Claim::BLANK
};

fn energy(docket: &mut Docket) {
    docket
        .on(
            "weights e^{−E} of all configurations",
            &bounded_cases(),
            |s| every(s, |v, h| s.system.machine.weight(v, h)),
        )
        .printed(|s| every(s, |v, h| s.parameters.reduced_hamiltonian(v, h).exp()))
        .finish();
}

/// A number for each configuration.
fn every(s: &Bounded, f: impl Fn(usize, usize) -> Enclosure) -> Vec<Enclosure> {
    let hidden = s.system.table.hidden_states();
    s.system
        .table
        .visible_states()
        .flat_map(|v| hidden.clone().map(move |h| (v, h)))
        .map(|(v, h)| f(v, h))
        .collect()
}

fn normalised(docket: &mut Docket) {
    let cases = rational_cases();
    docket
        .on("the probabilities add up to one", &cases, |_| {
            BigRational::one()
        })
        .printed(|s| {
            let pairs = s
                .table
                .visible_states()
                .flat_map(|v| s.table.hidden_states().map(move |h| (v, h)));
            pairs.fold(BigRational::zero(), |sum, (v, h)| sum + s.table.joint(v, h))
        })
        .finish_constant();
}

fn partition_function(docket: &mut Docket) {
    docket
        .on(
            "against the sum with the hidden layer summed by factors",
            &rational_cases(),
            |s| {
                sum(s.table.visible_states(), |v| {
                    s.machine.marginal_weight_of_v(v)
                })
            },
        )
        .printed(|s| s.table.total())
        .finish();
    docket
        .on("ln 𝒵 against the engine", &bounded_cases(), |s| {
            engine_log_z(s)
        })
        .printed(|s| s.system.table.total().ln())
        .finish();
}

fn engine_log_z(s: &Bounded) -> Enclosure {
    sum_smaller_layer_of(&s.parameters, MAX_UNITS).map_or(Enclosure::UNBOUNDED, |r| r.log_z)
}

fn sum<T: Field>(states: std::ops::Range<usize>, f: impl Fn(usize) -> T) -> T {
    states.fold(T::zero(), |total, k| total + f(k))
}

/// `p(v)` with both sums done by factors.
fn factored_v<T: Field>(s: &System<T>) -> Vec<T> {
    let z = sum(s.table.hidden_states(), |h| {
        s.machine.marginal_weight_of_h(h)
    });
    s.table
        .visible_states()
        .map(|v| s.machine.marginal_weight_of_v(v) / z.clone())
        .collect()
}

/// `p(h)` with both sums done by factors.
fn factored_h<T: Field>(s: &System<T>) -> Vec<T> {
    let z = sum(s.table.visible_states(), |v| {
        s.machine.marginal_weight_of_v(v)
    });
    s.table
        .hidden_states()
        .map(|h| s.machine.marginal_weight_of_h(h) / z.clone())
        .collect()
}

fn marginal_of_v(docket: &mut Docket) {
    fn enter<T: Field + Value>(docket: &mut Docket, scope: &str, cases: &[Case<System<T>>]) {
        docket
            .on(scope, cases, factored_v)
            .printed(|s| s.table.marginal_of_v())
            .mutant("swapped marginals", |s| s.table.marginal_of_h())
            .mutant("𝒵 dropped", |s| {
                s.table
                    .visible_states()
                    .map(|v| s.table.weight_of_v(v))
                    .collect()
            })
            .mutant("sign of E", |s| s.sign_flipped().table.marginal_of_v())
            .mutant("E → 2E", |s| s.doubled().table.marginal_of_v())
            .mutant("one hidden state instead of the sum", |s| {
                s.table
                    .visible_states()
                    .map(|v| s.table.joint(v, 0))
                    .collect()
            })
            .finish();
    }
    enter(
        docket,
        "N_v + N_h ≤ 3, all factors indeterminate",
        &symbolic_cases(&[(1, 1), (2, 1), (1, 2)]),
    );
    enter(docket, "N_v, N_h ≤ 3, rational factors", &rational_cases());
}

fn marginal_of_h(docket: &mut Docket) {
    fn enter<T: Field + Value>(docket: &mut Docket, scope: &str, cases: &[Case<System<T>>]) {
        docket
            .on(scope, cases, factored_h)
            .printed(|s| s.table.marginal_of_h())
            .mutant("swapped marginals", |s| s.table.marginal_of_v())
            .mutant("𝒵 dropped", |s| {
                s.table
                    .hidden_states()
                    .map(|h| s.table.weight_of_h(h))
                    .collect()
            })
            .mutant("sign of E", |s| s.sign_flipped().table.marginal_of_h())
            .mutant("E → 2E", |s| s.doubled().table.marginal_of_h())
            .finish();
    }
    enter(
        docket,
        "N_v + N_h ≤ 3, all factors indeterminate",
        &symbolic_cases(&[(1, 1), (2, 1), (1, 2)]),
    );
    enter(docket, "N_v, N_h ≤ 3, rational factors", &rational_cases());
}

/// The two probabilities of unit `i` in a distribution over visible states.
fn of_unit<T: Field>(p: &[T], i: usize) -> [T; 2] {
    [0, 1].map(|bit| {
        let states = p.iter().enumerate().filter(|(v, _)| v >> i & 1 == bit);
        states.fold(T::zero(), |sum, (_, p)| sum + p.clone())
    })
}

/// How often unit `i` is down and up.
fn counts_of_unit(counts: &[u32], i: usize) -> [u32; 2] {
    [0, 1].map(|bit| {
        let states = counts.iter().enumerate().filter(|(v, _)| v >> i & 1 == bit);
        states.map(|(_, k)| k).sum()
    })
}

fn powered(base: &BigRational, exponent: u32) -> BigRational {
    (0..exponent).fold(BigRational::one(), |p, _| p * base)
}

fn ratio(n: u32, d: u32) -> BigRational {
    BigRational::new(n.into(), d.into())
}

/// `e^{N_s D}` by the chain rule, unit after unit given the units before it:
///
/// ```text
/// D(q‖p) = Σ_i Σ_{v_0 … v_i} q(v_0 … v_i) ln( q(v_i | v_0 … v_{i−1}) / p(v_i | v_0 … v_{i−1}) )
/// ```
fn by_chain_rule(s: &System<BigRational>) -> BigRational {
    let (counts, p) = (s.counts(), s.table.marginal_of_v());
    let mut product = BigRational::one();
    for i in 0..s.machine.visible() {
        let (shorter, longer) = ((1_usize << i) - 1, (2_usize << i) - 1);
        for prefix in 0..=longer {
            let count = |mask: usize| -> u32 {
                let matching = (0..counts.len()).filter(|v| v & mask == prefix & mask);
                matching.map(|v| counts[v]).sum()
            };
            let mass = |mask: usize| {
                let matching = (0..p.len()).filter(|v| v & mask == prefix & mask);
                matching.fold(BigRational::zero(), |sum, v| sum + &p[v])
            };
            let seen = count(longer);
            if seen > 0 {
                let conditional = mass(longer) / mass(shorter);
                product *= powered(&(ratio(seen, count(shorter)) / conditional), seen);
            }
        }
    }
    product
}

/// `e^{N_s D}` with the sum over units, as printed.
fn over_units(s: &System<BigRational>) -> BigRational {
    let (counts, p) = (s.counts(), s.table.marginal_of_v());
    (0..s.machine.visible())
        .filter_map(|i| exp_of_total_divergence(&counts_of_unit(&counts, i), &of_unit(&p, i)))
        .fold(BigRational::one(), |product, x| product * x)
}

fn over_states(s: &System<BigRational>) -> BigRational {
    exp_of_total_divergence(&s.counts(), &s.table.marginal_of_v()).expect("there are samples")
}

fn divergence(docket: &mut Docket) {
    docket
        .on(
            "D in nats, against free energies and ln 𝒵",
            &bounded_cases_with_data(),
            |s| {
                divergence_of_machine(&s.parameters, &s.system.q(), MAX_UNITS)
                    .unwrap_or(Enclosure::UNBOUNDED)
            },
        )
        .printed(|s| {
            let (q, p) = (s.system.q(), s.system.table.marginal_of_v());
            (0..s.rbm.visible())
                .map(|i| kl_divergence(&of_unit(&q, i), &of_unit(&p, i)))
                .sum()
        })
        .corrected(|s| kl_divergence(&s.system.q(), &s.system.table.marginal_of_v()))
        .mutant("logarithm to base 2", |s| {
            kl_divergence(&s.system.q(), &s.system.table.marginal_of_v())
                / Enclosure::exact(2.0).ln()
        })
        .mutant(
            "unit marginals of the data kept, correlations dropped from q",
            |s| {
                let q = s.system.q();
                let units: Vec<_> = (0..s.rbm.visible()).map(|i| of_unit(&q, i)).collect();
                let product: Vec<Enclosure> = s
                    .system
                    .table
                    .visible_states()
                    .map(|v| {
                        let factors = units.iter().enumerate();
                        factors.fold(Enclosure::one(), |p, (i, u)| p * u[v >> i & 1])
                    })
                    .collect();
                kl_divergence(&product, &s.system.table.marginal_of_v())
            },
        )
        .finish();
    let q_over_p = |s: &System<BigRational>, v: usize| {
        let n: u32 = s.counts().iter().sum();
        let q = ratio(s.counts()[v], n);
        (q / &s.table.marginal_of_v()[v], s.counts()[v])
    };
    docket
        .on(
            "e^{N_s D}, an exact rational number, against the chain rule",
            &rational_cases_with_data(),
            by_chain_rule,
        )
        .printed(over_units)
        .corrected(over_states)
        .mutant("v_i = +1 only", |s| {
            let (counts, p) = (s.counts(), s.table.marginal_of_v());
            let n: u32 = counts.iter().sum();
            (0..s.machine.visible()).fold(BigRational::one(), |product, i| {
                let up = counts_of_unit(&counts, i)[1];
                product * powered(&(ratio(up, n) / &of_unit(&p, i)[1]), up)
            })
        })
        .mutant("the first N_v states", |s| {
            (0..s.machine.visible()).fold(BigRational::one(), |product, v| {
                let (x, k) = q_over_p(s, v);
                product * powered(&x, k)
            })
        })
        .mutant("the last state dropped", |s| {
            let states = s.counts().len();
            (0..states - 1).fold(BigRational::one(), |product, v| {
                let (x, k) = q_over_p(s, v);
                product * powered(&x, k)
            })
        })
        .mutant("log(p/q)", |s| BigRational::one() / over_states(s))
        .mutant("the hidden marginal for the visible one", |s| {
            let p = s.table.marginal_of_h();
            if p.len() == s.counts().len() {
                exp_of_total_divergence(&s.counts(), &p).expect("there are samples")
            } else {
                BigRational::zero()
            }
        })
        .finish();
}

/// Dyadic distributions by their exponents: `q_x = 2^{−k_x}`.
struct Codes {
    q: Vec<u32>,
    p: Vec<u32>,
}

/// `2^{−k}`.
fn dyadic(exponents: &[u32]) -> Vec<BigRational> {
    exponents
        .iter()
        .map(|&k| BigRational::new(1.into(), (1_u64 << k).into()))
        .collect()
}

/// Lengths of the words of a Huffman code for these probabilities.
fn huffman_lengths(p: &[BigRational]) -> Vec<u32> {
    let mut lengths = vec![0; p.len()];
    let mut groups: Vec<(BigRational, Vec<usize>)> = p
        .iter()
        .enumerate()
        .map(|(x, p)| (p.clone(), vec![x]))
        .collect();
    while groups.len() > 1 {
        groups.sort_by(|a, b| b.0.cmp(&a.0));
        let (p, mut first) = groups.pop().expect("more than one group");
        let (q, second) = groups.pop().expect("one group more");
        first.extend(second);
        for &x in &first {
            lengths[x] += 1;
        }
        groups.push((p + q, first));
    }
    lengths
}

fn mean_length(q: &[BigRational], lengths: &[u32]) -> BigRational {
    q.iter()
        .zip(lengths)
        .fold(BigRational::zero(), |sum, (q, &l)| {
            sum + q * BigRational::from_integer(l.into())
        })
}

fn bounds(p: &[BigRational]) -> Vec<Enclosure> {
    p.iter().map(Enclosure::from_rational).collect()
}

fn information(docket: &mut Docket) {
    let case = |q: &[u32], p: &[u32]| {
        let codes = Codes {
            q: q.to_vec(),
            p: p.to_vec(),
        };
        Case::new(q.len(), format!("q = 2^−{q:?}, p = 2^−{p:?}"), codes)
    };
    let cases = [
        case(&[1, 2, 2], &[2, 1, 2]),
        case(&[1, 2, 3, 4, 4], &[4, 1, 2, 3, 4]),
        case(&[1, 2, 3, 3], &[2, 2, 2, 2]),
        case(&[2, 2, 2, 2], &[1, 2, 3, 3]),
        case(&[1, 3, 3, 3, 4, 4], &[4, 4, 3, 3, 3, 1]),
        case(&[1, 2, 3, 3], &[1, 2, 3, 3]),
    ];
    let bits = Enclosure::exact(2.0).ln();
    let divergence = |q: &[u32], p: &[u32]| kl_divergence(&bounds(&dyadic(q)), &bounds(&dyadic(p)));
    let entropy = |q: &[u32]| {
        let q = dyadic(q);
        Enclosure::from_rational(&mean_length(&q, &huffman_lengths(&q)))
    };
    docket
        .on(
            "extra bits of the wrong Huffman code, up to 6 states",
            &cases,
            |c| {
                let (q, p) = (dyadic(&c.q), dyadic(&c.p));
                let extra =
                    mean_length(&q, &huffman_lengths(&p)) - mean_length(&q, &huffman_lengths(&q));
                Enclosure::from_rational(&extra)
            },
        )
        .printed(|c| divergence(&c.q, &c.p) / bits)
        .mutant("p and q exchanged", |c| divergence(&c.p, &c.q) / bits)
        .mutant("sign flip", |c| -divergence(&c.q, &c.p) / bits)
        .mutant("difference of the entropies", |c| {
            entropy(&c.p) - entropy(&c.q)
        })
        .mutant("nats taken for bits", |c| divergence(&c.q, &c.p))
        .finish();
}
