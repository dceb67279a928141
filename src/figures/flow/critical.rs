//! Whether flows end at the critical point.

use super::super::block_levels::Level;
use super::super::entries::{brief, chart, series, temperature};
use super::super::experiment::Run;
use super::super::ising_data::{GroundStates, configurations};
use super::super::judgement::{mutant, not_vacuous, verdict_over};
use super::super::machines::{Flow, FlowKind};
use super::super::picture::{Mark, Panel, Picture};
use super::super::thermometers::{Method, Thermometers};
use super::{CRITICAL, NEAR, SIDE, Sizes, Start, Variant, end_of};
use crate::exact::kaufman;
use crate::ledger::{Basis, Control, Finding, Number};
use crate::model::RbmWeights;
use crate::random::Seed;

pub(super) const READINGS: [Method; 3] = [Method::Energy, Method::Network, Method::Ideal];

/// Readings along a flow, for lengths 0 to the longest.
fn follow(
    machine: &RbmWeights,
    kind: FlowKind,
    bits: &[u8],
    seed: Seed,
    longest: u64,
    read: impl Fn(&Level) -> f64,
) -> Vec<f64> {
    let mut flow = Flow::new(machine, kind, bits, seed);
    let mut found = vec![read(&Level::new(SIDE, flow.bits().to_vec()))];
    for _ in 0..longest {
        flow.step();
        found.push(read(&Level::new(SIDE, flow.bits().to_vec())));
    }
    found
}

/// The temperature at which the heat capacity of the 10 by 10 torus is largest, by golden sections.
fn heat_capacity_maximum() -> f64 {
    let heat = |t: f64| {
        kaufman(SIDE, SIDE, 1.0 / t, 1.0 / t).map_or(0.0, |torus| torus.heat_capacity.mid())
    };
    let golden = (5.0_f64.sqrt() - 1.0) / 2.0;
    let (mut low, mut high) = (2.0, 2.8);
    while high - low > 1e-6 {
        let (a, b) = (high - golden * (high - low), low + golden * (high - low));
        if heat(a) > heat(b) {
            high = b;
        } else {
            low = a;
        }
    }
    f64::midpoint(low, high)
}

pub(super) fn near(t: f64) -> bool {
    (t - CRITICAL).abs() <= NEAR
}

/// The decision on machines that know no critical point, and on configurations that are at it.
fn judged_controls(
    run: &Run,
    sizes: &Sizes,
    thermometers: &Thermometers,
    starts: &[Start],
    (controls, sound): (&[(&'static str, RbmWeights)], &[Method]),
    numbers: &mut Vec<Number>,
) -> Vec<Control> {
    let mut list = Vec::new();
    for (name, machine) in controls {
        let read: Vec<f64> = starts
            .iter()
            .map(|s| {
                let end = end_of(machine, FlowKind::Means, &s.bits, run.seed, sizes.longest);
                thermometers.read(&end, Method::Energy)
            })
            .collect();
        let here = read.iter().filter(|&&t| near(t)).count();
        numbers.push(brief(
            format!(
                "starts of {} whose flow ends near T_c, {name}",
                starts.len()
            ),
            here as f64,
        ));
        list.push(mutant(*name, read.iter().all(|&t| near(t))));
    }
    // The decision sees T_c where it is.
    list.push(not_vacuous(
        "exact configurations at T_c are read as T_c by their energy",
        sound.contains(&Method::Energy),
    ));
    list
}

/// The thermometers that read exact configurations at `T_c` within [`NEAR`]; the others do not vote.
fn sound_readings(run: &Run, thermometers: &Thermometers) -> Vec<Method> {
    let critical = configurations(
        SIDE,
        CRITICAL,
        4000,
        GroundStates::Both,
        run.seed,
        "flow/at T_c",
    );
    let Ok(bits) = critical else {
        return Vec::new();
    };
    let level = Level::new(SIDE, bits);
    let reads = |m: &Method| near(thermometers.read(&level, *m));
    READINGS.into_iter().filter(reads).collect()
}

pub(super) fn critical_finding(
    run: &Run,
    sizes: &Sizes,
    thermometers: &Thermometers,
    starts: &[Start],
    (all, machines): (&[Variant], &[RbmWeights]),
    controls: &[(&'static str, RbmWeights)],
) -> (Finding, Picture) {
    let peak = heat_capacity_maximum();
    let mut numbers = vec![brief(
        "T of the largest heat capacity, 10 by 10, exact",
        peak,
    )];
    let sound = sound_readings(run, thermometers);
    let left_out = (READINGS.len() - sound.len()) * all.len();
    let mut answers = Vec::new();
    let (mut at_critical, mut cases) = (0, 0);
    let mut ends_of_default = Vec::new();
    for (variant, machine) in all.iter().zip(machines) {
        let ends: Vec<Level> = starts
            .iter()
            .map(|s| end_of(machine, variant.kind, &s.bits, run.seed, sizes.longest))
            .collect();
        for &method in &sound {
            let read: Vec<f64> = ends.iter().map(|e| thermometers.read(e, method)).collect();
            answers.push(read.iter().all(|&t| near(t)));
            at_critical += read.iter().filter(|&&t| near(t)).count();
            cases += read.len();
            if method == Method::Energy {
                for (start, &t) in starts.iter().zip(&read) {
                    numbers.push(temperature(
                        &format!(
                            "at length {} from {}, {}",
                            sizes.longest, start.name, variant.label
                        ),
                        t,
                        CRITICAL,
                    ));
                }
                if ends_of_default.is_empty() {
                    ends_of_default = read;
                }
            }
        }
    }
    let list = judged_controls(
        run,
        sizes,
        thermometers,
        starts,
        (controls, &sound),
        &mut numbers,
    );
    let (low, high) = ends_of_default
        .iter()
        .fold((f64::INFINITY, 0.0_f64), |(l, h), &t| (l.min(t), h.max(t)));
    let word = |t: f64| {
        if t.is_finite() {
            format!("{t:.2}")
        } else {
            "infinity".to_owned()
        }
    };
    let closer = ends_of_default
        .iter()
        .filter(|&&t| (t - CRITICAL).abs() < (t - peak).abs())
        .count();
    let finding = Finding {
        claim: "demellokoch2019-text-flow-to-critical".to_owned(),
        basis: Basis::Criterion,
        printed: "given any initial snapshot, the RBM flows towards the critical point of the Ising model".to_owned(),
        verdict: verdict_over(answers),
        because: format!(
            "by the energy of their signs the flows of the default machine end at temperatures from {} to {} according to \
             their start; over all trainings and thermometers {at_critical} of {cases} starts end within {NEAR} of T_c \
             ({left_out} choices left out, since their thermometer misses exact configurations at T_c by more). \
             The heat capacity of the 10 by 10 lattice is largest at {peak:.3}; {closer} of {} ends are nearer to T_c than \
             to that",
            word(low),
            word(high),
            starts.len()
        ),
        test: format!(
            "{} independent flows from each of {} starts; a stated criterion, not a test",
            sizes.flows,
            starts.len()
        ),
        numbers,
        controls: list,
    };
    (
        finding,
        picture(run, sizes, thermometers, starts, (&all[0], &machines[0])),
    )
}

fn picture(
    run: &Run,
    sizes: &Sizes,
    thermometers: &Thermometers,
    starts: &[Start],
    (variant, machine): (&Variant, &RbmWeights),
) -> Picture {
    let panel = |kind: FlowKind, title: &str| {
        let lines = starts
            .iter()
            .map(|s| {
                let read = follow(
                    machine,
                    kind,
                    &s.bits,
                    run.seed,
                    sizes.longest.min(40),
                    |l| thermometers.read(l, Method::Energy),
                );
                let points: Vec<(f64, f64)> = read
                    .iter()
                    .enumerate()
                    .map(|(n, &t)| (n as f64, t.min(8.0)))
                    .collect();
                series(s.name.as_str(), &points)
            })
            .collect();
        let mut drawn = chart(
            title,
            "length of the flow",
            "temperature (at most 8 is drawn)",
            lines,
        );
        drawn.marks = vec![
            Mark::Horizontal(CRITICAL, "T_c".to_owned()),
            Mark::Horizontal(heat_capacity_maximum(), "largest heat capacity".to_owned()),
        ];
        Panel::Chart(drawn)
    };
    let other = match variant.kind {
        FlowKind::Means => FlowKind::Samples,
        FlowKind::Samples => FlowKind::Means,
    };
    Picture {
        name: "flow-temperatures".to_owned(),
        title: "temperature by energy along flows of the default machine".to_owned(),
        columns: 2,
        panels: vec![panel(variant.kind, "means"), panel(other, "samples")],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heat_capacity_has_its_maximum_where_it_is_said() {
        let t = heat_capacity_maximum();
        let heat = |t: f64| kaufman(SIDE, SIDE, 1.0 / t, 1.0 / t).unwrap().heat_capacity;
        for other in [t - 0.01, t + 0.01] {
            assert!(heat(other).hi() < heat(t).lo());
        }
        // Above the critical temperature of the infinite lattice (Ferdinand and Fisher 1969).
        assert!(t > CRITICAL + 0.02 && t < 2.5, "{t}");
    }
}
