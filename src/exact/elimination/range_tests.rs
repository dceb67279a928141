//! Numbers that leave the range of doubles, on the way up, on the way down and at the end.

use super::passes::Readings;
use super::weight::Wide;
use super::{Budget, Elimination, Pass, WIDE_BYTES, WIDE_TIME};
use crate::exact::{ExactError, Limits, Plan, Quantity, Want};
use crate::model::{Factor, FactorGraph, Lattice, SpinHamiltonian, Term};
use crate::numeric::Enclosure;
use crate::random::Seed;
use num_rational::BigRational;

fn ready(cards: Vec<usize>, factors: Vec<(Vec<usize>, Vec<f64>)>) -> Elimination {
    let factors = factors
        .into_iter()
        .map(|(scope, values)| Factor { scope, values })
        .collect();
    Elimination::of_graph(&FactorGraph::new(cards, factors).unwrap())
}

#[test]
fn long_arms_do_not_lose_their_small_entries() {
    // Two arms of 100 links that are all ones bring (2¹⁰⁰, 2⁻⁴⁷⁰) each to a hub, where only the second counts.
    let (links, hub, end) = (100, 0, 1);
    let small = 2.0_f64.powi(-570);
    let mut n = 6;
    let mut factors = vec![
        (vec![hub, end], vec![1.0, 0.0, 0.0, 1.0]),
        (vec![end], vec![0.0, 1.0]),
        (vec![end, 2, 3, 4, 5], vec![1.0; 32]),
    ];
    for _ in 0..2 {
        for _ in 1..links {
            factors.push((vec![n, n + 1], vec![1.0; 4]));
            n += 1;
        }
        factors.push((vec![n, hub], vec![1.0, small, 1.0, small]));
        n += 1;
    }
    let ready = ready(vec![2; n], factors);
    // 2²⁰⁰ states of the arms, 2⁻¹¹⁴⁰ and 2⁴ states of the rest.
    let want = Enclosure::exact(-936.0) * Enclosure::exact(2.0).ln();
    let log_z = ready.log_z(&Limits::NONE).unwrap().unwrap();
    assert!(log_z.overlaps(want) && log_z.width() < 1e-9, "{log_z:?}");
    let (log, singles) = ready.singles(&Limits::NONE).unwrap();
    assert!(log.overlaps(want), "{log:?}");
    assert!(singles[hub][1].contains(1.0) && singles[hub][0].hi() <= 0.0);
    assert!(singles[6][0].contains(0.5) && singles[6][0].width() < 1e-9);
}

#[test]
fn drifting_messages_agree_with_wide_numbers() {
    let mut stream = Seed(31).stream("drift", 0);
    let (mut doubles, mut wides) = (0, 0);
    for round in 0..300 {
        let n = 3 + stream.index(30);
        let strength = [40.0, 250.0, 480.0][round % 3];
        let mut factors = Vec::new();
        for v in 1..n {
            let parent = v - 1 - stream.index(v.min(3));
            let values = (0..4)
                .map(|_| match stream.index(6) {
                    0 => 0.0,
                    1 | 2 => 1.0 + stream.uniform(),
                    _ => (strength * (2.0 * stream.uniform() - 1.0)).exp2(),
                })
                .collect();
            factors.push((vec![parent, v], values));
        }
        let ready = ready(vec![2; n], factors);
        let budget = Budget {
            plan: ready.plan(false),
            limits: &Limits::NONE,
        };
        match ready.clamped_pass(&[], false, budget) {
            Ok(Pass::Double(_)) => doubles += 1,
            Ok(Pass::Wide(_)) => wides += 1,
            Err(error) => panic!("{error}"),
        }
        let at = vec![Vec::new(); n];
        let Ok(want) = ready.marginals_in::<Wide>(&[], &Readings { pairs: &[], at }) else {
            panic!("wide numbers do not underflow")
        };
        let log_z = ready.log_z(&Limits::NONE).unwrap();
        assert_eq!(log_z.is_some(), want.is_some(), "{round}");
        let Some((want_log, want)) = want else {
            continue;
        };
        assert!(log_z.unwrap().overlaps(want_log), "{round}");
        let (log, singles) = ready.singles(&Limits::NONE).unwrap();
        assert!(log.overlaps(want_log) && log.width() < 1e-9, "{round}");
        for (p, q) in singles.iter().flatten().zip(want.singles.iter().flatten()) {
            assert!(p.overlaps(*q) && p.width() < 1e-11, "{round}: {p:?} {q:?}");
        }
    }
    assert!(doubles > 50 && wides > 20, "{doubles} {wides}");
}

#[test]
fn thousands_of_components_have_a_partition_function() {
    let n = 3000;
    let factors = (0..n).map(|v| (vec![v], vec![1.0, 0.9])).collect();
    let log_z = ready(vec![2; n], factors).log_z(&Limits::NONE);
    let log_z = log_z.unwrap().unwrap();
    let one = Enclosure::exact(1.0) + Enclosure::exact(0.9);
    assert!(log_z.overlaps(one.ln() * Enclosure::exact(n as f64)));
    assert!(log_z.width() < 1e-9, "{log_z:?}");
}

#[test]
fn probabilities_below_the_smallest_double_are_not_zero() {
    // From well within doubles over denormal ones to far below.
    for (a, b) in [
        (1e-300, 1e-300),
        (1e-160, 1e-160),
        (1e-150, 3e-159),
        (1e-154, 7e-154),
        (1e-150, 1e-150),
    ] {
        let ready = ready(
            vec![2],
            vec![(vec![0], vec![1.0, a]), (vec![0], vec![1.0, b])],
        );
        let (_, singles) = ready.singles(&Limits::NONE).unwrap();
        let exact = |x: f64| BigRational::from_float(x).unwrap();
        let weight = exact(a) * exact(b);
        let one = exact(1.0);
        let up = &weight / (&one + &weight);
        assert!(singles[0][1].contains_rational(&up), "{a} {b} {singles:?}");
        assert!(singles[0][0].contains_rational(&(one - up)), "{a} {b}");
        assert!(singles[0][1].hi() < 2.3e-308_f64.max(1.001 * a * b));
        assert!(singles[0][0].lo() > 1.0 - 1e-15);
    }
}

/// A frustrated glass whose messages spread over more than the range of doubles.
fn cold_glass() -> Elimination {
    let lattice = Lattice::torus(4, 4);
    let mut stream = Seed(2).stream("glass", 0);
    let bond = |(i, j)| Term {
        sites: vec![i, j],
        coupling: 800.0 * stream.normal(),
    };
    let terms = lattice.bonds().into_iter().map(bond).collect();
    Elimination::of_spins(&SpinHamiltonian::new(16, terms).unwrap()).unwrap()
}

/// What the limits on one quantity say, where doubles alone would be within them.
fn refused<T>(found: Result<T, ExactError>, doubles: Plan, quantity: Quantity) {
    match found {
        Err(ExactError::TooLarge { plan, exceeded, .. }) => {
            assert_eq!(exceeded, quantity);
            assert!((plan.bytes / doubles.bytes - WIDE_BYTES).abs() < 1e-12);
            assert!((plan.seconds / doubles.seconds - WIDE_TIME).abs() < 1e-12);
        }
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("{quantity}: not refused"),
    }
}

#[test]
fn wide_numbers_are_admitted_before_they_are_used() {
    let ready = cold_glass();
    let pairs = [(0, 1), (0, 10)];
    let want = Want::ALL;
    let plans = [
        ready.plan(false),
        ready.plan(true),
        ready.plan_pairs(&pairs),
        ready.plan_spins(want),
        ready.plan_all_pairs(),
        ready.plan_samples(3),
    ];
    for (case, plan) in plans.into_iter().enumerate() {
        let mut stream = Seed(3).stream("wide", 0);
        let mut run = |limits: &Limits| -> Result<(), ExactError> {
            match case {
                0 => ready.log_z(limits).map(|_| ()),
                1 => ready.singles(limits).map(|_| ()),
                2 => ready.joint_of_pairs(&pairs, limits).map(|_| ()),
                3 => ready.spins(want, limits).map(|_| ()),
                4 => ready.joint_of_all(limits).map(|_| ()),
                _ => ready.samples(3, &mut stream, limits).map(|_| ()),
            }
        };
        let limits = |bytes: f64, seconds: f64| Limits {
            max_bytes: bytes * plan.bytes,
            max_seconds: seconds * plan.seconds,
        };
        // Enough for doubles, not for wide numbers; then enough.
        refused(run(&limits(1.5, 1e9)), plan, Quantity::Bytes);
        refused(run(&limits(1e9, 1.5)), plan, Quantity::Seconds);
        let enough = limits(WIDE_BYTES, WIDE_TIME);
        assert_eq!(run(&enough), Ok(()), "{case}");
    }
}

#[test]
fn doubles_that_suffice_need_no_more_than_they_were_planned_for() {
    let model = Lattice::torus(4, 4).ising(0.4, 0.1).unwrap();
    let ready = Elimination::of_spins(&model).unwrap();
    let plan = ready.plan(true);
    let limits = Limits {
        max_bytes: plan.bytes,
        max_seconds: plan.seconds,
    };
    assert!(ready.singles(&limits).is_ok());
}

#[test]
fn terms_below_the_resolution_of_energies_are_within_the_bounds() {
    for k in [1e-29, 1e-30, 1e-300] {
        let term = |sites: &[usize]| Term {
            sites: sites.to_vec(),
            coupling: k,
        };
        let terms = vec![term(&[0, 1]), term(&[2])];
        let model = SpinHamiltonian::new(3, terms).unwrap();
        let ready = Elimination::of_spins(&model).unwrap();
        let found = ready.spins(Want::ALL, &Limits::default()).unwrap();
        // tanh k is k, to its last digit.
        let truth = Enclosure::exact(k);
        assert!(found.pair.unwrap().get(0, 1).overlaps(truth), "{k:e}");
        assert!(found.mean.unwrap()[2].overlaps(truth), "{k:e}");
        let joint = ready.joint_of_pairs(&[(0, 1)], &Limits::default()).unwrap();
        let up = joint.pairs[0][3];
        assert!(up.lo() < 0.25 && up.hi() > 0.25 && up.width() < 1e-14);
    }
}
