//! A fixed seed gives the same states for ever; a change is a value-breaking one.

use super::*;
use crate::model::{GaussianDbm, Lattice, Rbm};
use crate::random::{Seed, Stream};
use std::sync::Arc;

/// A hash of bytes (Fowler, Noll and Vo, variant 1a).
fn hash(bytes: impl IntoIterator<Item = u8>) -> u64 {
    bytes.into_iter().fold(0xcbf2_9ce4_8422_2325, |h, byte| {
        (h ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn spins_after(mut kernel: impl Kernel<SpinState>, sites: usize) -> (&'static str, u64) {
    let mut stream = Seed(2026).stream("value stability", 0);
    let mut state = SpinState::random(sites, &mut stream);
    for _ in 0..20 {
        kernel.sweep(&mut state, &mut stream);
    }
    (kernel.name(), hash(state.spins().iter().map(|&s| s as u8)))
}

#[test]
fn states_are_fixed() {
    let torus = Lattice::torus(6, 70);
    let n = torus.sites();
    let model = Arc::new(CompiledHamiltonian::new(&torus.ising(0.44, 0.01).unwrap()).unwrap());
    let square = SquareIsing::new(torus, 0.44, 0.01).unwrap();
    let mut seen = Vec::new();
    for order in [
        SiteOrder::Random,
        SiteOrder::Sequential,
        SiteOrder::Checkerboard,
    ] {
        seen.push(spins_after(
            Metropolis::new(model.clone(), order).unwrap(),
            n,
        ));
        seen.push(spins_after(HeatBath::new(model.clone(), order).unwrap(), n));
        seen.push(spins_after(
            SquareMetropolis::new(square, order).unwrap(),
            n,
        ));
        seen.push(spins_after(SquareHeatBath::new(square, order).unwrap(), n));
    }
    seen.push(spins_after(Wolff::new(model.clone()).unwrap(), n));
    seen.push(spins_after(SwendsenWang::new(model.clone()).unwrap(), n));
    seen.push(spins_after(SquareWolff::new(square).unwrap(), n));
    seen.push(spins_after(SquareSwendsenWang::new(square), n));

    let mut perfect = CouplingFromThePast::new(&model).unwrap();
    let drawn = perfect
        .draw(&mut Seed(2026).stream("value stability", 1))
        .unwrap();
    let name = ExactSampler::<_, Stream>::name(&perfect);
    seen.push((name, hash(drawn.spins().iter().map(|&s| s as u8))));

    let bath = |k: f64| HeatBath::at_scale(model.clone(), SiteOrder::Sequential, k).unwrap();
    let mut ladder = ParallelTempering::new(vec![bath(0.5), bath(0.55), bath(0.6)]).unwrap();
    let mut stream = Seed(2026).stream("value stability", 2);
    let mut states = vec![SpinState::up(n); 3];
    for _ in 0..20 {
        ladder.sweep(&mut states, &mut stream);
    }
    let bytes = states
        .iter()
        .flat_map(|s| s.spins().iter().map(|&s| s as u8));
    seen.push(("parallel-tempering", hash(bytes)));

    let rbm = Arc::new(Rbm::new(vec![0.3; 20], vec![0.1; 5], vec![-0.2; 4]).unwrap());
    let mut gibbs = RbmGibbs::new(rbm.clone());
    let mut stream = Seed(2026).stream("value stability", 3);
    let mut state = gibbs.random_state(&mut stream);
    for _ in 0..20 {
        gibbs.sweep(&mut state, &mut stream);
    }
    seen.push((
        gibbs.name(),
        hash(state.v.iter().chain(&state.h).map(|&b| u8::from(b))),
    ));

    let dbm = Arc::new(
        GaussianDbm::from_rows(1.0, vec![0.1, -0.2], &[vec![0.4], vec![0.3]], &[vec![0.5]])
            .unwrap(),
    );
    for scheme in [GibbsScheme::Layers, GibbsScheme::Joint] {
        let mut kernel = GaussianDbmGibbs::new(dbm.clone(), scheme).unwrap();
        let mut stream = Seed(2026).stream("value stability", 4);
        let mut state = kernel.random_state(&mut stream);
        for _ in 0..20 {
            kernel.sweep(&mut state, &mut stream);
        }
        // The logarithm of a normal variate may differ in its last bits between platforms.
        let bytes = state
            .y
            .iter()
            .chain(&state.z)
            .map(|y| (y * 1e6).round() as i64 as u8);
        seen.push((
            kernel.name(),
            hash(bytes.chain(state.x.iter().map(|&s| s as u8))),
        ));
    }

    let ais = AnnealedImportance::new(RbmPath::new(rbm), 10);
    let (value, _) = ais.forward(&mut Seed(2026).stream("value stability", 5));
    seen.push(("annealed-importance", (value * 1e9).round() as u64));
    assert_eq!(seen, EXPECTED);
}

const EXPECTED: [(&str, u64); 22] = [
    ("metropolis-random", 527_109_809_674_383_359),
    ("heat-bath-random", 2_037_340_026_951_859_441),
    ("square-metropolis-random", 10_234_324_349_169_294_529),
    ("square-heat-bath-random", 12_099_104_119_441_601_129),
    ("metropolis-sequential", 1_057_831_381_473_415_507),
    ("heat-bath-sequential", 5_179_428_412_450_803_499),
    ("square-metropolis-sequential", 2_393_937_173_920_236_075),
    ("square-heat-bath-sequential", 13_388_724_693_646_049_075),
    ("metropolis-checkerboard", 6_068_459_012_076_707_457),
    ("heat-bath-checkerboard", 13_305_436_430_563_611_329),
    ("square-metropolis-checkerboard", 17_892_874_586_141_009_847),
    ("square-heat-bath-checkerboard", 4_708_984_242_642_497_953),
    ("wolff", 6_920_524_737_571_154_625),
    ("swendsen-wang", 11_084_199_295_099_381_751),
    ("square-wolff", 18_178_683_718_254_518_541),
    ("square-swendsen-wang", 17_410_455_864_137_458_459),
    ("coupling-from-the-past", 18_041_946_721_065_210_447),
    ("parallel-tempering", 13_448_334_215_696_644_739),
    ("rbm-block-gibbs", 12_206_272_383_007_407_342),
    ("gaussian-dbm-gibbs-layers", 14_243_126_988_740_545_987),
    ("gaussian-dbm-gibbs-joint", 13_993_348_476_172_685_470),
    ("annealed-importance", 7_596_862_342),
];
