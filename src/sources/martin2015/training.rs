//! "Training RBMs": what contrastive divergence follows, and which free energy difference it lowers.

use crate::ledger::{Case, Claim, Docket, Source};
use crate::numeric::Enclosure;
use crate::rg::factorized::{entropy, kl_divergence};
use crate::rg::variational::free_energy;
use crate::sources::example_machines::{
    Machine, RATIONAL, Tabulate, exponential, ln, machine, q, rational_machines, shares, total,
};
use crate::symbolic::{Matrix, RationalFunction};
use num_rational::BigRational;
use num_traits::{One, Zero};

const SOURCE: Source = Source::Martin2015;

pub(super) const CLAIMS: &[Claim] = &[
    Claim {
        id: "martin2015-reconstruction-error",
        source: SOURCE,
        title: "learning as minimal reconstruction error",
        printed: "The RBM is learned by selecting the optimal parameters {b_v}, {c_h}, {w_v,h} that minimize some measure of the reconstruction error, min ‖f(X) − X‖",
        conventions: &[
            "measure: the expected number of visible units that change in one step v → h → v′; decided by its derivative along W at parameters where the model is the data distribution",
        ],
        corrected: Some("min D_KL(q‖p), the cross entropy that the page names as the alternative"),
        wrong: Some(
            "another quantity: where the model equals the data and D_KL is zero, the reconstruction error still has a slope, so it selects other parameters",
        ),
        decide: reconstruction_error,
        ..Claim::BLANK
    },
    Claim {
        id: "martin2015-cd-log-z-gradient",
        source: SOURCE,
        title: "contrastive divergence as the gradient of ln 𝒵",
        printed: "We can kindof think of this [Contrastive Divergence] as slowly approximating ∂/∂θ ln 𝒵(θ)",
        conventions: &[
            "weights e^{−E} with E = −Σ c v − Σ v W h − Σ b h, so that ∂ ln 𝒵/∂W_ia = ⟨v_i h_a⟩ of the model",
            "the expected CD statistic ⟨v_i h_a⟩_data − ⟨v_i h_a⟩_k after k = 2¹⁴ steps, with a rigorous bound of its distance from k = ∞",
        ],
        corrected: Some("∂/∂θ [Σ_v q(v) ln p(v)] = −⟨∂E/∂θ⟩_data − ∂ ln 𝒵/∂θ"),
        wrong: Some(
            "the data term is missing: contrastive divergence approximates the gradient of the log-likelihood, of which ∂ ln 𝒵/∂θ is the model's part",
        ),
        decide: cd_log_z_gradient,
        ..Claim::BLANK
    },
    Claim {
        id: "martin2015-log-z-gradient",
        source: SOURCE,
        title: "gradient of ln 𝒵",
        printed: "∂/∂θ ln 𝒵(θ)",
        conventions: &["an expression; checked to be −⟨∂E/∂θ⟩ over the model"],
        definition: true,
        decide: log_z_gradient,
        ..Claim::BLANK
    },
    Claim {
        id: "martin2015-training-free-energy-difference",
        source: SOURCE,
        title: "training as minimal free energy difference",
        printed: "RBM training minimizes the associated Free Energy difference ΔF … or something akin to this",
        conventions: &[
            "the only free energy difference that the page defines is ΔF̃ = F̃^h − F^v of the two layers",
        ],
        corrected: Some(
            "D_KL(q‖p) = F[q] − F with F[q] = Σ_v q(v) H^RBM(v) − S(q): training lowers the variational free energy of the data distribution",
        ),
        wrong: Some(
            "another quantity: F̃^h − F^v is zero for every RBM whatever its parameters, and so cannot be what training lowers",
        ),
        decide: training_free_energy_difference,
        ..Claim::BLANK
    },
    Claim {
        id: "martin2015-overfitting-free-energies",
        source: SOURCE,
        title: "free energies of training and held-out data",
        printed: "If the model is not overfitting at all, the average free energy should be about the same on training and validation data.",
        conventions: &["quoted from Hinton's practical guide; free energy of a datum is H^RBM(v)"],
        decide: overfitting_free_energies,
        ..Claim::BLANK
    },
];

/// A data distribution q(v) that is not the model's.
fn data(n: usize) -> Vec<BigRational> {
    shares(
        &(0..1 << n)
            .map(|v: usize| exponential(4 * v + 1))
            .collect::<Vec<_>>(),
    )
}

fn number(x: BigRational) -> RationalFunction {
    RationalFunction::constant(x)
}

/// The value of a derivative along `W_00`, that is `t d/dt` with `t = e^{W_00}`, at `t = at`.
fn along_w(f: &RationalFunction, at: &BigRational) -> BigRational {
    let slope = f.derivative(0).eval(std::slice::from_ref(at));
    slope.expect("no pole at a positive weight") * at
}

/// The machine of `shape` with `e^{W_00}` as indeterminate 0 and all other parameters numbers.
fn one_free_weight(shape: (usize, usize)) -> Machine<RationalFunction> {
    machine(shape, |k| {
        if k == 0 {
            RationalFunction::var(0)
        } else {
            number(exponential(k))
        }
    })
}

/// `p(v′|v) = Σ_h p(v′|h) p(h|v)`, entry (v, v′).
fn reconstruction<T: crate::sources::example_machines::Exact>(m: &Machine<T>) -> Matrix<T> {
    let (up, down) = (
        m.hidden_given_visible(),
        m.transposed().hidden_given_visible(),
    );
    let (n, hidden) = (1 << m.visible(), 1 << m.hidden());
    Matrix::from_fn(n, n, |v, w| {
        (0..hidden).fold(T::zero(), |p, h| {
            p + up.table().at(v, h).clone() * down.table().at(h, w).clone()
        })
    })
}

fn reconstruction_error(docket: &mut Docket) {
    // W_00 where the model is taken as the data, with the other parameters fixed.
    let cases: Vec<Case<((usize, usize), BigRational)>> = [
        ((1, 1), q(3, 2)),
        ((1, 1), q(1, 3)),
        ((2, 1), q(2, 1)),
        ((1, 2), q(3, 2)),
    ]
    .into_iter()
    .map(|(shape, t)| {
        let label = format!(
            "{} visible × {} hidden, data drawn from the model with e^W = {t}",
            shape.0, shape.1
        );
        Case::new(shape.0 + shape.1, label, (shape, t))
    })
    .collect();
    let own_data = |shape: (usize, usize), t: &BigRational| -> Vec<BigRational> {
        let p = shares(&one_free_weight(shape).visible_weights());
        p.iter()
            .map(|x| x.eval(std::slice::from_ref(t)).expect("no pole"))
            .collect()
    };
    let slope_of_error = |shape: (usize, usize), t: &BigRational, q_v: &[BigRational]| {
        let r = reconstruction(&one_free_weight(shape));
        let mut error = RationalFunction::zero();
        for (v, weight) in q_v.iter().enumerate() {
            for w in 0..q_v.len() {
                let changed = q(i64::from((v ^ w).count_ones()), 1);
                error = error + number(weight * changed) * r[(v, w)].clone();
            }
        }
        along_w(&error, t)
    };
    // −Σ q (ln p)′
    let slope_of_kl = |shape: (usize, usize), t: &BigRational, q_v: &[BigRational]| {
        let p = shares(&one_free_weight(shape).visible_weights());
        let terms = p.iter().zip(q_v).map(|(p, q_v)| {
            let value = p.eval(std::slice::from_ref(t)).expect("no pole");
            -(along_w(p, t) / value * q_v)
        });
        terms.sum::<BigRational>()
    };
    docket
        .on(
            "slope along W_11 where the model is the data distribution; 1×1, 2×1 and 1×2 units",
            &cases,
            |_| BigRational::zero(),
        )
        .printed(|(shape, t)| slope_of_error(*shape, t, &own_data(*shape, t)))
        .corrected(|(shape, t)| slope_of_kl(*shape, t, &own_data(*shape, t)))
        .mutant("D_KL with the data of another weight", |(shape, t)| {
            slope_of_kl(*shape, t, &own_data(*shape, &(t * q(2, 1))))
        })
        .mutant("D_KL with arbitrary data", |(shape, t)| {
            slope_of_kl(*shape, t, &data(shape.0))
        })
        .mutant("reconstruction error of arbitrary data", |(shape, t)| {
            slope_of_error(*shape, t, &data(shape.0))
        })
        .finish_constant();
    docket.not_vacuous(
        "the slope of D_KL is not zero everywhere",
        cases.iter().all(|c| {
            let (shape, t) = &c.instance;
            !slope_of_kl(*shape, t, &data(shape.0)).is_zero()
        }),
    );
}

/// `Σ_v w(v) ⟨v_0 h_0⟩` with h drawn from p(h|v).
fn pair_under(m: &Machine<BigRational>, v_weights: &[Enclosure]) -> Enclosure {
    let up = m.hidden_given_visible();
    let mut sum = Enclosure::zero();
    for (v, weight) in v_weights.iter().enumerate() {
        for h in 0..1 << m.hidden() {
            let p = *weight * Enclosure::from_rational(up.table().at(v, h));
            sum = if (v ^ h) & 1 == 0 { sum + p } else { sum - p };
        }
    }
    sum
}

/// `⟨v_0 h_0⟩` of the data minus that after 2^doublings steps; encloses the value of infinitely many if
/// `with_tail`.
fn contrastive(
    m: &Machine<BigRational>,
    q_v: &[BigRational],
    doublings: u32,
    with_tail: bool,
) -> Enclosure {
    let exact = reconstruction(m);
    let n = exact.rows();
    // Doeblin: each step forgets its start with at least this probability.
    let forgotten: BigRational = (0..n)
        .map(|w| {
            (0..n)
                .map(|v| exact[(v, w)].clone())
                .min()
                .unwrap_or_else(BigRational::zero)
        })
        .sum();
    let mut power = Matrix::from_fn(n, n, |v, w| Enclosure::from_rational(&exact[(v, w)]));
    let mut kept = Enclosure::exact(1.0) - Enclosure::from_rational(&forgotten);
    for _ in 0..doublings {
        power = power.mul(&power).expect("a square matrix");
        kept = kept.square();
    }
    let start: Vec<Enclosure> = q_v.iter().map(Enclosure::from_rational).collect();
    let end: Vec<Enclosure> = (0..n)
        .map(|w| (0..n).fold(Enclosure::zero(), |p, v| p + start[v] * power[(v, w)]))
        .collect();
    let value = pair_under(m, &start) - pair_under(m, &end);
    // The product of two spins is at most one and the distributions differ by 2 kept in ℓ₁.
    let tail = if with_tail {
        2.0 * kept.hi().max(0.0)
    } else {
        0.0
    };
    value + Enclosure::new(-tail, tail)
}

/// A machine and its numbers of visible and hidden units.
type Shaped = ((usize, usize), Machine<BigRational>);

fn learnt_machines() -> Vec<Case<Shaped>> {
    [(1, 1), (2, 1), (1, 2), (2, 2)]
        .into_iter()
        .map(|shape| {
            let label = format!(
                "{} visible × {} hidden, rational e^W, e^c, e^b",
                shape.0, shape.1
            );
            let m: Machine<BigRational> = machine(shape, exponential);
            Case::new(shape.0 + shape.1, label, (shape, m))
        })
        .collect()
}

/// `∂ ln 𝒵/∂W_00` by differentiating the partition function.
fn slope_of_log_z(shape: (usize, usize)) -> BigRational {
    let z = one_free_weight(shape).table().total();
    let t = exponential(0);
    let value = z.eval(std::slice::from_ref(&t)).expect("no pole");
    along_w(&z, &t) / value
}

/// `∂/∂W_00` of Σ q ln p, by differentiating p(v).
fn slope_of_log_likelihood(shape: (usize, usize), q_v: &[BigRational]) -> BigRational {
    let p = shares(&one_free_weight(shape).visible_weights());
    let t = exponential(0);
    let terms = p.iter().zip(q_v).map(|(p, q_v)| {
        let value = p.eval(std::slice::from_ref(&t)).expect("no pole");
        along_w(p, &t) / value * q_v
    });
    terms.sum()
}

fn cd_log_z_gradient(docket: &mut Docket) {
    let value = |x: BigRational| Enclosure::from_rational(&x);
    docket
        .on(
            "expected CD statistic of W_11; 1×1, 2×1, 1×2 and 2×2 units with biases, data unlike the model",
            &learnt_machines(),
            |(shape, m)| contrastive(m, &data(shape.0), 14, true),
        )
        .printed(|(shape, _)| value(slope_of_log_z(*shape)))
        .corrected(|(shape, _)| value(slope_of_log_likelihood(*shape, &data(shape.0))))
        .mutant("one step (CD-1)", |(shape, m)| contrastive(m, &data(shape.0), 0, false))
        .mutant("the sign reversed", |(shape, _)| {
            -value(slope_of_log_likelihood(*shape, &data(shape.0)))
        })
        .mutant("−∂ ln 𝒵/∂θ alone", |(shape, _)| -value(slope_of_log_z(*shape)))
        .mutant("the data drawn uniformly", |(shape, _)| {
            let uniform = shares(&vec![BigRational::one(); 1 << shape.0]);
            value(slope_of_log_likelihood(*shape, &uniform))
        })
        .finish();
}

fn log_z_gradient(docket: &mut Docket) {
    docket
        .on(
            "⟨v_1 h_1⟩ of the model; 1×1, 2×1, 1×2 and 2×2 units with biases",
            &learnt_machines(),
            |(_, m)| m.table().mean(1, 1),
        )
        .printed(|(shape, _)| slope_of_log_z(*shape))
        .mutant("the sign reversed", |(shape, _)| -slope_of_log_z(*shape))
        .finish();
}

fn training_free_energy_difference(docket: &mut Docket) {
    // F[q] − F = Σ q H^RBM − S(q) + ln 𝒵
    let difference = |m: &Machine<BigRational>, sign_of_entropy: f64| {
        let q_v = data(m.visible());
        let energy = m
            .visible_weights()
            .iter()
            .zip(&q_v)
            .fold(Enclosure::zero(), |e, (w, p)| {
                e - Enclosure::from_rational(p) * ln(w)
            });
        energy
            - Enclosure::exact(sign_of_entropy) * entropy(&q_v)
            - free_energy(&m.visible_weights())
    };
    docket
        .on(
            format!("D_KL(q‖p), {RATIONAL}, data unlike the model"),
            &rational_machines(),
            |m| {
                let p = m.table().normalised().sum_over_hidden();
                kl_divergence(&data(m.visible()), &p)
            },
        )
        .printed(|m| free_energy(&m.hidden_weights()) - free_energy(&m.visible_weights()))
        .corrected(|m| difference(m, 1.0))
        .mutant("F[q] without the entropy", |m| difference(m, 0.0))
        .mutant("the entropy added", |m| difference(m, -1.0))
        .mutant("F left out", |m| {
            difference(m, 1.0) + free_energy(&m.visible_weights())
        })
        .mutant("D_KL(p‖q)", |m| {
            let p = shares(&m.visible_weights());
            kl_divergence(&p, &data(m.visible()))
        })
        .finish();
    docket.not_vacuous(
        "𝒵 itself varies",
        rational_machines().windows(2).all(|w| {
            total(&w[0].instance.visible_weights()) != total(&w[1].instance.visible_weights())
        }),
    );
}

fn overfitting_free_energies(docket: &mut Docket) {
    docket.cannot_decide(
        "\"about the same\" and \"not overfitting\" are not quantified; training and held-out samples of one distribution have equal expected free energy only under a model that does not depend on the training sample",
    );
}
