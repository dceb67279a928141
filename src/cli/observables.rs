//! `blockspin exact --observables`: what the transfer matrix knows of a square lattice, and Kaufman's products of a
//! homogeneous torus that is wider.

use super::exit::Failure;
use super::output::bounded_line;
use super::question::{Asked, MethodName};
use super::source::{Loaded, ModelSource};
use crate::exact::{
    BondCorrelator, EnergyCorrelators, ExactError, Limits, Magnetization, Plan, Strip,
    StripCorrelators, StripTask, Thermodynamics, kaufman, plan_kaufman,
};
use crate::model::files::AnyModel;
use crate::model::{Boundary, Disorder};
use crate::numeric::Enclosure;
use serde_json::{Value, json};

/// Averages of an Ising model on a strip, a cylinder or a torus.
pub(super) struct Observables {
    spins: usize,
    thermodynamics: Thermodynamics,
    magnetization: Magnetization,
    correlators: StripCorrelators,
    /// Of all bonds with the first bond along each side of the lattice.
    energy: Vec<EnergyCorrelators>,
}

/// The energy and the heat capacity of a homogeneous torus without a field.
pub(super) struct Products {
    rows: usize,
    columns: usize,
    coupling: f64,
}

impl Products {
    /// The torus on the command line, if the transfer matrix is not to take it.
    pub(super) fn asked_of(source: &ModelSource, asked: &Asked) -> Option<Self> {
        let described = source.described().filter(|_| asked.observables)?;
        let lattice = described.lattice;
        let closed = [lattice.vertical(), lattice.horizontal()] == [Boundary::Periodic; 2];
        let plain = described.field == 0.0 && described.disorder == Disorder::None;
        let wide = lattice.rows().min(lattice.columns()) > WIDEST_STRIP;
        let by_name = asked.method == MethodName::Kaufman;
        (closed && plain && (by_name || wide && asked.method == MethodName::Auto)).then(|| Self {
            rows: lattice.rows(),
            columns: lattice.columns(),
            coupling: described.coupling,
        })
    }

    pub(super) fn sites(&self) -> usize {
        self.rows * self.columns
    }

    pub(super) fn plan(&self) -> Plan {
        plan_kaufman(self.rows, self.columns)
    }

    /// For a reader or for a program.
    pub(super) fn shown(&self, limits: &Limits, json: bool) -> anyhow::Result<String> {
        let plan = self.plan();
        if let Some(exceeded) = limits.exceeded_by(&plan) {
            return Err(Failure::too_large(ExactError::TooLarge {
                plan,
                exceeded,
                largest: None,
                size_unit: "",
            }));
        }
        let found = kaufman(self.rows, self.columns, self.coupling, self.coupling)
            .map_err(|e| Failure::bad_input(format!("--observables: {e}")))?;
        let named = [
            ("log_z", found.log_z),
            ("mean_energy", found.mean_energy),
            ("heat_capacity", found.heat_capacity),
        ];
        if json {
            let mut answer = json!({ "method": "kaufman", "spins": self.sites() });
            for (name, value) in named {
                answer[name] = json!({ "lo": value.lo(), "hi": value.hi() });
            }
            return Ok(serde_json::to_string_pretty(&answer)? + "\n");
        }
        let mut out = String::new();
        for (name, e) in named {
            out += &bounded_line(name, e);
        }
        out.push_str(MEANING_OF_ENERGY);
        out.push_str("by kaufman; every bound is rigorous\n");
        Ok(out)
    }
}

/// Sites across the widest strip that the transfer matrix takes.
const WIDEST_STRIP: usize = 20;

const MEANING_OF_ENERGY: &str =
    "energy is -<K>, heat capacity <K^2> - <K>^2 of the reduced Hamiltonian K\n";

/// The strip that the model is.
fn strip_of(loaded: &Loaded) -> anyhow::Result<Strip> {
    let AnyModel::Spins(model) = &loaded.model else {
        return Err(unfit(loaded, "the model is no spin Hamiltonian"));
    };
    if !loaded.observed.is_empty() {
        return Err(unfit(loaded, "it takes no --evidence"));
    }
    Strip::recognise(model).ok_or_else(|| {
        unfit(
            loaded,
            "the model is no strip of a square lattice up to 20 sites wide, its sites row by row, and no --lattice \
             torus without a field",
        )
    })
}

/// The bonds of site 0 with the next site along each side of the lattice, and what their correlators cost.
fn first_bonds(strip: &Strip) -> Vec<(usize, usize, Plan)> {
    let near = strip.following(0).into_iter();
    near.filter_map(|j| Some((0, j, strip.plan_energy_correlators(0, j)?)))
        .collect()
}

/// What `--observables` will cost: the parts one after another.
pub(super) fn plan(loaded: &Loaded) -> anyhow::Result<Plan> {
    let strip = strip_of(loaded)?;
    let tasks = [StripTask::Magnetization, StripTask::Correlators];
    let parts = tasks.into_iter().map(|task| strip.plan(task));
    let parts = parts.chain(first_bonds(&strip).into_iter().map(|(.., plan)| plan));
    let first = strip.plan(StripTask::Thermodynamics);
    Ok(parts.fold(first, |all, part| Plan {
        states: all.states + part.states,
        seconds: all.seconds + part.seconds,
        bytes: all.bytes.max(part.bytes),
        ..all
    }))
}

impl Observables {
    /// Computes them; the correlators are those with site 0 and the bonds beside it.
    pub(super) fn of(loaded: &Loaded, limits: &Limits) -> anyhow::Result<Self> {
        let strip = strip_of(loaded)?;
        let refused = |e: ExactError| match e {
            ExactError::TooLarge { .. } => Failure::too_large(e),
            e => Failure::bad_input(format!("{}: {e}", loaded.origin)),
        };
        // All of it together, as `plan` shows it.
        let plan = plan(loaded)?;
        if let Some(exceeded) = limits.exceeded_by(&plan) {
            return Err(refused(ExactError::TooLarge {
                plan,
                exceeded,
                largest: None,
                size_unit: "",
            }));
        }
        let mut energy = Vec::new();
        for (a, b, _) in first_bonds(&strip) {
            energy.extend(strip.energy_correlators(a, b, limits).map_err(refused)?);
        }
        Ok(Self {
            energy,
            spins: strip.spins(),
            thermodynamics: strip.thermodynamics(limits).map_err(refused)?,
            magnetization: strip.magnetization(limits).map_err(refused)?,
            correlators: strip.correlators(0, limits).map_err(refused)?,
        })
    }

    fn named(&self) -> [(&'static str, Enclosure); 7] {
        let (t, m) = (&self.thermodynamics, &self.magnetization);
        [
            ("log_z", t.log_z),
            ("mean_energy", -t.mean),
            ("heat_capacity", t.variance),
            ("mean_m", m.mean),
            ("mean_abs_m", m.absolute),
            ("mean_m2", m.square),
            ("mean_m4", m.fourth),
        ]
    }

    pub(super) fn text(&self) -> String {
        let mut out = String::new();
        let mut line = |name: &str, e: Enclosure| {
            out += &bounded_line(name, e);
        };
        for (name, value) in self.named() {
            line(name, value);
        }
        for (up, &p) in self.magnetization.probability.iter().enumerate() {
            line(&format!("P(M={})", 2 * up as i64 - self.spins as i64), p);
        }
        for (i, &c) in self.correlators.spins.iter().enumerate() {
            line(&format!("<s0 s{i}>"), c);
        }
        if let Some((a, b)) = self.correlators.source_bond {
            for &BondCorrelator {
                bond: (i, j),
                value,
            } in &self.correlators.bonds
            {
                line(&format!("<s{a} s{b} s{i} s{j}>"), value);
            }
        }
        for from in &self.energy {
            let (a, b) = from.source;
            line(&format!("<s{a} s{b}>"), from.mean);
            for found in &from.bonds {
                let (i, j) = found.bond;
                line(&format!("<s{a} s{b}; s{i} s{j}>"), found.connected);
            }
        }
        out.push_str("<A; B> is <A B> - <A><B>\n");
        out.push_str(
            "energy is -<K>, heat capacity <K^2> - <K>^2 of the reduced Hamiltonian K; m = M/N\n",
        );
        out.push_str("by transfer-matrix; every bound is rigorous\n");
        out
    }

    pub(super) fn json(&self) -> anyhow::Result<String> {
        let bounds = |e: &Enclosure| json!([e.lo(), e.hi()]);
        let mut answer = json!({ "method": "transfer-matrix", "spins": self.spins });
        for (name, value) in self.named() {
            answer[name] = json!({ "lo": value.lo(), "hi": value.hi() });
        }
        let list = |values: &[Enclosure]| -> Value { values.iter().map(bounds).collect() };
        // Entry k belongs to k spins up, M = 2k − N.
        answer["probability_of_ups"] = list(&self.magnetization.probability);
        answer["spin_correlator"] = list(&self.correlators.spins);
        let bonds: Vec<Value> = self
            .correlators
            .bonds
            .iter()
            .map(|b| json!([b.bond.0, b.bond.1, b.value.lo(), b.value.hi()]))
            .collect();
        answer["bond"] = json!(self.correlators.source_bond);
        answer["bond_correlator"] = Value::Array(bonds);
        let energy = self.energy.iter().map(|from| {
            let bonds = from.bonds.iter().map(|found| {
                json!({
                    "bond": found.bond,
                    "mean": bounds(&found.mean),
                    "product": bounds(&found.value),
                    "connected": bounds(&found.connected),
                })
            });
            json!({
                "bond": from.source,
                "mean": bounds(&from.mean),
                "with": bonds.collect::<Vec<Value>>(),
            })
        });
        answer["energy_correlator"] = energy.collect();
        Ok(serde_json::to_string_pretty(&answer)? + "\n")
    }
}

fn unfit(loaded: &Loaded, reason: &str) -> anyhow::Error {
    Failure::bad_input(format!("{}: --observables: {reason}", loaded.origin))
}
