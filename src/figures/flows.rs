//! Flows of the machine with 100 visible and 81 hidden units, for every choice that the text leaves open.

use super::entries::{chosen, mean_and_error, published, refused};
use super::experiment::{FigureError, Parameter, Run, Scale};
use super::ising_data::{GroundStates, bond_sum, temperatures, training_set};
use super::machines::{Contrast, Flow, FlowKind, TrainingChoice, trained};
use crate::exact::kaufman;
use crate::learn::BinaryData;
use crate::model::RbmWeights;
use crate::random::{Chooser, Seed};

/// Side of the lattice.
pub(super) const SIDE: usize = 10;
/// Spins of a configuration.
pub(super) const SITES: usize = SIDE * SIDE;
/// The critical temperature as the document rounds it.
pub(super) const CRITICAL: f64 = 2.269;
/// Fewest configurations that an average is taken over.
const FEWEST: usize = 40;

/// How much is done at a scale.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sizes {
    /// Training configurations at each of the sixty temperatures.
    pub samples: usize,
    /// Updates.
    pub iterations: u64,
    /// Flows at a temperature.
    pub flows: usize,
    /// Longest flow.
    pub longest: usize,
}

impl Sizes {
    /// The sizes of a scale.
    pub(super) fn of(scale: Scale) -> Self {
        match scale {
            Scale::Quick => Self {
                samples: 1000,
                iterations: 1500,
                flows: 400,
                longest: 12,
            },
            Scale::Paper => Self {
                samples: 20_000,
                iterations: 10_000,
                flows: 2000,
                longest: 16,
            },
        }
    }
}

/// What the machine is trained on, and its flows start from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Data {
    /// Configurations of the lattice.
    Ising(GroundStates),
    /// The same with the spins of each configuration in random order: the magnetisation without the lattice.
    Shuffled,
}

impl Data {
    fn key(self) -> &'static str {
        match self {
            Self::Ising(GroundStates::Both) => "Ising",
            Self::Ising(GroundStates::Up) => "Ising, T = 0 up",
            Self::Shuffled => "shuffled",
        }
    }
}

/// Which flows belong to a temperature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Select {
    /// Those that start from configurations at this temperature.
    Start,
    /// Those whose configuration, at the length that is looked at, measures this temperature, from starts at
    /// all sixty temperatures.
    Measured,
}

/// One way to make and read flows.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct FlowChoice {
    /// What differs from the default.
    pub label: String,
    /// The training.
    pub training: TrainingChoice,
    /// The data.
    pub data: Data,
    /// Means or samples.
    pub kind: FlowKind,
    /// Whether the signs of the means are read, not the means.
    pub signs: bool,
    /// Which flows.
    pub select: Select,
}

/// The default and every choice that was tried, one thing changed at a time (and samples throughout).
pub(super) fn choices(scale: Scale) -> Vec<FlowChoice> {
    let training = TrainingChoice {
        iterations: Sizes::of(scale).iterations,
        ..TrainingChoice::new(81)
    };
    let base = FlowChoice {
        label: "default".to_owned(),
        training,
        data: Data::Ising(GroundStates::Both),
        kind: FlowKind::Means,
        signs: false,
        select: Select::Start,
    };
    let with = |label: &str, change: &dyn Fn(&mut FlowChoice)| {
        let mut choice = base.clone();
        label.clone_into(&mut choice.label);
        change(&mut choice);
        choice
    };
    let mut list = vec![
        base.clone(),
        with("signs read", &|c| c.signs = true),
        with("flows of samples", &|c| c.kind = FlowKind::Samples),
        with("temperature measured", &|c| c.select = Select::Measured),
        with("samples throughout", &|c| {
            c.training.contrast = Contrast::Sampled(1);
            c.kind = FlowKind::Samples;
        }),
    ];
    if scale == Scale::Paper {
        list.extend([
            with("trained with samples", &|c| {
                c.training.contrast = Contrast::Sampled(1);
            }),
            with("learning rate 0.01", &|c| c.training.learning_rate = 0.01),
            with("learning rate 0.2", &|c| c.training.learning_rate = 0.2),
            with("learning rate 0.5", &|c| c.training.learning_rate = 0.5),
            with("minibatch 100", &|c| c.training.batch = 100),
            with("first weights 0.1", &|c| c.training.initial_weights = 0.1),
            with("T = 0 all up", &|c| c.data = Data::Ising(GroundStates::Up)),
        ]);
    }
    list
}

/// The parameters of the default, with what else was tried.
pub(super) fn parameters(scale: Scale) -> Vec<Parameter> {
    let all = choices(scale);
    let mut list = all[0].training.parameters();
    if scale == Scale::Paper {
        for p in &mut list {
            let swept: &[&str] = match p.name.as_str() {
                "learning rate" => &["0.01", "0.2", "0.5"],
                "minibatch" => &["100"],
                "standard deviation of the first weights" => &["0.1"],
                "reconstruction" => &["samples, 1 step(s)"],
                _ => &[],
            };
            p.swept = swept.iter().map(|&s| s.to_owned()).collect();
        }
    }
    let sizes = Sizes::of(scale);
    let up: &[&str] = if scale == Scale::Paper {
        &["all up"]
    } else {
        &[]
    };
    list.extend([
        published("visible units", SITES),
        Parameter {
            published: sizes.samples == 20_000,
            ..published("training configurations at each temperature", sizes.samples)
        },
        chosen("ground states at T = 0", "up or down, 1/2 each", up),
        chosen("flows at each temperature", sizes.flows, &[]),
        Parameter {
            published: true,
            ..chosen("a flow is of", "means (34)", &["samples"])
        },
        chosen("what is read of a flow", "its values", &["their signs"]),
        chosen(
            "temperature of a flow",
            "that of its start",
            &["measured by the posterior of the sixty temperatures given the energy of the signs"],
        ),
    ]);
    list
}

/// The best thermometer there is for configurations of the lattice: the most probable of the sixty temperatures
/// given the energy, all sixty alike before.
struct Thermometer {
    /// By `(Σ s s′ + 2 N) / 4`.
    reading: Vec<usize>,
}

impl Thermometer {
    fn new() -> Result<Self, FigureError> {
        let mut log_z = Vec::new();
        for t in temperatures().into_iter().skip(1) {
            let torus =
                kaufman(SIDE, SIDE, 1.0 / t, 1.0 / t).map_err(|e| refused("thermometer", e))?;
            log_z.push((t, torus.log_z.mid()));
        }
        let bonds = 2 * SITES as i64;
        let reading = (0..=bonds / 2)
            .map(|k| {
                let sum = 4 * k - bonds;
                if sum == bonds {
                    // Only here T = 0 is possible, and there it is certain.
                    return 0;
                }
                let score = |i: usize| sum as f64 / log_z[i].0 - log_z[i].1;
                let best = (0..log_z.len()).max_by(|&a, &b| score(a).total_cmp(&score(b)));
                best.map_or(0, |i| i + 1)
            })
            .collect();
        Ok(Self { reading })
    }

    /// The number of the temperature.
    fn read(&self, bits: &[u8]) -> usize {
        let sum = bond_sum(SIDE, bits);
        self.reading[((sum + 2 * SITES as i64) / 4) as usize]
    }
}

/// The data sets and machines of a run, each made once.
pub(super) struct Workshop<'r, 'a> {
    run: &'r Run<'a>,
    sizes: Sizes,
    data: Vec<(Data, BinaryData)>,
}

impl<'r, 'a> Workshop<'r, 'a> {
    /// An empty workshop.
    pub(super) fn new(run: &'r Run<'a>) -> Self {
        Self {
            run,
            sizes: Sizes::of(run.scale),
            data: Vec::new(),
        }
    }

    fn data(&mut self, wanted: Data) -> Result<&BinaryData, FigureError> {
        if let Some(k) = self.data.iter().position(|(d, _)| *d == wanted) {
            return Ok(&self.data[k].1);
        }
        let ground = match wanted {
            Data::Ising(ground) => ground,
            Data::Shuffled => GroundStates::Both,
        };
        (self.run.progress)(&format!("drawing training data ({})", wanted.key()));
        let mut data = training_set(SIDE, self.sizes.samples, ground, self.run.seed)?;
        if wanted == Data::Shuffled {
            data = in_random_order(&data, self.run.seed, "shuffled data")?;
        }
        // One other set at most is kept: each takes up to 120 MB.
        self.data.truncate(1);
        self.data.push((wanted, data));
        Ok(&self.data[self.data.len() - 1].1)
    }

    fn machine(&mut self, choice: &FlowChoice) -> Result<RbmWeights, FigureError> {
        let run = self.run;
        let data = self.data(choice.data)?;
        trained(run, choice.data.key(), data, &choice.training)
    }

    /// What `measure` says of the flows at each temperature, by length and temperature; `None` where fewer than
    /// forty flows belong to a temperature.
    pub(super) fn follow<X>(
        &mut self,
        choice: &FlowChoice,
        wanted: &[f64],
        measure: impl Fn(&[f32]) -> X,
    ) -> Result<Vec<Vec<Option<X>>>, FigureError> {
        let machine = self.machine(choice)?;
        let sizes = self.sizes;
        let seed = self.run.seed;
        (self.run.progress)(&format!("flows, {}", choice.label));
        let number = |t: f64| (t * 10.0).round() as usize;
        let data = self.data(choice.data)?;
        let first = |temperature: usize, count: usize| {
            let start = temperature * sizes.samples * SITES;
            &data.up()[start..start + count * SITES]
        };
        let pool: Vec<u8> = match choice.select {
            Select::Start => wanted
                .iter()
                .flat_map(|&t| first(number(t), sizes.flows))
                .copied()
                .collect(),
            Select::Measured => (0..60)
                .flat_map(|t| first(t, sizes.flows / 8))
                .copied()
                .collect(),
        };
        let thermometer = Thermometer::new()?;
        let mut flow = Flow::new(&machine, choice.kind, &pool, seed);
        let mut found = Vec::new();
        for length in 0..=sizes.longest {
            if length > 0 {
                flow.step();
            }
            let readings: Vec<usize> = match choice.select {
                Select::Start => Vec::new(),
                Select::Measured => flow
                    .bits()
                    .chunks(SITES)
                    .map(|b| thermometer.read(b))
                    .collect(),
            };
            let belongs = |i: usize, k: usize| match choice.select {
                Select::Start => i / sizes.flows == k,
                Select::Measured => readings[i] == number(wanted[k]),
            };
            let row = (0..wanted.len()).map(|k| {
                let values: Vec<f32> = flow
                    .values()
                    .chunks(SITES)
                    .enumerate()
                    .filter(|(i, _)| belongs(*i, k))
                    .flat_map(|(_, v)| v.iter().map(|&x| if choice.signs { x.signum() } else { x }))
                    .collect();
                (values.len() >= FEWEST * SITES).then(|| measure(&values))
            });
            found.push(row.collect());
        }
        Ok(found)
    }
}

/// The configurations with the spins of each in random order, by the stream of this purpose.
pub(super) fn in_random_order(
    data: &BinaryData,
    seed: Seed,
    purpose: &str,
) -> Result<BinaryData, FigureError> {
    let mut stream = seed.stream(purpose, 0);
    let mut bits = data.up().to_vec();
    for sample in bits.chunks_mut(data.units()) {
        stream.shuffle(sample);
    }
    BinaryData::from_bits(bits, data.units()).map_err(|e| refused(purpose, e))
}

/// Mean of `|m|` over independent configurations, and its standard error.
pub(super) fn mean_absolute(values: &[f32], sites: usize) -> (f64, f64) {
    let each: Vec<f64> = values
        .chunks(sites)
        .map(|v| (v.iter().map(|&x| f64::from(x)).sum::<f64>() / sites as f64).abs())
        .collect();
    mean_and_error(&each)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::ising_data::configurations;

    #[test]
    fn the_thermometer_reads_the_temperature() {
        let thermometer = Thermometer::new().unwrap();
        for (number, spread) in [(0, 0.0), (23, 3.0), (30, 4.0), (40, 9.0)] {
            let t = f64::from(number) / 10.0;
            let bits = configurations(SIDE, t, 400, GroundStates::Both, Seed(1), "test").unwrap();
            let mean = bits
                .chunks(SITES)
                .map(|b| thermometer.read(b) as f64)
                .sum::<f64>()
                / 400.0;
            // The reading of a single configuration is within a few tenths, and a little biased.
            assert!(
                (mean - f64::from(number)).abs() <= spread,
                "T = {t}: {mean}"
            );
        }
    }

    #[test]
    fn shuffling_keeps_the_magnetisation_and_nothing_else() {
        let data = training_set(SIDE, 2, GroundStates::Both, Seed(1)).unwrap();
        let other = in_random_order(&data, Seed(1), "shuffled data").unwrap();
        let sums = |d: &BinaryData| -> Vec<u32> {
            d.up()
                .chunks(SITES)
                .map(|s| s.iter().map(|&b| u32::from(b)).sum())
                .collect()
        };
        assert_eq!(sums(&data), sums(&other));
        assert_ne!(data, other);
    }
}
