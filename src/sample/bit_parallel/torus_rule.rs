//! What the bit-parallel chains of a torus do from sweep to sweep.

use super::scalar::check_shape;
use super::{BitParallelError, FlipTable, Replicas, TiledLattice};
use crate::model::Boundary;
use crate::random::{LANES, Path, Seed, Stream};
use crate::sample::SquareIsing;
use crate::sample::resumable::{
    ChainStopped, Resumable, SetPosition, pack, start_of_spins, stream_of_chain, unpack,
};
use crate::sample::{Irreducibility, StartState, UnitValues};

/// Of so many sweeps by Metropolis the last is by the heat bath.
pub const HEAT_BATH_EVERY: u64 = 64;

/// The rule of each sweep of an Ising model on an even torus.
///
/// The heat bath alone, or Metropolis with a heat bath in each [`HEAT_BATH_EVERY`]th sweep. Metropolis alone is
/// reducible in zero field, see [`FlipTable::flips_balanced_spins_always`]. One sweep of the heat bath may lead from
/// every state to every other one, since it may choose each spin freely; so may the period that ends with it, and the
/// chain is irreducible and aperiodic at every coupling and field: test `a_period_leads_everywhere`.
#[derive(Clone, Debug)]
pub struct TorusRule {
    /// Columns and rows.
    shape: (usize, usize),
    heat_bath: FlipTable,
    /// Of the other sweeps.
    metropolis: Option<FlipTable>,
}

impl TorusRule {
    fn new(model: SquareIsing, metropolis: bool) -> Result<Self, BitParallelError> {
        let lattice = model.lattice();
        let shape = (lattice.columns(), lattice.rows());
        if [lattice.horizontal(), lattice.vertical()] != [Boundary::Periodic; 2] {
            return Err(BitParallelError::NotATorus);
        }
        check_shape(shape)?;
        let (k, h) = (model.coupling(), model.field());
        Ok(Self {
            shape,
            heat_bath: FlipTable::heat_bath(k, h)?,
            metropolis: if metropolis {
                Some(FlipTable::metropolis(k, h)?)
            } else {
                None
            },
        })
    }

    /// Metropolis, each [`HEAT_BATH_EVERY`]th sweep by the heat bath.
    ///
    /// # Errors
    /// [`BitParallelError`] for another lattice than an even torus.
    pub fn metropolis(model: SquareIsing) -> Result<Self, BitParallelError> {
        Self::new(model, true)
    }

    /// The heat bath.
    ///
    /// # Errors
    /// As [`TorusRule::metropolis`].
    pub fn heat_bath(model: SquareIsing) -> Result<Self, BitParallelError> {
        Self::new(model, false)
    }

    /// The heat bath may reach every state in a sweep.
    pub fn irreducibility(&self) -> Irreducibility {
        match self.metropolis {
            None => Irreducibility::Positive,
            Some(_) => Irreducibility::Irreducible,
        }
    }

    /// Sweeps after which all parts of the rule have been used.
    pub fn period(&self) -> u64 {
        self.metropolis.as_ref().map_or(1, |_| HEAT_BATH_EVERY)
    }

    /// The table of sweep number `sweep`, and how many sweeps from there on have it; `None` for all.
    pub fn at_sweep(&self, sweep: u64) -> (&FlipTable, Option<u64>) {
        match &self.metropolis {
            None => (&self.heat_bath, None),
            Some(metropolis) => match HEAT_BATH_EVERY - 1 - sweep % HEAT_BATH_EVERY {
                0 => (&self.heat_bath, Some(1)),
                before => (metropolis, Some(before)),
            },
        }
    }

    /// Sweeps from sweep number `first` on, in pieces of one table.
    fn pieces(&self, first: u64, sweeps: u64) -> impl Iterator<Item = (&FlipTable, u64)> {
        let mut done = 0;
        std::iter::from_fn(move || {
            let left = sweeps - done;
            let (table, same) = self.at_sweep(first + done);
            let piece = same.map_or(left, |n| n.min(left));
            done += piece;
            (piece > 0).then_some((table, piece))
        })
    }
}

/// Chains as the lanes of [`Replicas`]: chain `k` is lane `k mod 512` of set `k / 512`.
///
/// All lanes move, whether their chains are asked for or not.
#[derive(Clone, Debug)]
pub struct ReplicaChains {
    rule: TorusRule,
    path: Path,
}

impl ReplicaChains {
    /// The chains of a rule.
    pub fn new(rule: TorusRule) -> Self {
        let path = Path::best();
        Self { rule, path }
    }

    /// Uses other instructions; the spins do not depend on it.
    pub fn with_path(self, path: Path) -> Self {
        Self { path, ..self }
    }

    /// A set with all spins down.
    pub fn set(&self, seed: Seed, index: u64) -> Replicas {
        let (table, _) = self.rule.at_sweep(0);
        let set = Replicas::new(self.rule.shape, table, seed, index);
        set.unwrap_or_else(|_| unreachable!("the shape was checked"))
            .with_path(self.path)
    }

    /// Updates every spin of a set this many times.
    pub fn sweep(&self, set: &mut Replicas, sweeps: u64) {
        for (table, piece) in self.rule.pieces(set.sweeps(), sweeps) {
            set.set_rule(table);
            set.sweep(piece);
        }
    }
}

impl Resumable for ReplicaChains {
    type Set = Replicas;

    fn width(&self) -> usize {
        LANES
    }
    fn begin(&self, index: usize, sites: usize, start: StartState, seed: Seed) -> Replicas {
        let mut set = self.set(seed, index as u64);
        for lane in 0..LANES {
            let mut stream = stream_of_chain(seed, LANES * index + lane);
            set.set_lane(lane, start_of_spins(sites, start, &mut stream).spins());
        }
        set
    }
    fn advance(&mut self, set: &mut Replicas, sweeps: u64) -> Result<(), ChainStopped> {
        self.sweep(set, sweeps);
        Ok(())
    }
    fn write(&self, set: &Replicas, values: &UnitValues, rows: &mut [Vec<u8>]) {
        let mut bits = Vec::new();
        for (group, rows) in rows.chunks_mut(64).enumerate() {
            set.bits_of_group(group, &mut bits);
            for (row, bits) in rows.iter_mut().zip(bits.chunks_exact(bits.len() / 64)) {
                values.write_bits(bits, row);
            }
        }
    }
    fn put_down(&self, set: &Replicas) -> (Option<Stream>, Vec<u8>) {
        (None, set.state())
    }
    fn take_up(
        &self,
        position: &SetPosition,
        index: usize,
        _: usize,
        seed: Seed,
    ) -> Option<Replicas> {
        self.set(seed, index as u64)
            .at_state(&position.state, position.sweeps)
    }
    fn bytes(&self, sites: usize, _: u64) -> f64 {
        // The words with their margins, and a copy of the state.
        3.0 * 64.0 * sites as f64 + 65536.0
    }
}

/// Chains with a [`TiledLattice`] each.
#[derive(Clone, Debug)]
pub struct TiledChains {
    rule: TorusRule,
    path: Path,
}

impl TiledChains {
    /// The chains of a rule.
    ///
    /// # Errors
    /// [`BitParallelError::NotTileable`].
    pub fn new(rule: TorusRule) -> Result<Self, BitParallelError> {
        let (table, _) = rule.at_sweep(0);
        TiledLattice::new(rule.shape, table, Seed(0), 0)?;
        let path = Path::best();
        Ok(Self { rule, path })
    }

    /// Uses other instructions; the spins do not depend on it.
    pub fn with_path(self, path: Path) -> Self {
        Self { path, ..self }
    }

    /// A lattice with these spins.
    ///
    /// # Panics
    /// If there are fewer spins than sites.
    pub fn lattice(&self, spins: &[i8], seed: Seed, index: u64) -> TiledLattice {
        let (table, _) = self.rule.at_sweep(0);
        let lattice = TiledLattice::new(self.rule.shape, table, seed, index);
        let mut lattice = lattice
            .unwrap_or_else(|_| unreachable!("the shape was checked"))
            .with_path(self.path);
        let columns = self.rule.shape.0;
        lattice.fill(|column, row| spins[row * columns + column] > 0);
        lattice
    }

    /// Updates every spin of a lattice this many times.
    pub fn sweep(&self, lattice: &mut TiledLattice, sweeps: u64) {
        for (table, piece) in self.rule.pieces(lattice.sweeps(), sweeps) {
            lattice.set_rule(table);
            lattice.sweep(piece);
        }
    }

    fn spins(&self, lattice: &TiledLattice) -> Vec<i8> {
        let mut spins = vec![0; self.rule.shape.0 * self.rule.shape.1];
        lattice.write_spins(&mut spins);
        spins
    }
}

impl Resumable for TiledChains {
    type Set = TiledLattice;

    fn begin(&self, index: usize, sites: usize, start: StartState, seed: Seed) -> TiledLattice {
        let mut stream = stream_of_chain(seed, index);
        let state = start_of_spins(sites, start, &mut stream);
        self.lattice(state.spins(), seed, index as u64)
    }
    fn advance(&mut self, lattice: &mut TiledLattice, sweeps: u64) -> Result<(), ChainStopped> {
        self.sweep(lattice, sweeps);
        Ok(())
    }
    fn write(&self, lattice: &TiledLattice, values: &UnitValues, rows: &mut [Vec<u8>]) {
        values.write(&self.spins(lattice), &mut rows[0]);
    }
    fn put_down(&self, lattice: &TiledLattice) -> (Option<Stream>, Vec<u8>) {
        (None, pack(&self.spins(lattice)))
    }
    fn take_up(
        &self,
        position: &SetPosition,
        index: usize,
        sites: usize,
        seed: Seed,
    ) -> Option<TiledLattice> {
        let spins = unpack(&position.state, sites)?;
        let lattice = self.lattice(&spins, seed, index as u64);
        Some(lattice.at_sweep(position.sweeps))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Lattice;
    use crate::sample::bit_parallel::{CheckerboardSpins, ReplicaDigits, TileDigits};

    fn square(rows: usize, columns: usize, k: f64, h: f64) -> SquareIsing {
        SquareIsing::new(Lattice::torus(rows, columns), k, h).unwrap()
    }

    /// One system of a rule, moved by the scalar kernel.
    fn moved(
        rule: &TorusRule,
        spins: &[i8],
        sweeps: u64,
        mut sweep: impl FnMut(&FlipTable, &mut CheckerboardSpins),
    ) -> Vec<i8> {
        let (columns, rows) = rule.shape;
        let mut system = CheckerboardSpins::new(columns, rows).unwrap();
        for (column, row) in CheckerboardSpins::order(columns, rows) {
            system.set(column, row, spins[row * columns + column] > 0);
        }
        for number in 0..sweeps {
            let heat_bath = number % HEAT_BATH_EVERY == HEAT_BATH_EVERY - 1;
            let table = match &rule.metropolis {
                Some(table) if !heat_bath => table,
                _ => &rule.heat_bath,
            };
            sweep(table, &mut system);
        }
        (0..columns * rows)
            .map(|i| {
                if system.is_up(i % columns, i / columns) {
                    1
                } else {
                    -1
                }
            })
            .collect()
    }

    #[test]
    fn chains_decide_as_the_scalar_kernel() {
        let (seed, sweeps) = (Seed(9), 2 * HEAT_BATH_EVERY + 3);
        for (rows, columns, k, h) in [
            (2, 2, 0.44, 0.0),
            (4, 6, 0.440_686_8, 0.0),
            (6, 4, 0.8, -0.1),
        ] {
            let model = square(rows, columns, k, h);
            for rule in [TorusRule::metropolis(model), TorusRule::heat_bath(model)] {
                let rule = rule.unwrap();
                let mut chains = ReplicaChains::new(rule.clone());
                let start = chains.begin(1, rows * columns, StartState::Random, seed);
                let mut set = start.clone();
                for piece in [1, 70, sweeps - 71] {
                    chains.advance(&mut set, piece).unwrap();
                }
                let counts = set.counts();
                for lane in [0, 77, 511] {
                    let spins: Vec<i8> = start.lane(lane).collect();
                    let mut stream = stream_of_chain(seed, 512 + lane);
                    let begun = start_of_spins(rows * columns, StartState::Random, &mut stream);
                    assert_eq!(spins, begun.spins());
                    let shape = (columns, rows);
                    let mut digits = ReplicaDigits::new(shape, &rule.heat_bath, seed, 1, lane);
                    let expected = moved(&rule, &spins, sweeps, |table, system| {
                        digits.set_rule(table);
                        system.sweep(table, &mut digits);
                    });
                    let found: Vec<i8> = set.lane(lane).collect();
                    assert_eq!(found, expected, "{rows}×{columns}, lane {lane}");
                    // The lattice of the words is that of the model.
                    let bonds = 2 * (rows * columns) as i64;
                    let opposing = i64::from(counts.opposing_bonds[lane]);
                    assert_eq!(model.bond_sum(&found), bonds - 2 * opposing);
                }
            }
        }
    }

    #[test]
    fn tiled_chains_decide_as_the_scalar_kernel() {
        let sweeps = HEAT_BATH_EVERY + 2;
        let rule = TorusRule::metropolis(square(64, 32, 0.4, 0.0)).unwrap();
        let mut chains = TiledChains::new(rule.clone()).unwrap();
        let start = chains.begin(2, 2048, StartState::Random, Seed(1));
        let mut lattice = start.clone();
        chains.advance(&mut lattice, 5).unwrap();
        chains.advance(&mut lattice, sweeps - 5).unwrap();
        let mut digits = TileDigits::new((32, 64), Seed(1), 2);
        let expected = moved(&rule, &chains.spins(&start), sweeps, |table, system| {
            system.sweep(table, &mut digits);
        });
        assert_eq!(chains.spins(&lattice), expected);
    }

    #[test]
    fn samples_do_not_depend_on_the_instructions() {
        let rows_of = |path: Path| {
            let rule = TorusRule::metropolis(square(64, 32, 0.4, 0.1)).unwrap();
            let mut replicas = ReplicaChains::new(rule.clone()).with_path(path);
            let mut tiled = TiledChains::new(rule).unwrap().with_path(path);
            let mut rows = vec![Vec::new(); 70];
            let values = UnitValues::spins(2048);
            let mut set = replicas.begin(0, 2048, StartState::Random, Seed(3));
            let mut lattice = tiled.begin(0, 2048, StartState::Random, Seed(3));
            replicas.advance(&mut set, 65).unwrap();
            tiled.advance(&mut lattice, 65).unwrap();
            replicas.write(&set, &values, &mut rows);
            tiled.write(&lattice, &values, &mut rows[..1]);
            rows
        };
        let portable = rows_of(Path::Portable);
        assert_ne!(portable[0], portable[1]);
        for path in Path::ALL.into_iter().filter(|p| p.is_available()) {
            assert!(rows_of(path) == portable, "{path:?}");
        }
    }
}
