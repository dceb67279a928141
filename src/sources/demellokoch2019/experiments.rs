//! Sections III-A and IV-A: what is said of the data, the lattices and the blocks.

use crate::exact::correlation_bounds::{lower_bound, upper_bound};
use crate::ledger::{Case, Claim, Docket, EvidenceKind, Form, Source};
use crate::numeric::Enclosure;
use crate::rg::square_blocks::{average, blocks, normalised_average};
use num_rational::BigRational;
use num_traits::One;

const BLANK: Claim = Claim {
    source: Source::DeMelloKoch2019,
    ..Claim::BLANK
};

pub(super) const CLAIMS: &[Claim] = &[
    Claim {
        id: "demellokoch2019-text-training-set-size",
        title: "size of the training set",
        printed: "20000 samples at each temperature, ranging from 0 to 5.9 in increments of 0.1, \
                  gives a total of 1200000 configurations",
        conventions: &["both ends of the range included"],
        decide: decide_training_set,
        ..BLANK
    },
    Claim {
        id: "demellokoch2019-text-factor-four",
        title: "sites lost in a step",
        printed: "In each step of the RG, the number of lattice sites is reduced by a factor of 4: from lattices \
                  with 1024 sites to lattices with 64 sites (two steps), 4096 to 64 (three steps)",
        assumptions: &["even sides"],
        decide: decide_factor_four,
        ..BLANK
    },
    Claim {
        id: "demellokoch2019-text-half-lattice-distance",
        title: "largest distance on a periodic lattice",
        printed: "We enforce periodic boundary conditions so that a maximum possible distance between two spins is \
                  half the lattice size",
        conventions: &[
            "lattice size L: the length of a side; distances squared are compared with (L/2)²",
        ],
        condition: Some(
            "the distance is measured along an axis of a lattice of even side; between any two spins the \
             largest distance is L/√2 (22.6 for 32 by 32)",
        ),
        decide: decide_half_lattice,
        ..BLANK
    },
    Claim {
        id: "demellokoch2019-text-correlation-dropped",
        title: "correlation at half the lattice",
        printed: "this maximum distance must be large enough so that the spin-spin correlation has dropped to zero. \
                  Our lattice is large enough.",
        conventions: &[
            "32 by 32, periodic, T = 2.269, J = k = 1, distance 16 along an axis",
            "\"dropped to zero\" read generously, as below 1/20 of the correlation of a spin with itself",
        ],
        corrected: Some(
            "at T = 2.269 the correlation at half of a periodic 32 by 32 lattice is above 1/20: it falls as r^{−1/4} \
             and at no lattice size drops to zero at the critical point",
        ),
        wrong: Some(
            "at the critical point the correlation has no length on which it drops: what is neglected is not small \
             at distance 16",
        ),
        decide: decide_dropped,
        ..BLANK
    },
    Claim {
        id: "demellokoch2019-text-block-normalised",
        title: "normalised block average",
        printed: "The four spin values located at the red dots surrounding each blue dot are averaged and then \
                  normalised to ±1, to obtain the value of the spin at the new (blue) lattice point",
        conventions: &["the square of the value is compared with 1"],
        condition: Some(
            "the four spins are not in a tie: for 6 of the 16 states the average is zero and nothing normalises it, \
             so a rule for ties is part of the transformation",
        ),
        decide: decide_normalised,
        ..BLANK
    },
    Claim {
        id: "demellokoch2019-text-block-is-average",
        title: "block spin of figure 5a, by appendix B",
        printed: "The \"block spin\" is literally the average of the four spins in the block. The plots shown in \
                  Figures 5a use block spin averaging.",
        conventions: &[
            "against the block spin that section IV-A makes for figure 5, ties left out",
        ],
        condition: Some(
            "the four spins agree: otherwise their average is 0 or ±1/2, and section IV-A normalises the block spins \
             of figure 5 to ±1",
        ),
        decide: decide_average,
        ..BLANK
    },
    Claim {
        id: "demellokoch2019-fig5d",
        title: "blocks of figure 5d",
        printed: "Figure 5(d) shows one step of RG: each blue dot is surrounded by four red dots, whose average determines \
                  its value",
        conventions: &["each site of the lattice is surrounding exactly one blue dot"],
        assumptions: &["even sides"],
        decide: decide_blocks,
        ..BLANK
    },
];

fn q(n: i64, d: i64) -> BigRational {
    BigRational::new(n.into(), d.into())
}

fn decide_training_set(d: &mut Docket) {
    let cases = [Case::new(1, "T = 0, 0.1, …, 5.9", (59_i64, 20_000_i64))];
    let count = |last: i64, each: i64| {
        // Temperatures in tenths, one by one.
        (0..=last).fold(q(0, 1), |sum, _| sum + q(each, 1))
    };
    d.on(
        "temperatures counted one by one",
        &cases,
        |&(last, each)| count(last, each),
    )
    .printed(|_| q(1_200_000, 1))
    .mutant("one end left out", |&(_, each)| q(59 * each, 1))
    .mutant("up to 6.0", |&(_, each)| q(61 * each, 1))
    .mutant("30000 samples", |&(last, _)| q((last + 1) * 30_000, 1))
    .finish_constant();
    d.not_vacuous(
        "another range gives another number",
        count(39, 20_000) != count(59, 20_000),
    );
}

fn decide_factor_four(d: &mut Docket) {
    let cases: Vec<_> = [(2, 1), (4, 1), (32, 1), (32, 2), (64, 3)]
        .map(|(side, steps)| {
            Case::new(
                side * side,
                format!("{side} by {side}, {steps} steps"),
                (side, steps),
            )
        })
        .to_vec();
    let after = |&(side, steps): &(usize, u32)| {
        // A step replaces every block by one site; the new lattice is again a square.
        let side = (0..steps).fold(side, |side, _| blocks(side).len().isqrt());
        q((side * side) as i64, 1)
    };
    let divided =
        |by: i64| move |&(side, steps): &(usize, u32)| q((side * side) as i64, by.pow(steps));
    d.on(
        "sites after some steps, by making the blocks",
        &cases,
        after,
    )
    .printed(divided(4))
    .mutant("factor 2", divided(2))
    .mutant("factor 3", divided(3))
    .mutant("factor 16", divided(16))
    .finish();
}

fn decide_half_lattice(d: &mut Docket) {
    let mut cases = Vec::new();
    for side in [2_i64, 3, 4, 8, 32] {
        for axis in [true, false] {
            let what = if axis {
                "along an axis"
            } else {
                "any two spins"
            };
            cases.push(Case::new(
                (side * side) as usize,
                format!("{side} by {side}, {what}"),
                (side, axis),
            ));
        }
    }
    // Displacements one by one; the distance in each direction is the shorter way round.
    let largest = |&(side, axis): &(i64, bool)| {
        let round = |x: i64| x.min(side - x);
        let squares = (0..side).flat_map(|x| (0..side).map(move |y| (x, y)));
        let allowed = squares.filter(|&(_, y)| !axis || y == 0);
        q(
            allowed
                .map(|(x, y)| round(x).pow(2) + round(y).pow(2))
                .max()
                .unwrap_or(0),
            1,
        )
    };
    d.on(
        "square of the largest distance, by trying all displacements",
        &cases,
        largest,
    )
    .printed_if(
        |&(side, axis)| axis && side % 2 == 0,
        |&(side, _)| q(side * side, 4),
    )
    .mutant("the whole size", |&(side, _)| q(side * side, 1))
    .mutant("a quarter", |&(side, _)| q(side * side, 16))
    .mutant("open boundary", |&(side, _)| q((side - 1).pow(2), 1))
    .finish();
}

/// Whether the correlation at half of a periodic lattice is below 1/20, by rigorous bounds.
fn dropped(side: usize, temperature: f64) -> bool {
    let coupling = Enclosure::one() / Enclosure::exact(temperature);
    if upper_bound((side / 2) as i32, coupling) < 0.05 {
        return true;
    }
    assert!(
        lower_bound(side, side / 2, 10, coupling) > 0.05,
        "the bounds do not decide at T = {temperature}"
    );
    false
}

fn decide_dropped(d: &mut Docket) {
    let cases = [
        Case::new(32, "T = 2.269", 2.269),
        Case::new(32, "T = 10, far above T_c", 10.0),
    ];
    d.on(
        "32 by 32, periodic, distance 16: below 1/20, by the inequalities of Griffiths (an open 32 by 10 rectangle \
         inside it) and Fisher",
        &cases,
        |&t| dropped(32, t),
    )
    .kind(EvidenceKind::Enclosure)
    .printed(|_| true)
    .corrected(|&t| t > 5.0)
    .mutant("one column of the lattice (a chain)", |&t: &f64| {
        let k = Enclosure::one() / Enclosure::exact(t);
        lower_bound(32, 16, 1, k) < 0.05
    })
    .mutant("T doubled", |&t| dropped(32, 2.0 * t.max(3.5)))
    .mutant("never dropped", |_| false)
    .finish();
    let bound = lower_bound(32, 16, 10, Enclosure::one() / Enclosure::exact(2.269));
    d.note(
        Form::Corrected,
        EvidenceKind::Enclosure,
        "32 by 32, periodic, distance 16: below 1/20, by the inequalities of Griffiths (an open 32 by 10 rectangle \
         inside it) and Fisher",
        format!("the correlation at T = 2.269 is at least {bound:.4}"),
    );
}

fn decide_normalised(d: &mut Docket) {
    let cases: Vec<_> = (0..16_i64)
        .map(|bits| {
            let spins = [0, 1, 2, 3].map(|i| 1 - 2 * (bits >> i & 1));
            Case::new(4, format!("spins {spins:?}"), spins)
        })
        .collect();
    let square = |x: BigRational| &x * &x;
    d.on(
        "the square of a spin, all states of a block",
        &cases,
        |_| q(1, 1),
    )
    .printed_if(
        |s| s.iter().sum::<i64>() != 0,
        // Nothing normalises a tie: the average itself is left.
        |s| square(normalised_average(*s).map_or_else(|| average(*s), |h| q(h, 1))),
    )
    .mutant("the average, not normalised", |s| square(average(*s)))
    .mutant("the sum", |s| square(q(s.iter().sum(), 1)))
    .mutant("half the sum", |s| square(q(s.iter().sum(), 2)))
    .finish_constant();
    let values: Vec<_> = cases
        .iter()
        .map(|c| normalised_average(c.instance))
        .collect();
    d.not_vacuous(
        "the block spin takes both values",
        values.contains(&Some(1)) && values.contains(&Some(-1)),
    );
}

fn decide_average(d: &mut Docket) {
    let cases: Vec<_> = (0..16_i64)
        .map(|bits| [0, 1, 2, 3].map(|i| 1 - 2 * (bits >> i & 1)))
        .filter(|spins| normalised_average(*spins).is_some())
        .map(|spins| Case::new(4, format!("spins {spins:?}"), spins))
        .collect();
    let total = |s: &[i64; 4]| s.iter().sum::<i64>();
    d.on(
        "the block spin of section IV-A, all states without a tie",
        &cases,
        |s| q(normalised_average(*s).unwrap_or(0), 1),
    )
    .printed_if(|s| total(s).abs() == 4, |s| average(*s))
    .mutant("sign flipped", |s| -average(*s))
    .mutant("the sum", |s| q(total(s), 1))
    .mutant("the first spin's half", |s| q(s[0], 2))
    .finish();
}

fn decide_blocks(d: &mut Docket) {
    let cases: Vec<_> = [2, 4, 6, 32]
        .map(|side| Case::new(side * side, format!("{side} by {side}"), side))
        .to_vec();
    // How often each site occurs.
    let coverage = |side: usize, blocks: &[[usize; 4]]| {
        let mut times = vec![q(0, 1); side * side];
        for &site in blocks.as_flattened() {
            times[site % (side * side)] += q(1, 1);
        }
        times
    };
    let moved = |side: usize, f: &dyn Fn(usize) -> [usize; 4]| {
        coverage(
            side,
            &blocks(side).iter().map(|b| f(b[0])).collect::<Vec<_>>(),
        )
    };
    d.on("in how many blocks each site is", &cases, |&side| {
        vec![q(1, 1); side * side]
    })
    .printed(|&side| coverage(side, &blocks(side)))
    .mutant("overlapping blocks", |&side| {
        moved(side, &|c| [c, c + 1, c + 2, c + side])
    })
    .mutant("a site taken twice", |&side| {
        moved(side, &|c| [c, c, c + 1, c + side])
    })
    .mutant("blocks of one column", |&side| {
        moved(side, &|c| [c, c + side, c + 2 * side, c + 3 * side])
    })
    .finish();
}
