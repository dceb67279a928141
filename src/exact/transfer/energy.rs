//! Energy–energy correlators: of one bond with all others, whichever way the two run.
//!
//! With `ε₀ = s_a s_b` of the source and p, q the probabilities that its spins are alike and not,
//!
//! ```text
//! ⟨ε₀ ε⟩ = p ⟨ε⟩₊ − q ⟨ε⟩₋          ⟨ε₀ ε⟩ − ⟨ε₀⟩⟨ε⟩ = 2 p q (⟨ε⟩₊ − ⟨ε⟩₋)
//! ```
//! where `⟨·⟩₊` holds the spins of the source alike and `⟨·⟩₋` unlike: two models in which a bond's factor is
//! one or zero, with weights that are not negative, solved like any other. The second formula subtracts means
//! of one bond, not a product from a correlator: where both models are alike its error is that of the means.
//!
//! A bond held fixed breaks the symmetries that make a closed strip cheap. There a source across is put into
//! the first row, whose state is known in each term of the trace and gives ε₀ as a sign; a source along
//! becomes one across when the lattice is turned, if its other side is not too long either.

use super::super::{ExactError, Limits, Plan};
use super::engine::StripTask;
use super::moments::Moments;
use super::strip::{Forced, MOST_WIDTH, Strip};
use crate::numeric::Enclosure;

/// A bond and its correlator with the source.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EnergyCorrelator {
    /// The sites of the bond.
    pub bond: (usize, usize),
    /// `⟨ε⟩` of this bond.
    pub mean: Enclosure,
    /// `⟨ε₀ ε⟩`.
    pub value: Enclosure,
    /// `⟨ε₀ ε⟩ − ⟨ε₀⟩⟨ε⟩`.
    pub connected: Enclosure,
}

/// Correlators of `ε = s s′` of all bonds with that of one.
#[derive(Clone, Debug, PartialEq)]
pub struct EnergyCorrelators {
    /// The sites of the source.
    pub source: (usize, usize),
    /// `⟨ε₀⟩`.
    pub mean: Enclosure,
    /// All bonds of the lattice, the source among them.
    pub bonds: Vec<EnergyCorrelator>,
}

/// How the correlators with a bond are found.
enum Route {
    /// The strip whose first row has the source, the number that this row had before, and the source's column.
    FirstRow(Strip, usize, usize),
    /// The strip, and those in which the source is held alike and unlike.
    Held(Box<[Strip; 3]>),
}

impl Route {
    fn strips(&self) -> Vec<&Strip> {
        match self {
            Self::FirstRow(strip, ..) => vec![strip],
            Self::Held(strips) => strips.iter().collect(),
        }
    }

    fn plan(&self) -> Plan {
        let plans = self
            .strips()
            .into_iter()
            .map(|s| s.plan(StripTask::Marginals));
        let all = plans.reduce(|a, b| Plan {
            states: a.states + b.states,
            seconds: a.seconds + b.seconds,
            bytes: a.bytes.max(b.bytes),
            ..a
        });
        all.unwrap_or_else(|| unreachable!("there is at least one strip"))
    }
}

fn within(e: Enclosure) -> Enclosure {
    Enclosure::new(e.lo().clamp(-1.0, 1.0), e.hi().clamp(-1.0, 1.0))
}

impl Strip {
    /// The bonds of a site of the model: the slot and the other site.
    fn bonds_of(&self, site: usize) -> Vec<(Forced, usize)> {
        let (rows, w) = (self.rows, self.width);
        let (r, c) = self.place(site);
        let mut found = Vec::new();
        for left in [c, (c + w - 1) % w] {
            if self.has_across(r, left) {
                let other = if left == c { (c + 1) % w } else { left };
                found.push((Forced::Across(r * w + left, true), self.site(r, other)));
            }
        }
        for above in [r, (r + rows - 1) % rows] {
            if above + 1 < rows || self.closed {
                let other = if above == r { (r + 1) % rows } else { above };
                found.push((Forced::Along(above * w + c, true), self.site(other, c)));
            }
        }
        found
    }

    /// The sites that come next after a site along each side of the lattice, if a bond joins them.
    pub fn following(&self, site: usize) -> Vec<usize> {
        if site >= self.spins() {
            return Vec::new();
        }
        let (r, c) = self.place(site);
        let own = r * self.width + c;
        let next = self.bonds_of(site).into_iter().filter_map(|(slot, other)| {
            let (Forced::Across(i, _) | Forced::Along(i, _)) = slot;
            (i == own).then_some(other)
        });
        let mut next: Vec<usize> = next.collect();
        next.sort_unstable();
        next.dedup();
        next
    }

    /// The slot of the bond between two sites of the model.
    fn bond_between(&self, a: usize, b: usize) -> Option<Forced> {
        if a >= self.spins() {
            return None;
        }
        let mut bonds = self.bonds_of(a).into_iter();
        bonds.find_map(|(slot, other)| (other == b).then_some(slot))
    }

    /// The cheapest way to the correlators with a bond.
    fn energy_route(&self, a: usize, b: usize) -> Option<Route> {
        let of = |strip: Strip| -> Option<Route> {
            Some(match strip.bond_between(a, b)? {
                Forced::Across(i, _) if strip.closed => {
                    let (r, c) = (i / strip.width, i % strip.width);
                    Route::FirstRow(strip.rotated(r), r, c)
                }
                slot => {
                    let [alike, unlike] = [true, false].map(|alike| strip.holding(slot, alike));
                    Route::Held(Box::new([strip, alike, unlike]))
                }
            })
        };
        let here = of(self.clone())?;
        if self.closed && self.rows <= MOST_WIDTH && matches!(here, Route::Held(..)) {
            // A bond of strength zero may stand in one of the two only.
            let there = of(self.turned());
            if let Some(there) = there.filter(|r| r.plan().seconds < here.plan().seconds) {
                return Some(there);
            }
        }
        Some(here)
    }

    /// What [`Self::energy_correlators`] will cost; `None` if the sites share no bond.
    pub fn plan_energy_correlators(&self, a: usize, b: usize) -> Option<Plan> {
        Some(self.energy_route(a, b)?.plan())
    }

    /// Correlators of the bond between two sites with all bonds of the lattice, across and along.
    ///
    /// Returns `None` if the sites share no bond.
    /// # Errors
    /// [`ExactError::TooLarge`] by the predicted cost.
    /// # Accuracy
    /// Absolute error a few times that of [`Self::marginals`]. Test
    /// `energy_correlators_contain_the_sum_over_states`.
    /// # Complexity
    /// Three times [`Self::marginals`] of an open strip, and once of a torus whose sides are about alike. On a long
    /// closed one a bond along costs as many first rows as there are without the shifts of columns.
    pub fn energy_correlators(
        &self,
        a: usize,
        b: usize,
        limits: &Limits,
    ) -> Result<Option<EnergyCorrelators>, ExactError> {
        let Some(route) = self.energy_route(a, b) else {
            return Ok(None);
        };
        limits.admit(route.plan())?;
        let source = (a.min(b), a.max(b));
        let is_source = |i: usize, j: usize| (i.min(j), i.max(j)) == source;
        let mean_of = |bonds: &[(usize, usize, Enclosure)]| {
            let found = bonds.iter().find(|&&(i, j, _)| is_source(i, j));
            found.map_or(Enclosure::UNBOUNDED, |b| b.2)
        };
        let one = Enclosure::exact(1.0);
        let found = match &route {
            Route::FirstRow(strip, first, c) => {
                let moments = Moments::of(strip);
                let before = |site: usize| {
                    let (r, c) = strip.place(site);
                    strip.site((r + first) % strip.rows, c)
                };
                let means: Vec<(usize, usize, Enclosure)> = moments
                    .bonds()
                    .into_iter()
                    .map(|(i, j, mean)| (before(i), before(j), mean))
                    .collect();
                let mean = mean_of(&means);
                let signed = moments.with_first_bond(*c);
                let bonds = means.into_iter().zip(signed).map(|((i, j, own), value)| {
                    let value = if is_source(i, j) { one } else { value };
                    EnergyCorrelator {
                        bond: (i, j),
                        mean: own,
                        value,
                        connected: value - mean * own,
                    }
                });
                (mean, bonds.collect())
            }
            Route::Held(strips) => {
                let [strip, alike, unlike] = &**strips;
                let means = Moments::of(strip).bonds();
                let mean = mean_of(&means);
                let half = Enclosure::exact(0.5);
                let (p, q) = (half * (one + mean), half * (one - mean));
                let twice_pq = half * (one - mean * mean);
                let (like, unlike) = (Moments::of(alike).bonds(), Moments::of(unlike).bonds());
                let bonds = means.into_iter().zip(like).zip(unlike);
                let bonds = bonds.map(|(((i, j, own), (.., l)), (.., u))| {
                    let source = is_source(i, j);
                    let (l, u) = if source { (one, -one) } else { (l, u) };
                    EnergyCorrelator {
                        bond: (i, j),
                        mean: own,
                        value: if source { one } else { within(p * l - q * u) },
                        connected: twice_pq * (l - u),
                    }
                });
                (mean, bonds.collect())
            }
        };
        let (mean, bonds) = found;
        Ok(Some(EnergyCorrelators {
            source,
            mean,
            bonds,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Boundary, Lattice, SpinHamiltonian, Term};
    use crate::random::{Seed, Stream};

    fn model(lattice: Lattice, alike: bool, strength: f64, stream: &mut Stream) -> SpinHamiltonian {
        let (k, h) = (strength * stream.normal(), 0.3 * strength * stream.normal());
        let mut terms = Vec::new();
        for (i, j) in lattice.bonds() {
            terms.push(Term {
                sites: vec![i, j],
                coupling: if alike { k } else { strength * stream.normal() },
            });
        }
        for i in 0..lattice.sites() {
            terms.push(Term {
                sites: vec![i],
                coupling: if alike {
                    h
                } else {
                    0.3 * strength * stream.normal()
                },
            });
        }
        SpinHamiltonian::new(lattice.sites(), terms).unwrap()
    }

    /// Whether some correlators are those of a model, by a plain loop over its states that is right to about
    /// 1e-13; widths are below 1e-10.
    fn holds(model: &SpinHamiltonian, found: &EnergyCorrelators) -> bool {
        let energies: Vec<f64> = (0..1_u64 << model.spins())
            .map(|s| model.energy_of_bits(s))
            .collect();
        let top = energies.iter().copied().fold(f64::MIN, f64::max);
        let weights: Vec<f64> = energies.iter().map(|e| (e - top).exp()).collect();
        let z: f64 = weights.iter().sum();
        let average = |sites: &[usize]| -> f64 {
            let signed = weights.iter().enumerate().map(|(s, w)| {
                let down = sites.iter().filter(|&&i| s >> i & 1 == 0).count();
                if down % 2 == 0 { *w } else { -w }
            });
            signed.sum::<f64>() / z
        };
        let near =
            |e: Enclosure, x: f64| e.lo() - 1e-11 <= x && x <= e.hi() + 1e-11 && e.width() < 1e-10;
        let (a, b) = found.source;
        let source = average(&[a, b]);
        near(found.mean, source)
            && found.bonds.iter().all(|f| {
                let (i, j) = f.bond;
                let (own, both) = (average(&[i, j]), average(&[a, b, i, j]));
                near(f.mean, own) && near(f.value, both) && near(f.connected, both - source * own)
            })
    }

    #[test]
    fn energy_correlators_contain_the_sum_over_states() {
        let mut stream = Seed(71).stream("energy", 0);
        let (mut along, mut first_row, mut held, mut seen) = (0, 0, 0, 0);
        for round in 0..600 {
            let (rows, columns) = (1 + stream.index(4), 1 + stream.index(4));
            let mut side = || match stream.index(3) {
                0 => Boundary::Open,
                _ => Boundary::Periodic,
            };
            let lattice = Lattice::new(rows, columns, side(), side());
            if lattice.bonds().is_empty() || lattice.sites() > 12 {
                continue;
            }
            let strength = [0.2, 1.0, 300.0][round % 3];
            let model = model(lattice, stream.index(2) == 0, strength, &mut stream);
            let strip = Strip::of_spins(&model, lattice).unwrap();
            let bonds = lattice.bonds();
            let (a, b) = bonds[stream.index(bonds.len())];
            let route = strip.energy_route(a, b).unwrap();
            match route {
                Route::FirstRow(..) => first_row += 1,
                Route::Held(..) => held += 1,
            }
            let found = strip
                .energy_correlators(b, a, &Limits::NONE)
                .unwrap()
                .unwrap();
            let mut listed: Vec<(usize, usize)> = found
                .bonds
                .iter()
                .map(|f| (f.bond.0.min(f.bond.1), f.bond.0.max(f.bond.1)))
                .collect();
            listed.sort_unstable();
            let mut all: Vec<(usize, usize)> =
                bonds.iter().map(|&(i, j)| (i.min(j), i.max(j))).collect();
            all.sort_unstable();
            all.dedup();
            assert_eq!(listed, all, "{lattice:?}");
            along += usize::from(matches!(strip.bond_between(a, b), Some(Forced::Along(..))));
            assert!(
                holds(&model, &found),
                "{round} {lattice:?} {a} {b} {found:?}"
            );
            // The same numbers said of another bond are seen to be wrong where the two differ.
            let other = bonds[stream.index(bonds.len())];
            let wrong = EnergyCorrelators {
                source: (other.0.min(other.1), other.0.max(other.1)),
                ..found.clone()
            };
            let differs = found.bonds.iter().any(|f| {
                let i = (f.bond.0.min(f.bond.1), f.bond.0.max(f.bond.1));
                i == wrong.source && (f.value.mid() - 1.0).abs() > 1e-6
            });
            if differs {
                seen += 1;
                assert!(!holds(&model, &wrong));
            }
        }
        assert!(along > 100 && first_row > 40, "{along} {first_row}");
        assert!(held > 100 && seen > 100, "{held} {seen}");
    }

    #[test]
    fn long_strips_agree_with_the_correlators_across() {
        // Closed and too long to be turned, closed and turned, open.
        let mut stream = Seed(72).stream("energy", 0);
        for text in ["torus:24x3", "torus:5x6", "open:4x9", "cylinder:22x3"] {
            let lattice: Lattice = text.parse().unwrap();
            let model = model(lattice, false, 0.5, &mut stream);
            let strip = Strip::of_spins(&model, lattice).unwrap();
            let c = lattice.columns();
            let (right, down) = ((c, c + 1), (c, 2 * c));
            let all = |(a, b)| {
                strip
                    .energy_correlators(a, b, &Limits::NONE)
                    .unwrap()
                    .unwrap()
            };
            let (from_right, from_down) = (all(right), all(down));
            let value = |found: &EnergyCorrelators, (i, j): (usize, usize)| {
                let own = |f: &&EnergyCorrelator| f.bond == (i, j) || f.bond == (j, i);
                found.bonds.iter().find(own).unwrap().value
            };
            // Each is the source of the other, by different routes.
            assert!(
                value(&from_right, down).overlaps(value(&from_down, right)),
                "{text}"
            );
            let across = strip.correlators(c, &Limits::NONE).unwrap();
            let from = match across.source_bond {
                Some(bond) if bond == right => &from_right,
                _ => &from_down,
            };
            for found in across.bonds {
                assert!(
                    found.value.overlaps(value(from, found.bond)),
                    "{text} {found:?}"
                );
            }
        }
    }

    #[test]
    fn what_is_no_bond_has_no_correlators() {
        let strip = Strip::homogeneous(Lattice::open(3, 3), 0.4, 0.0).unwrap();
        for (a, b) in [(0, 2), (0, 4), (2, 3), (0, 9), (1, 1)] {
            assert_eq!(strip.energy_correlators(a, b, &Limits::NONE), Ok(None));
        }
        assert_eq!(strip.following(4), [5, 7]);
        assert_eq!((strip.following(8), strip.following(9)), (vec![], vec![]));
        let wide = Strip::homogeneous(Lattice::open(20, 1000), 0.4, 0.0).unwrap();
        let tight = Limits {
            max_bytes: 1e6,
            ..Limits::NONE
        };
        let error = wide.energy_correlators(0, 1, &tight).unwrap_err();
        assert!(matches!(error, ExactError::TooLarge { .. }), "{error}");
    }

    #[test]
    fn a_bond_of_strength_zero_in_the_wrap_row_has_correlators() {
        let mut stream = Seed(9).stream("zero bond", 0);
        let mut terms = model(Lattice::torus(4, 3), false, 0.5, &mut stream)
            .terms()
            .to_vec();
        let wrap = terms
            .iter_mut()
            .find(|t| t.sites.len() == 2 && t.sites.contains(&0) && t.sites.contains(&9));
        wrap.unwrap().coupling = 0.0;
        let model = SpinHamiltonian::new(12, terms).unwrap();
        let strip = Strip::recognise(&model).unwrap();
        let found = strip.energy_correlators(9, 0, &Limits::default()).unwrap();
        assert!(holds(&model, &found.unwrap()));
    }
}
