//! What `blockspin exact` found, and how it is shown.

use super::output::bounded_line;
use crate::exact::{Method, PairMarginal};
use crate::model::Units;
use crate::model::files::{write_uai_mar, write_uai_pr};
use crate::numeric::Enclosure;
use num_traits::One;
use serde::Serialize;
use serde_json::{Value, json};
use std::fmt::Write;

/// `(i, j, ⟨s_i s_j⟩)`.
pub(super) type Correlators = Vec<(usize, usize, Enclosure)>;

/// An answer for one model.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) method: Method,
    /// The names of the variables.
    pub(super) labels: Vec<usize>,
    /// `ln Z`; `None` where Z is zero.
    pub(super) log_z: Option<Enclosure>,
    pub(super) averages: Averages,
}

/// What was asked for besides `ln Z`.
#[derive(Debug)]
pub(super) enum Averages {
    /// Of ±1 spins, and of units that were solved as spins, in their own values.
    Spins {
        /// For each variable what values it takes.
        units: Vec<Units>,
        mean: Option<Vec<Enclosure>>,
        pair: Option<Correlators>,
        edge: Option<Correlators>,
    },
    /// Probabilities of states.
    Factors {
        marginal: Option<Vec<Vec<Enclosure>>>,
        pair: Option<Vec<PairMarginal>>,
    },
    /// Of a machine's units: visible ones, then hidden ones, and products of one of each.
    Machine {
        units: (Units, Units),
        visible: usize,
        mean: Option<Vec<Enclosure>>,
        product: Option<Vec<Enclosure>>,
    },
}

/// The probabilities of down and up, from the mean of a unit.
fn probabilities(units: Units, mean: Enclosure) -> Vec<Enclosure> {
    let half = Enclosure::exact(0.5);
    let up = match units {
        Units::PlusMinus => half + half * mean,
        Units::ZeroOne => mean,
    };
    vec![Enclosure::one() - up, up]
}

impl Answer {
    /// The result file of task PR.
    pub(super) fn uai_pr(&self) -> String {
        write_uai_pr(self.log_z)
    }

    /// The result file of task MAR; `None` without marginals.
    pub(super) fn uai_mar(&self) -> Option<String> {
        let of = |list: &[Enclosure], units: Units| -> Vec<Vec<Enclosure>> {
            list.iter().map(|&m| probabilities(units, m)).collect()
        };
        let marginals = match &self.averages {
            Averages::Spins { units, mean, .. } => {
                let means = mean.as_ref()?.iter().zip(units);
                means.map(|(&m, &u)| probabilities(u, m)).collect()
            }
            Averages::Factors { marginal, .. } => marginal.clone()?,
            Averages::Machine {
                units,
                visible,
                mean,
                ..
            } => {
                let (v, h) = mean.as_ref()?.split_at(*visible);
                [of(v, units.0), of(h, units.1)].concat()
            }
        };
        Some(write_uai_mar(&marginals))
    }

    /// For a reader: a line for each number.
    pub(super) fn text(&self) -> String {
        let mut out = String::new();
        let mut line = |name: String, e: Enclosure| {
            out += &bounded_line(&name, e);
        };
        let label = |i: usize| self.labels[i];
        if let Some(log_z) = self.log_z {
            line("ln Z".to_owned(), log_z);
        }
        match &self.averages {
            Averages::Spins {
                mean, pair, edge, ..
            } => {
                for (i, &m) in mean.iter().flatten().enumerate() {
                    line(format!("<s{}>", label(i)), m);
                }
                for &(i, j, c) in pair.iter().chain(edge).flatten() {
                    line(format!("<s{} s{}>", label(i), label(j)), c);
                }
            }
            Averages::Factors { marginal, pair } => {
                for (i, states) in marginal.iter().flatten().enumerate() {
                    for (s, &p) in states.iter().enumerate() {
                        line(format!("P(x{}={s})", label(i)), p);
                    }
                }
                for p in pair.iter().flatten() {
                    let states = marginal.as_ref().map_or(1, |m| m[p.j].len());
                    for (k, &value) in p.joint.iter().enumerate() {
                        let (s, t) = (k / states, k % states);
                        line(format!("P(x{}={s},x{}={t})", label(p.i), label(p.j)), value);
                    }
                }
            }
            Averages::Machine {
                visible,
                mean,
                product,
                ..
            } => {
                let name = |i: usize| match i.checked_sub(*visible) {
                    None => format!("v{i}"),
                    Some(a) => format!("h{a}"),
                };
                for (i, &m) in mean.iter().flatten().enumerate() {
                    line(format!("<{}>", name(i)), m);
                }
                let hidden = mean.as_ref().map_or(1, |m| m.len() - visible);
                for (k, &p) in product.iter().flatten().enumerate() {
                    line(format!("<v{} h{}>", k / hidden, k % hidden), p);
                }
            }
        }
        if self.log_z.is_none() {
            out.push_str("Z = 0: no state has positive weight\n");
        }
        let _ = writeln!(out, "by {}; every bound is rigorous", self.method);
        out
    }

    /// For a program; numbers keep all their digits.
    pub(super) fn json(&self) -> anyhow::Result<String> {
        let mut answer = serde_json::Map::new();
        let mut put = |key: &str, value: Value| {
            answer.insert(key.to_owned(), value);
        };
        put("method", json!(self.method.to_string()));
        put("log_z", json!(self.log_z));
        if self.log_z.is_none() {
            put("zero", json!(true));
        }
        if self.labels.iter().enumerate().any(|(i, &label)| i != label) {
            put("labels", json!(self.labels));
        }
        match &self.averages {
            Averages::Spins {
                mean, pair, edge, ..
            } => {
                put("spins", json!(self.labels.len()));
                let list = |c: &Correlators| -> Vec<(usize, usize, f64, f64)> {
                    c.iter().map(|(i, j, e)| (*i, *j, e.lo(), e.hi())).collect()
                };
                for (key, value) in [
                    ("mean", mean.as_ref().map(|m| json!(m))),
                    ("pair", pair.as_ref().map(|c| json!(list(c)))),
                    ("edge", edge.as_ref().map(|c| json!(list(c)))),
                ] {
                    if let Some(value) = value {
                        put(key, value);
                    }
                }
            }
            Averages::Factors { marginal, pair } => {
                #[derive(Serialize)]
                struct Pair<'a> {
                    i: usize,
                    j: usize,
                    joint: &'a [Enclosure],
                }
                put("variables", json!(self.labels.len()));
                if let Some(marginal) = marginal {
                    put("marginal", json!(marginal));
                }
                if let Some(pair) = pair {
                    let list: Vec<Pair> = pair
                        .iter()
                        .map(|p| Pair {
                            i: p.i,
                            j: p.j,
                            joint: &p.joint,
                        })
                        .collect();
                    put("pair", json!(list));
                }
            }
            Averages::Machine {
                visible,
                mean,
                product,
                ..
            } => {
                put("visible", json!(visible));
                put("hidden", json!(self.labels.len() - visible));
                if let Some(mean) = mean {
                    put("mean", json!(mean));
                }
                if let Some(product) = product {
                    put("product", json!(product));
                }
            }
        }
        Ok(serde_json::to_string_pretty(&Value::Object(answer))? + "\n")
    }
}
