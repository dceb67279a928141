//! The flow of the temperature (sections II.C, IV-A and V, figure 7a).

use crate::exact::square_ising::{
    critical_temperature, inverse_correlation_length, temperature_of_scaled_gap,
};
use crate::ledger::{Case, Claim, Docket, EvidenceKind, Form, Source};
use crate::numeric::Enclosure;
use crate::rg::temperature_flow::{decimated_tanh, tanh_of};
use num_rational::BigRational;
use num_traits::One;

const BLANK: Claim = Claim {
    source: Source::DeMelloKoch2019,
    ..Claim::BLANK
};

const BY_LENGTH: &str = "the temperature of a coarse lattice is the one whose exact correlation length is half, \
                         in lattice spacings: 2(K* − K) doubles";

pub(super) const CLAIMS: &[Claim] = &[
    Claim {
        id: "demellokoch2019-text-unstable-fixed-point",
        title: "the fixed point is unstable",
        printed: "This fixed point is an unstable fixed point meaning that generic flows move away from the fixed \
                  point […] there is a relevant operator present",
        conventions: &[BY_LENGTH],
        assumptions: &["square lattice, zero field, the direction of the temperature"],
        decide: decide_unstable,
        ..BLANK
    },
    Claim {
        id: "demellokoch2019-text-temperature-doubles",
        title: "doubling of the temperature",
        printed: "the temperature of the system, which in suitable units has a dimension of inverse length, will roughly \
                  double […] as each new layer is stacked",
        conventions: &[
            "T = 1/K, scale factor 2 a step",
            "chain: every second spin summed over; square lattice: T of the lattice whose correlation length is \
             half",
            "\"roughly double\" on the square lattice: a factor between 4/3 and 3 at every step",
        ],
        corrected: Some(
            "it is the inverse correlation length that doubles: tanh K′ = tanh²K in the chain, and 2(K* − K) on the \
             square lattice; near T_c this doubles T − T_c, at high temperature it squares T",
        ),
        wrong: Some(
            "the temperature is given a dimension that the inverse correlation length has: T itself rises by a factor \
             that goes from 1 at the critical point to T at high temperature",
        ),
        decide: decide_doubling,
        ..BLANK
    },
    Claim {
        id: "demellokoch2019-text-ever-higher",
        title: "the flow to higher temperatures",
        printed: "The temperature is a relevant coupling so it grows as the flow proceeds; the RG flows to ever higher \
                  temperatures",
        conventions: &[BY_LENGTH],
        assumptions: &["square lattice, zero field"],
        condition: Some(
            "the flow starts above T_c; below T_c the temperature falls to zero, because it is the distance from T_c \
             that grows",
        ),
        decide: decide_higher,
        ..BLANK
    },
    Claim {
        id: "demellokoch2019-text-layer-doubling",
        title: "measured temperatures of the layers",
        printed: "The temperature of each layer is roughly 2.3, 4.8 and 11 for layers 1, 2 and 3 respectively [from \
                  T = 2.7], consistent with the rough rule that the temperature doubles with each step",
        conventions: &[
            "the ratio of a temperature to the one before, rounded to a whole number, against 2",
        ],
        condition: Some(
            "the step from the input to layer 1 is left out: from 2.7 (text) the temperature falls to 2.3, and from T_c \
             (caption of figure 7) it stays",
        ),
        decide: decide_layers,
        ..BLANK
    },
    Claim {
        id: "demellokoch2019-text-thermometer-range",
        title: "range of the thermometer",
        printed: "The supervised network is trained to measure discrete temperatures of T = 0, 0.1, …, 5.9 (section \
                  III-A); the temperature of each layer is roughly 2.3, 4.8 and 11 (section IV-A)",
        conventions: &["a classifier returns one of the temperatures that it was trained on"],
        condition: Some(
            "the temperature is at most 5.9: 11 is no output of this network, so layer 3 was measured in some way \
             that the document does not describe",
        ),
        decide: decide_thermometer,
        ..BLANK
    },
    Claim {
        id: "demellokoch2019-text-fig7a-input",
        title: "temperature of the input of figure 7a",
        printed: "Figure 7a: an input lattice of size 64 by 64, at a temperature of T = 2.7 (text); an input lattice at \
                  T_c with 4096 sites (caption)",
        conventions: &["J = k = 1"],
        wrong: Some("text and caption give one input two temperatures"),
        decide: decide_input,
        ..BLANK
    },
];

fn q(n: i64, d: i64) -> BigRational {
    BigRational::new(n.into(), d.into())
}

/// A temperature given in hundredths.
fn temperature(hundredths: i64) -> Enclosure {
    Enclosure::from_rational(&q(hundredths, 100))
}

fn tc() -> Enclosure {
    critical_temperature(Enclosure::one())
}

fn cases(hundredths: &[i64]) -> Vec<Case<i64>> {
    hundredths
        .iter()
        .map(|&t| {
            Case::new(
                t.unsigned_abs() as usize,
                format!("T = {}", t as f64 / 100.0),
                t,
            )
        })
        .collect()
}

fn decide_unstable(d: &mut Docket) {
    let starts = cases(&[150, 220, 230, 270, 500]);
    let farther = |t: i64, factor: f64| {
        let before = temperature(t) - tc();
        let after = temperature_of_scaled_gap(temperature(t), factor) - tc();
        assert!(
            before.is_positive() == after.is_positive(),
            "on the same side"
        );
        after.abs().lo() > before.abs().hi()
    };
    d.on(
        "whether a step by a factor 2 takes T farther from T_c",
        &starts,
        |&t| farther(t, 2.0),
    )
    .kind(EvidenceKind::Enclosure)
    .printed(|_| true)
    .mutant("stable", |_| false)
    .mutant("the scale refined instead", |&t| farther(t, 0.5))
    .mutant("stable from below", |&t| t > 227)
    .mutant("stable from above", |&t| t < 227)
    .finish_constant();
    let gap = |t: i64| inverse_correlation_length(Enclosure::one() / temperature(t));
    d.not_vacuous(
        "the correlation length depends on T",
        gap(500).lo() > gap(270).hi(),
    );
    // The relevant direction: the inverse correlation length vanishes at T_c.
    let critical = [Case::new(1, "K = K_c", ())];
    d.on("the fixed point: 1/ξ at T_c", &critical, |()| {
        inverse_correlation_length(Enclosure::one() / tc())
    })
    .printed(|()| Enclosure::exact(0.0))
    .mutant("a finite correlation length", |()| Enclosure::exact(1e-6))
    .finish_constant();
}

fn decide_doubling(d: &mut Docket) {
    let chain: Vec<_> = [(3, 2), (2, 1), (5, 1), (11, 10), (101, 100)]
        .map(|(n, m)| Case::new(3, format!("chain, e^K = {n}/{m}"), q(n, m)))
        .to_vec();
    let one = || q(1, 1);
    d.on(
        "tanh K′ of the decimated chain, from the states of the spin summed over",
        &chain,
        decimated_tanh,
    )
    // T′ = 2T: tanh(K/2).
    .printed(|g| (g - one()) / (g + one()))
    .corrected(|g| tanh_of(g) * tanh_of(g))
    .mutant("inverse length tripled", |g| {
        tanh_of(g) * tanh_of(g) * tanh_of(g)
    })
    .mutant("inverse length kept", tanh_of)
    .mutant("T halved", |g| tanh_of(&(g * g)))
    .finish();
    let steps = [
        Case::new(4, "square lattice, first step from T = 2.7", 1_u32),
        Case::new(8, "square lattice, second step from T = 2.7", 2),
        Case::new(16, "square lattice, third step from T = 2.7", 3),
        Case::new(32, "square lattice, fourth step from T = 2.7", 4),
    ];
    let ratio = |step: u32| {
        let at = |n: u32| temperature_of_scaled_gap(temperature(270), f64::from(1_u32 << n));
        at(step) / at(step - 1)
    };
    let rough = |r: Enclosure| r.lo() > 4.0 / 3.0 && r.hi() < 3.0;
    let scope = "square lattice: whether T rises by a factor between 4/3 and 3";
    d.on(scope, &steps, |&n| rough(ratio(n)))
        .kind(EvidenceKind::Enclosure)
        .printed(|_| true)
        .finish();
    let flow: Vec<String> = (1..5)
        .map(|n| {
            let t = temperature_of_scaled_gap(temperature(270), f64::from(1_u32 << n));
            format!("{:.3}", t.mid())
        })
        .collect();
    d.note(
        Form::Printed,
        EvidenceKind::Enclosure,
        scope,
        format!("from 2.7 the temperature goes to {}", flow.join(", ")),
    );
}

fn decide_higher(d: &mut Docket) {
    let starts = cases(&[100, 200, 226, 230, 270, 500]);
    let rises =
        |&t: &i64| temperature_of_scaled_gap(temperature(t), 2.0).lo() > temperature(t).hi();
    d.on("whether T rises in a step by a factor 2", &starts, rises)
        .kind(EvidenceKind::Enclosure)
        .printed_if(|&t| temperature(t).lo() > tc().hi(), |_| true)
        .mutant("falls everywhere", |_| false)
        .mutant("rises above T = 4 (mean field)", |&t| t > 400)
        .mutant("rises below T_c", |&t| t < 227)
        .finish();
}

fn decide_layers(d: &mut Docket) {
    // Tenths of the temperatures of the input and of layers 1 to 3.
    let given = [27, 23, 48, 110];
    let steps: Vec<_> = (1..4)
        .map(|n: usize| {
            let label = format!(
                "step {n}: {} → {}",
                given[n - 1] as f64 / 10.0,
                given[n] as f64 / 10.0
            );
            Case::new(n, label, n)
        })
        .collect();
    let ratio = |n: usize| q(given[n], given[n - 1]);
    d.on("ratio of the temperatures given, rounded", &steps, |&n| {
        ratio(n).round()
    })
    .printed_if(|&n| n > 1, |_| q(2, 1))
    .mutant("triples", |_| q(3, 1))
    .mutant("stays", |_| q(1, 1))
    .mutant("squares", |&n| q(given[n - 1], 10).round())
    .finish();
}

fn decide_thermometer(d: &mut Docket) {
    let cases: Vec<_> = [(1_usize, 23_i64), (2, 48), (3, 110)]
        .map(|(layer, tenths)| {
            Case::new(
                layer,
                format!("layer {layer}, T = {}", tenths as f64 / 10.0),
                tenths,
            )
        })
        .to_vec();
    let among = |first: i64, last: i64| move |t: &i64| (first..=last).any(|class| class == *t);
    d.on(
        "whether the temperature is one of the classes",
        &cases,
        among(0, 59),
    )
    .printed_if(|&t| t <= 59, |_| true)
    .mutant("classes up to 4.0", among(0, 40))
    .mutant("classes from 3.0", among(30, 59))
    .mutant("classes up to 12", among(0, 120))
    .finish();
}

fn decide_input(d: &mut Docket) {
    let one = || Enclosure::one();
    let case = [Case::new(4096, "64 by 64", ())];
    d.on(
        "T_c of the caption against the temperature in the text",
        &case,
        |()| tc(),
    )
    .printed(|()| temperature(270))
    .mutant("T_c of the triangular lattice", |()| {
        Enclosure::exact(4.0) / Enclosure::exact(3.0).ln()
    })
    .mutant("T_c of the honeycomb lattice", |()| {
        Enclosure::exact(2.0) / (Enclosure::exact(2.0) + Enclosure::exact(3.0).sqrt()).ln()
    })
    .mutant("T_c of mean-field theory", |()| Enclosure::exact(4.0))
    .finish_constant();
    d.not_vacuous(
        "T_c moves with J, so the two could have agreed",
        critical_temperature(one() + Enclosure::exact(0.25)).lo() > 2.7,
    );
}
