//! The comments on stacked layers: the bound that an added layer improves, and its condition.

use crate::exact::JointTable;
use crate::ledger::{Case, Claim, Docket, Source};
use crate::numeric::Enclosure;
use crate::rg::added_layer::AddedLayer;
use crate::rg::factorized::{Marginals, entropy, kl_divergence};
use crate::rg::variational::free_energy;
use crate::sources::example_machines::{
    Machine, RATIONAL, Tabulate, exponential, ln, machine, q, rational_machines, shares,
};
use num_rational::BigRational;
use num_traits::Zero;

const SOURCE: Source = Source::Martin2015;

pub(super) const CLAIMS: &[Claim] = &[
    Claim {
        id: "martin2015-comment-added-layer-bound",
        source: SOURCE,
        title: "an added layer improves a bound",
        printed: "It can be shown that adding an extra layer always improves a lower bound on the log probability that the model assigns to the training data, provided the number of feature detectors per layer does not decrease and their weights are initialized correctly",
        conventions: &[
            "bound: Σ_v q(v) Σ_h Q(h|v) [ln p′(h) + ln p(v|h) − ln Q(h|v)], against Σ_v q(v) ln p(v) of the single layer",
            "with tied weights p′(h) is the first machine's p(h) and the bound is ln p(v) itself: adding the layer changes nothing, its training does",
        ],
        condition: Some(
            "the added layer has been trained to give Σ_v q(v) Σ_h Q(h|v) ln p′(h) a larger value than the first machine's own p(h) does; what is gained there is exactly what the bound gains",
        ),
        decide: added_layer_bound,
        ..Claim::BLANK
    },
    Claim {
        id: "martin2015-comment-never-falls",
        source: SOURCE,
        title: "the log probability never falls",
        printed: "log p(v0) can never fall below its value at step 2 of the greedy algorithm because the bound is tight at this point and the bound always increases",
        conventions: &[
            "decided for each v0 among the training data, after the second layer has improved the bound averaged over them",
        ],
        condition: Some(
            "v0 is the only datum, or log p is averaged over the training data; a single datum among others can lose",
        ),
        decide: never_falls,
        ..Claim::BLANK
    },
    Claim {
        id: "martin2015-comment-fewer-detectors",
        source: SOURCE,
        title: "the bound with fewer feature detectors",
        printed: "This bound does not apply when the higher layers have fewer feature detectors",
        conventions: &[
            "not applying: even the best second layer lowers the bound, with data drawn from the first machine; decided for no detectors at all, where the best p′(h) is the product of the single units' distributions, and for as many detectors as visible units, where tied weights give p(h) itself",
            "the inequality ln p′(v) ≥ bound itself holds whatever the second layer is",
        ],
        condition: Some(
            "no machine with that few detectors has the first machine's p(h) as its visible distribution; as many detectors as the first machine has visible units are always enough, and none are needed if the hidden units are independent",
        ),
        decide: fewer_detectors,
        ..Claim::BLANK
    },
    Claim {
        id: "martin2015-comment-rbm-lower-bound",
        source: SOURCE,
        title: "the RBM as a lower bound to the free energy",
        printed: "it is a variational lower bound to the free energy at the critical point … The RBM is the lower bound",
        conventions: &[
            "F[A] = ⟨E⟩_A − S(A) of a trial distribution A beside F = −ln 𝒵; A is the product of the marginals",
            "Kadanoff's moved bonds do bound F from below, see martin2015-kadanoff-lower-bound; an RBM with its own V leaves F as it is",
        ],
        corrected: Some(
            "F[A] = F + D_KL(A‖p) ≥ F: an upper bound of the free energy, a lower bound of ln 𝒵 and of log probabilities",
        ),
        wrong: Some("the direction: a trial distribution bounds the free energy from above"),
        decide: rbm_lower_bound,
        ..Claim::BLANK
    },
];

/// A first machine, a data distribution q(v) and the weights of p′(h).
#[derive(Clone, Debug)]
struct Stack {
    machine: Machine<BigRational>,
    data: Vec<BigRational>,
    prior: Vec<BigRational>,
}

impl Stack {
    /// p(h) of the first machine.
    fn own_prior(m: &Machine<BigRational>) -> Vec<BigRational> {
        shares(&m.table().sum_over_visible())
    }

    /// `Σ_v q(v) Q(h|v)` with the machine's own posterior.
    fn aggregated(m: &Machine<BigRational>, data: &[BigRational]) -> Vec<BigRational> {
        m.hidden_given_visible().coarse_weights(data)
    }

    fn layer(&self) -> AddedLayer {
        AddedLayer::new(
            &self.machine.table(),
            &self.prior,
            self.machine.hidden_given_visible(),
        )
    }

    fn average(&self, f: impl Fn(usize) -> Enclosure) -> Enclosure {
        self.data
            .iter()
            .enumerate()
            .filter(|(_, q_v)| !q_v.is_zero())
            .fold(Enclosure::zero(), |s, (v, q_v)| {
                s + Enclosure::from_rational(q_v) * f(v)
            })
    }

    /// Bound of the two layers minus ln p(v) of the one, averaged over the data.
    fn gain(&self) -> Enclosure {
        let layer = self.layer();
        let before = shares(&self.machine.table().sum_over_hidden());
        self.average(|v| layer.bound(v) - ln(&before[v]))
    }

    /// `Σ_h Q(h) [ln p′(h) − ln p(h)]`.
    fn fit_gain(&self) -> Enclosure {
        let own = Self::own_prior(&self.machine);
        Self::aggregated(&self.machine, &self.data)
            .iter()
            .zip(own.iter().zip(shares(&self.prior)))
            .fold(Enclosure::zero(), |s, (w, (old, new))| {
                s + Enclosure::from_rational(w) * ln(&(new / old))
            })
    }
}

/// Halfway from p(h) to where the data put the hidden layer: better by concavity of the logarithm.
fn trained(m: &Machine<BigRational>, data: &[BigRational]) -> Vec<BigRational> {
    let own = Stack::own_prior(m);
    let goal = Stack::aggregated(m, data);
    own.iter()
        .zip(&goal)
        .map(|(a, b)| (a + b) / q(2, 1))
        .collect()
}

fn skewed(n: usize) -> Vec<BigRational> {
    shares(
        &(0..1 << n)
            .map(|v: usize| exponential(4 * v + 1).pow(3))
            .collect::<Vec<_>>(),
    )
}

fn stacks() -> Vec<Case<Stack>> {
    rational_machines()
        .into_iter()
        .flat_map(|c| {
            let data = skewed(c.instance.visible());
            let own = Stack::own_prior(&c.instance);
            let better = trained(&c.instance, &data);
            let worse: Vec<BigRational> = own.iter().zip(&better).map(|(a, b)| a * a / b).collect();
            let uniform = vec![q(1, 1); own.len()];
            [
                ("second layer trained", better),
                ("second layer trained the wrong way", worse),
                ("second layer with W = 0 and no biases", uniform),
            ]
            .map(|(what, prior)| {
                let stack = Stack {
                    machine: c.instance.clone(),
                    data: data.clone(),
                    prior,
                };
                Case::new(c.size, format!("{}, {what}", c.label), stack)
            })
        })
        .collect()
}

fn added_layer_bound(docket: &mut Docket) {
    let cases = stacks();
    docket
        .on(
            "whether the bound exceeds the log probability of the single layer",
            &cases,
            |s| s.gain().is_positive(),
        )
        .printed_if(|s| s.fit_gain().is_positive(), |_| true)
        .mutant("never", |_| false)
        .mutant("where p′(h) fits the data worse", |s| {
            s.fit_gain().is_negative()
        })
        .mutant("whenever p′ is not the first machine's p(h)", |s| {
            shares(&s.prior) != Stack::own_prior(&s.machine)
        })
        .finish();
    docket
        .on(
            "the bound gains Σ_h Q(h) [ln p′(h) − ln p(h)]",
            &cases,
            Stack::gain,
        )
        .printed_if(|_| true, Stack::fit_gain)
        .mutant("sign flip", |s| -s.fit_gain())
        .finish();
    // Tied weights: the second machine is the first one upside down.
    let tied: Vec<Case<Stack>> = rational_machines()
        .into_iter()
        .map(|c| {
            let prior = c.instance.transposed().visible_weights();
            let data = skewed(c.instance.visible());
            Case::new(
                c.size,
                c.label,
                Stack {
                    machine: c.instance,
                    data,
                    prior,
                },
            )
        })
        .collect();
    docket
        .on(
            "with tied weights the bound is the log probability of the single layer",
            &tied,
            |s| {
                let before = shares(&s.machine.visible_weights());
                s.average(|v| ln(&before[v]))
            },
        )
        .printed_if(
            |_| true,
            |s| {
                let layer = s.layer();
                s.average(|v| layer.bound(v))
            },
        )
        .mutant("weights tied without transposing", |s| {
            let wrong = Stack {
                prior: s.machine.reversed().hidden_weights(),
                ..s.clone()
            };
            let layer = wrong.layer();
            wrong.average(|v| layer.bound(v))
        })
        .finish();
}

fn never_falls(docket: &mut Docket) {
    let mut cases: Vec<Case<(Stack, bool)>> = Vec::new();
    for c in rational_machines() {
        let states = 1 << c.instance.visible();
        let mut push = |what: String, data: Vec<BigRational>, single: bool| {
            let prior = trained(&c.instance, &data);
            let stack = Stack {
                machine: c.instance.clone(),
                data,
                prior,
            };
            cases.push(Case::new(
                c.size,
                format!("{}, {what}", c.label),
                (stack, single),
            ));
        };
        for v in 0..states {
            let data = (0..states).map(|w| q(i64::from(v == w), 1)).collect();
            push(format!("one datum, state {v}"), data, true);
        }
        for v in [0, states - 1] {
            let data = (0..states)
                .map(|w| {
                    if v == w {
                        q(99, 100)
                    } else {
                        q(1, 100 * (i64::from(states) - 1))
                    }
                })
                .collect();
            push(format!("99 % of the data in state {v}"), data, false);
        }
    }
    let before = |s: &Stack| shares(&s.machine.visible_weights());
    let none_fell = |s: &Stack| {
        let after = s.layer().visible_distribution();
        (0..after.len()).all(|v| s.data[v].is_zero() || after[v] >= before(s)[v])
    };
    docket
        .on(
            "whether no datum has lost probability after the second layer was trained",
            &cases,
            |(s, _)| none_fell(s),
        )
        .printed_if(|(_, single)| *single, |_| true)
        .mutant("every datum loses", |(s, _)| {
            let after = s.layer().visible_distribution();
            (0..after.len()).all(|v| s.data[v].is_zero() || after[v] < before(s)[v])
        })
        .mutant("with the second layer trained the wrong way", |(s, _)| {
            let own = Stack::own_prior(&s.machine);
            let prior = own.iter().zip(&s.prior).map(|(a, b)| a * a / b).collect();
            none_fell(&Stack { prior, ..s.clone() })
        })
        .mutant("never", |_| false)
        .finish();
    docket
        .on(
            "the average over the data rises, and so does the bound",
            &cases,
            |(s, _)| {
                let after = s.layer().visible_distribution();
                let old = before(s);
                vec![
                    s.average(|v| ln(&after[v]) - ln(&old[v])).is_positive(),
                    s.gain().is_positive(),
                ]
            },
        )
        .printed_if(|_| true, |_| vec![true, true])
        .finish_constant();
}

fn fewer_detectors(docket: &mut Docket) {
    let shapes = [
        ((1, 1), false),
        ((1, 2), false),
        ((2, 2), false),
        ((1, 2), true),
    ];
    let mut cases: Vec<Case<Stack>> = shapes
        .into_iter()
        .map(|((n, m), independent)| {
            // W with a single non-zero row per hidden unit leaves the units dependent through v; with a
            // weight on the first unit only they are independent.
            let machine: Machine<BigRational> = machine((n, m), |k| {
                if independent && k == 1 {
                    q(1, 1)
                } else {
                    exponential(k)
                }
            });
            let own = Stack::own_prior(&machine);
            let table = JointTable::from_fn(0, m, |_, h| own[h].clone()).expect("a small table");
            let prior = (0..1 << m)
                .map(|h: usize| {
                    (0..m).fold(q(1, 1), |p, a| {
                        let mean = table.mean(0, 1 << a);
                        let up = h >> a & 1 == 1;
                        p * (q(1, 1) + if up { mean } else { -mean }) / q(2, 1)
                    })
                })
                .collect();
            let data = shares(&machine.visible_weights());
            let what = if independent {
                "the second hidden unit uncoupled"
            } else {
                "all weights"
            };
            let label = format!("{n} visible × {m} hidden, {what}, no second hidden layer");
            Case::new(
                n + m,
                label,
                Stack {
                    machine,
                    data,
                    prior,
                },
            )
        })
        .collect();
    for (n, m) in [(1, 2), (1, 3)] {
        let machine: Machine<BigRational> = machine((n, m), exponential);
        // The machine upside down: its visible layer, n units, is the second hidden one.
        let prior = shares(&machine.transposed().visible_weights());
        let data = shares(&machine.visible_weights());
        cases.push(Case::new(
            n + m,
            format!("{n} visible × {m} hidden, all weights, {n} detectors with tied weights"),
            Stack {
                machine,
                data,
                prior,
            },
        ));
    }
    let out_of_reach = |s: &Stack| s.prior != Stack::own_prior(&s.machine);
    docket
        .on(
            "whether the bound falls; first machines of 1×1, 1×2, 1×3 and 2×2 units",
            &cases,
            |s| s.gain().is_negative(),
        )
        .printed_if(out_of_reach, |_| true)
        .mutant("never", |_| false)
        .mutant("the bound rises", |s| s.gain().is_positive())
        .mutant("where p(h) is within reach", |s| !out_of_reach(s))
        .finish();
    docket
        .on(
            "what is lost is the total correlation Σ_a S(h_a) − S(h)",
            &cases,
            |s| -s.gain(),
        )
        .printed_if(
            |_| true,
            |s| entropy(&s.prior) - entropy(&Stack::own_prior(&s.machine)),
        )
        .mutant("S(h)", |s| entropy(&s.prior))
        .finish();
}

fn rbm_lower_bound(docket: &mut Docket) {
    let trial = |m: &Machine<BigRational>| Marginals::of(&m.table()).product();
    let distance = |m: &Machine<BigRational>| {
        kl_divergence(trial(m).entries(), m.table().normalised().entries())
    };
    docket
        .on(
            format!("F[A] − F, {RATIONAL}"),
            &rational_machines(),
            |m| {
                let a = trial(m);
                let energy = m
                    .table()
                    .entries()
                    .iter()
                    .zip(a.entries())
                    .fold(Enclosure::zero(), |e, (w, p)| {
                        e - Enclosure::from_rational(p) * ln(w)
                    });
                energy - entropy(a.entries()) - free_energy(&m.visible_weights())
            },
        )
        .printed(|m| -distance(m))
        .corrected(distance)
        .mutant("D_KL(p‖A)", |m| {
            kl_divergence(m.table().normalised().entries(), trial(m).entries())
        })
        .mutant("a tight bound", |_| Enclosure::zero())
        .mutant("twice", |m| distance(m) * Enclosure::exact(2.0))
        .finish();
}
