//! Every engine in floating point against the certified table: `tests/reference/torus.tsv`.
//!
//! `cargo test -- --nocapture torus_table` prints the digits of each engine. A new engine is one more
//! line in [`ENGINES`].

use super::{
    Elimination, KaufmanError, Limits, Planar, Strip, Want, enumerate, kaufman, planar_torus,
};
use crate::model::{Boundary, Lattice, SpinHamiltonian};
use crate::numeric::Enclosure;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive, Zero};

const TABLE: &str = include_str!("../../tests/reference/torus.tsv");

/// One line of the table.
struct System {
    name: String,
    lattice: Lattice,
    coupling: f64,
    field: f64,
    model: SpinHamiltonian,
}

/// What an engine says: the column's name and the enclosure.
type Values = Vec<(&'static str, Enclosure)>;

/// What an engine makes of a system; nothing if the system is not for it.
type Engine = fn(&System) -> Values;

/// All engines in floating point.
const ENGINES: [(&str, Engine); 5] = [
    ("enumeration", by_enumeration),
    ("elimination", by_elimination),
    ("transfer-matrix", by_transfer_matrix),
    ("kaufman", by_kaufman),
    ("planar", by_planar),
];

/// Whether the system is a torus without a field.
fn is_free_torus(system: &System) -> bool {
    let periodic = |b: Boundary| b == Boundary::Periodic;
    system.field == 0.0
        && periodic(system.lattice.vertical())
        && periodic(system.lattice.horizontal())
}

fn by_kaufman(system: &System) -> Values {
    let (rows, columns) = (system.lattice.rows(), system.lattice.columns());
    if !is_free_torus(system) {
        return Vec::new();
    }
    let found = match kaufman(rows, columns, system.coupling, system.coupling) {
        Ok(found) => found,
        // Odd antiferromagnetic rings both ways are not for it.
        Err(KaufmanError::FrustratedBothWays { .. }) => return Vec::new(),
        Err(other) => panic!("{}: {other}", system.name),
    };
    vec![
        ("log_z", found.log_z),
        ("mean_energy", -found.mean_energy),
        ("heat_capacity", found.heat_capacity),
    ]
}

fn by_planar(system: &System) -> Values {
    let (rows, columns) = (system.lattice.rows(), system.lattice.columns());
    let open = |b: Boundary| b == Boundary::Open;
    if system.field != 0.0 || rows < 3 || columns < 3 {
        Vec::new()
    } else if is_free_torus(system) {
        let couplings = vec![system.coupling; 2 * rows * columns];
        let log_z = planar_torus(rows, columns, &couplings, &Limits::NONE).unwrap();
        vec![("log_z", log_z)]
    } else if open(system.lattice.vertical()) || open(system.lattice.horizontal()) {
        let ready = Planar::of_spins(&system.model).unwrap();
        vec![("log_z", ready.log_z(&Limits::NONE).unwrap())]
    } else {
        Vec::new()
    }
}

fn by_enumeration(system: &System) -> Values {
    if system.lattice.sites() > 16 {
        return Vec::new();
    }
    let found = enumerate(&system.model, Want::ALL, &Limits::NONE).unwrap();
    let (mean, pair) = (found.mean.unwrap(), found.pair.unwrap());
    let n = Enclosure::exact(system.lattice.sites() as f64);
    let bonds: Enclosure = system
        .lattice
        .bonds()
        .iter()
        .map(|&(i, j)| pair.get(i, j))
        .sum();
    let spins: Enclosure = mean.iter().copied().sum();
    let pairs: Enclosure = pair.iter().map(|(_, _, x)| x).sum();
    let (k, h) = (
        Enclosure::exact(system.coupling),
        Enclosure::exact(system.field),
    );
    vec![
        ("log_z", found.log_z),
        ("mean_energy", k * bonds + h * spins),
        ("m", spins / n),
        ("m2", (n + pairs + pairs) / n.square()),
    ]
}

fn by_elimination(system: &System) -> Values {
    let elimination = Elimination::of_spins(&system.model).unwrap();
    if elimination.plan(true).seconds > 0.02 {
        return Vec::new();
    }
    let (log_z, singles) = elimination.singles(&Limits::NONE).unwrap();
    let spins: Enclosure = singles.iter().map(|p| p[1] - p[0]).sum();
    let n = Enclosure::exact(system.lattice.sites() as f64);
    vec![("log_z", log_z), ("m", spins / n)]
}

fn by_transfer_matrix(system: &System) -> Values {
    let strip = Strip::homogeneous(system.lattice, system.coupling, system.field).unwrap();
    let energy = strip.thermodynamics(&Limits::NONE).unwrap();
    let mut values = vec![
        ("log_z", strip.log_z(&Limits::NONE).unwrap()),
        ("log_z", energy.log_z),
        ("mean_energy", energy.mean),
        ("heat_capacity", energy.variance),
    ];
    let marginals = strip.marginals(&Limits::NONE).unwrap();
    let bonds: Enclosure = marginals.bonds.iter().map(|b| b.2).sum();
    let spins: Enclosure = marginals.means.iter().copied().sum();
    let (k, h) = (
        Enclosure::exact(system.coupling),
        Enclosure::exact(system.field),
    );
    values.push(("log_z", marginals.log_z));
    // Where two sites share two bonds they are listed once.
    if marginals.bonds.len() == system.lattice.bonds().len() {
        values.push(("mean_energy", k * bonds + h * spins));
    }
    // The largest tori once, for time.
    if system.lattice.sites() <= 64 || system.name.contains("0.44") {
        let m = strip.magnetization(&Limits::NONE).unwrap();
        values.extend([
            ("log_z", m.log_z),
            ("m", m.mean),
            ("abs_m", m.absolute),
            ("m2", m.square),
            ("m4", m.fourth),
        ]);
    }
    values
}

/// A decimal number and half a unit of its last digit.
fn parse(text: &str) -> (BigRational, BigRational) {
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits: BigInt = format!("{whole}{fraction}").parse().unwrap();
    let power = exponent.parse::<i64>().unwrap() - fraction.len() as i64;
    let ten = num_traits::pow(BigInt::from(10), power.unsigned_abs() as usize);
    let unit = if power >= 0 {
        BigRational::from_integer(ten)
    } else {
        BigRational::new(1.into(), ten)
    };
    let half = if digits.is_zero() {
        // Zero stands for anything below 10⁻³⁰⁰.
        BigRational::new(1.into(), num_traits::pow(BigInt::from(10), 300))
    } else {
        &unit / BigRational::from_integer(2.into())
    };
    (BigRational::from_integer(digits) * unit, half)
}

/// Whether the enclosure reaches the number that the decimal stands for.
fn contains(value: Enclosure, text: &str) -> bool {
    let (exact, half) = parse(text);
    let bound = |x: f64| BigRational::from_float(x);
    bound(value.lo()).is_none_or(|lo| lo <= &exact + &half)
        && bound(value.hi()).is_none_or(|hi| &exact - &half <= hi)
}

/// Certain decimal digits of an enclosure, relative to the value.
fn digits(value: Enclosure) -> f64 {
    let size = value.magnitude().max(f64::MIN_POSITIVE);
    -(value.width() / size).max(1e-17).log10()
}

fn systems() -> (Vec<&'static str>, Vec<(System, Vec<&'static str>)>) {
    let mut lines = TABLE.lines().filter(|l| !l.starts_with('#'));
    let names: Vec<&str> = lines.next().unwrap().split('\t').skip(3).collect();
    let rows = lines
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            let lattice: Lattice = cells[0].parse().unwrap();
            let (coupling, field) = (cells[1].parse().unwrap(), cells[2].parse().unwrap());
            let system = System {
                name: format!("{} {} {}", cells[0], cells[1], cells[2]),
                lattice,
                coupling,
                field,
                model: lattice.ising(coupling, field).unwrap(),
            };
            (system, cells[3..].to_vec())
        })
        .collect();
    (names, rows)
}

#[test]
fn torus_table_lies_in_every_engine() {
    let (names, rows) = systems();
    assert!(rows.len() >= 50, "{}", rows.len());
    for (engine, solve) in ENGINES {
        let mut worst = vec![(f64::INFINITY, String::new()); names.len()];
        let mut solved = 0;
        for (system, cells) in &rows {
            let values = solve(system);
            solved += usize::from(!values.is_empty());
            for (name, value) in values {
                let column = names.iter().position(|n| *n == name).unwrap();
                assert!(
                    contains(value, cells[column]),
                    "{engine}, {}: {name} is {} and not in {value:?}",
                    system.name,
                    cells[column]
                );
                // A value that is zero has no digits.
                if cells[column] != "0" && digits(value) < worst[column].0 {
                    worst[column] = (digits(value), system.name.clone());
                }
            }
        }
        assert!(solved >= 10, "{engine} solved {solved} systems");
        println!("{engine}: {solved} systems; fewest certain digits");
        for (name, (digits, system)) in names.iter().zip(&worst) {
            if digits.is_finite() {
                println!("  {name:14} {digits:5.1}  {system}");
            }
        }
        assert!(worst[0].0 > 11.0, "{engine}: {:?}", worst[0]);
    }
}

#[test]
fn a_wrong_last_digit_is_seen() {
    // The thirtieth digit of a value is out of reach of doubles, the fourteenth is not.
    let (_, rows) = systems();
    let (system, cells) = rows
        .iter()
        .find(|r| r.0.name.starts_with("torus:4x4"))
        .unwrap();
    let value = by_transfer_matrix(system)[0].1;
    assert!(contains(value, cells[0]));
    let (exact, _) = parse(cells[0]);
    let off = exact.to_f64().unwrap() * (1.0 + 1e-12);
    assert!(!contains(value, &format!("{off:.20e}")), "{value:?}");
    assert!(exact.is_positive());
}
