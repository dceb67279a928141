//! A spin Hamiltonian laid out for sampling: who acts on whom, in contiguous memory.

use super::KernelError;
use crate::model::SpinHamiltonian;
use std::collections::BTreeMap;

/// A product of three or more spins.
#[derive(Clone, Debug, PartialEq)]
pub struct ManyBodyTerm {
    /// The sites, ascending.
    pub sites: Vec<u32>,
    /// The coupling.
    pub coupling: f64,
}

/// A reduced Hamiltonian with the terms of equal sites added and those of weight zero dropped.
///
/// ```text
/// 𝒦(s) = c + Σ_i h_i s_i + Σ_{i<j} K_ij s_i s_j + Σ_t K_t ∏_{i ∈ t} s_i
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct CompiledHamiltonian {
    /// Σ|K| over all terms.
    strength: f64,
    constant: f64,
    fields: Vec<f64>,
    /// The neighbours of site `i` stand at `offsets[i]..offsets[i + 1]`.
    offsets: Vec<u32>,
    neighbours: Vec<u32>,
    couplings: Vec<f64>,
    /// Pairs `i < j`, ascending.
    edges: Vec<(u32, u32, f64)>,
    many: Vec<ManyBodyTerm>,
    /// The many-body terms of site `i` stand at `many_offsets[i]..many_offsets[i + 1]`.
    many_offsets: Vec<u32>,
    many_of_site: Vec<u32>,
}

/// Lists of lists as one list: offsets and contents, from (owner, content) pairs in order of owner.
fn offsets(owners: usize, counts: impl Fn(usize) -> u32) -> Vec<u32> {
    let mut offsets = Vec::with_capacity(owners + 1);
    let mut total = 0;
    offsets.push(0);
    for owner in 0..owners {
        total += counts(owner);
        offsets.push(total);
    }
    offsets
}

/// Refuses couplings whose sums overflow.
pub(super) fn finite_strength(strength: f64) -> Result<(), KernelError> {
    if (4.0 * strength).is_finite() {
        return Ok(());
    }
    Err(KernelError::NotFinite {
        what: "four times the sum of all couplings",
        value: 4.0 * strength,
    })
}

impl CompiledHamiltonian {
    /// Compiles a model.
    ///
    /// # Errors
    /// [`KernelError::NotFinite`] if 4 Σ|K| overflows; below that no field or change of 𝒦 does.
    ///
    /// # Complexity
    /// O(T log T) for T terms.
    pub fn new(model: &SpinHamiltonian) -> Result<Self, KernelError> {
        let n = model.spins();
        let strength: f64 = model.terms().iter().map(|t| t.coupling.abs()).sum();
        finite_strength(strength)?;
        let (mut constant, mut fields) = (0.0, vec![0.0; n]);
        let mut pairs: BTreeMap<(u32, u32), f64> = BTreeMap::new();
        let mut products: BTreeMap<Vec<u32>, f64> = BTreeMap::new();
        for term in model.terms() {
            match *term.sites.as_slice() {
                [] => constant += term.coupling,
                [i] => fields[i] += term.coupling,
                [i, j] => {
                    *pairs.entry((i.min(j) as u32, i.max(j) as u32)).or_default() += term.coupling;
                }
                ref sites => {
                    let mut sites: Vec<u32> = sites.iter().map(|&i| i as u32).collect();
                    sites.sort_unstable();
                    *products.entry(sites).or_default() += term.coupling;
                }
            }
        }
        let edges: Vec<(u32, u32, f64)> = pairs
            .into_iter()
            .filter(|&(_, k)| k != 0.0)
            .map(|((i, j), k)| (i, j, k))
            .collect();
        let many: Vec<ManyBodyTerm> = products
            .into_iter()
            .filter(|&(_, k)| k != 0.0)
            .map(|(sites, coupling)| ManyBodyTerm { sites, coupling })
            .collect();
        let mut degree = vec![0_u32; n];
        for &(i, j, _) in &edges {
            degree[i as usize] += 1;
            degree[j as usize] += 1;
        }
        let offset = offsets(n, |i| degree[i]);
        let mut next = offset.clone();
        let mut neighbours = vec![0; 2 * edges.len()];
        let mut couplings = vec![0.0; 2 * edges.len()];
        for &(i, j, k) in &edges {
            for (from, to) in [(i, j), (j, i)] {
                let slot = &mut next[from as usize];
                neighbours[*slot as usize] = to;
                couplings[*slot as usize] = k;
                *slot += 1;
            }
        }
        let mut terms_of = vec![0_u32; n];
        for &i in many.iter().flat_map(|t| &t.sites) {
            terms_of[i as usize] += 1;
        }
        let many_offsets = offsets(n, |i| terms_of[i]);
        let mut next = many_offsets.clone();
        let mut many_of_site = vec![0; many_offsets[n] as usize];
        for (t, term) in many.iter().enumerate() {
            for &i in &term.sites {
                many_of_site[next[i as usize] as usize] = t as u32;
                next[i as usize] += 1;
            }
        }
        Ok(Self {
            strength,
            constant,
            fields,
            offsets: offset,
            neighbours,
            couplings,
            edges,
            many,
            many_offsets,
            many_of_site,
        })
    }

    /// Refuses a scale at which sums overflow.
    pub(super) fn check_scale(&self, scale: f64) -> Result<(), KernelError> {
        finite_strength(self.strength * scale.abs())
    }

    /// Number of spins.
    pub fn spins(&self) -> usize {
        self.fields.len()
    }

    /// The fields `h_i`.
    pub fn fields(&self) -> &[f64] {
        &self.fields
    }

    /// The pairs `(i, j, K_ij)`, `i < j`, none twice and none zero.
    pub fn edges(&self) -> &[(u32, u32, f64)] {
        &self.edges
    }

    /// The products of three or more spins.
    pub fn many_body_terms(&self) -> &[ManyBodyTerm] {
        &self.many
    }

    /// The pair terms of a site: neighbour and coupling.
    #[inline]
    pub fn neighbours(&self, site: usize) -> impl Iterator<Item = (usize, f64)> {
        let range = self.slots(site);
        self.neighbours[range.clone()]
            .iter()
            .zip(&self.couplings[range])
            .map(|(&j, &k)| (j as usize, k))
    }

    /// Where the pair terms of a site stand in the list of all, each pair counted at both ends.
    #[inline]
    pub(super) fn slots(&self, site: usize) -> std::ops::Range<usize> {
        self.offsets[site] as usize..self.offsets[site + 1] as usize
    }

    /// The other site of a slot.
    #[inline]
    pub(super) fn neighbour_in_slot(&self, slot: usize) -> usize {
        self.neighbours[slot] as usize
    }

    /// The couplings of all slots.
    pub(super) fn slot_couplings(&self) -> &[f64] {
        &self.couplings
    }

    /// `f_i = ∂𝒦/∂s_i`; 𝒦 changes by `−2 s_i f_i` if spin `i` is flipped.
    #[inline]
    pub fn local_field(&self, spins: &[i8], site: usize) -> f64 {
        let mut field = self.fields[site];
        for (j, k) in self.neighbours(site) {
            field += k * f64::from(spins[j]);
        }
        let terms = self.many_offsets[site] as usize..self.many_offsets[site + 1] as usize;
        for &t in &self.many_of_site[terms] {
            let term = &self.many[t as usize];
            let product: i8 = term.sites.iter().map(|&j| spins[j as usize]).product();
            field += term.coupling * f64::from(product * spins[site]);
        }
        field
    }

    /// 𝒦(s).
    pub fn reduced_hamiltonian(&self, spins: &[i8]) -> f64 {
        let field: f64 = self
            .fields
            .iter()
            .zip(spins)
            .map(|(h, &s)| h * f64::from(s))
            .sum();
        let pair: f64 = self
            .edges
            .iter()
            .map(|&(i, j, k)| k * f64::from(spins[i as usize] * spins[j as usize]))
            .sum();
        let many: f64 = self
            .many
            .iter()
            .map(|t| {
                let product: i8 = t.sites.iter().map(|&j| spins[j as usize]).product();
                t.coupling * f64::from(product)
            })
            .sum();
        self.constant + field + pair + many
    }

    /// Whether all states have the same weight; products of distinct sites are linearly independent.
    pub fn is_constant(&self) -> bool {
        self.edges.is_empty() && self.many.is_empty() && self.fields.iter().all(|&h| h == 0.0)
    }

    /// A state with all bonds satisfied at this scale, if the model is a ring `0 − 1 − ⋯ − (N − 1) − 0` of three
    /// sites or more, of one coupling strength, without field and without frustration.
    pub(super) fn ground_state_of_ring(&self, scale: f64) -> Option<Vec<i8>> {
        let n = self.spins();
        let bare = self.many.is_empty() && self.fields.iter().all(|&h| h == 0.0);
        if n < 3 || self.edges.len() != n || !bare || scale == 0.0 {
            return None;
        }
        let strength = self.edges[0].2.abs();
        let mut spins = vec![1; n];
        for i in 0..n {
            let next = (i + 1) % n;
            let coupling = self.neighbours(i).find(|&(j, _)| j == next)?.1;
            if coupling.abs() < strength || coupling.abs() > strength {
                return None;
            }
            let wanted = if coupling * scale > 0.0 {
                spins[i]
            } else {
                -spins[i]
            };
            if next == 0 && spins[0] != wanted {
                return None;
            }
            spins[next] = wanted;
        }
        Some(spins)
    }

    /// Refuses a model with products of more than two spins.
    pub(super) fn pairwise(&self, kernel: &'static str) -> Result<(), KernelError> {
        match self.many.first() {
            None => Ok(()),
            Some(term) => Err(KernelError::NotPairwise {
                kernel,
                sites: term.sites.len(),
            }),
        }
    }

    /// The sites of one colour and then those of the other; sites of one colour share no term.
    ///
    /// # Errors
    /// [`KernelError::NotPairwise`] or [`KernelError::NotBipartite`].
    pub(super) fn checkerboard(&self) -> Result<Vec<u32>, KernelError> {
        self.pairwise("checkerboard")?;
        let mut colour: Vec<Option<bool>> = vec![None; self.spins()];
        for start in 0..self.spins() {
            if colour[start].is_some() {
                continue;
            }
            colour[start] = Some(false);
            let mut open = vec![start];
            while let Some(i) = open.pop() {
                for (j, _) in self.neighbours(i) {
                    match colour[j] {
                        None => {
                            colour[j] = colour[i].map(|c| !c);
                            open.push(j);
                        }
                        Some(c) if Some(c) == colour[i] => {
                            return Err(KernelError::NotBipartite { site: j });
                        }
                        Some(_) => {}
                    }
                }
            }
        }
        let of = |which: bool| {
            (0..self.spins() as u32).filter({
                let colour = &colour;
                move |&i| colour[i as usize] == Some(which)
            })
        };
        Ok(of(false).chain(of(true)).collect())
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::model::{Lattice, Term};
    use crate::random::Seed;

    /// A model of `n` spins with random couplings of one to `most` spins.
    pub(in crate::sample) fn random_model(n: usize, most: usize, index: u64) -> SpinHamiltonian {
        let mut stream = Seed(11).stream("random spin model", index);
        let terms = (0..3 * n)
            .map(|_| {
                let mut sites: Vec<usize> = (0..n).collect();
                while sites.len() > 1 + stream.index(most.min(n)) {
                    sites.swap_remove(stream.index(sites.len()));
                }
                sites.truncate(most);
                Term {
                    sites,
                    coupling: stream.uniform_in(-0.6, 0.6),
                }
            })
            .collect();
        SpinHamiltonian::new(n, terms).unwrap()
    }

    #[test]
    fn the_compiled_form_is_the_model() {
        for index in 0..20 {
            let model = random_model(6, 4, index);
            let compiled = CompiledHamiltonian::new(&model).unwrap();
            for bits in 0..64_usize {
                let spins: Vec<i8> = (0..6).map(|i| ((bits >> i & 1) << 1) as i8 - 1).collect();
                let plain: f64 = model
                    .terms()
                    .iter()
                    .map(|t| {
                        t.coupling
                            * t.sites
                                .iter()
                                .map(|&i| f64::from(spins[i]))
                                .product::<f64>()
                    })
                    .sum();
                assert!((compiled.reduced_hamiltonian(&spins) - plain).abs() < 1e-13);
                for i in 0..6 {
                    let mut flipped = spins.clone();
                    flipped[i] = -flipped[i];
                    let change = compiled.reduced_hamiltonian(&flipped) - plain;
                    let field = compiled.local_field(&spins, i);
                    assert!((change + 2.0 * f64::from(spins[i]) * field).abs() < 1e-13);
                }
            }
        }
    }

    #[test]
    fn repeated_pairs_are_added_and_cancelled_ones_dropped() {
        let torus =
            CompiledHamiltonian::new(&Lattice::torus(2, 2).ising(0.25, 0.0).unwrap()).unwrap();
        assert_eq!(
            torus.edges(),
            [(0, 1, 0.5), (0, 2, 0.5), (1, 3, 0.5), (2, 3, 0.5)]
        );
        let term = |coupling| Term {
            sites: vec![1, 0],
            coupling,
        };
        let model = SpinHamiltonian::new(2, vec![term(1.0), term(-1.0)]).unwrap();
        assert!(CompiledHamiltonian::new(&model).unwrap().edges().is_empty());
    }

    #[test]
    fn couplings_that_overflow_are_refused() {
        let model = |k| Lattice::torus(2, 2).ising(k, 0.0).unwrap();
        assert!(matches!(
            CompiledHamiltonian::new(&model(1e308)),
            Err(KernelError::NotFinite { .. })
        ));
        let strong = CompiledHamiltonian::new(&model(1e300)).unwrap();
        assert!(strong.check_scale(1e10).is_err() && strong.check_scale(f64::NAN).is_err());
        assert!(strong.check_scale(-1.0).is_ok());
    }

    #[test]
    fn odd_cycles_have_no_checkerboard() {
        let ring = |n| {
            CompiledHamiltonian::new(
                &format!("ring:{n}")
                    .parse::<Lattice>()
                    .unwrap()
                    .ising(0.1, 0.0)
                    .unwrap(),
            )
            .unwrap()
        };
        assert_eq!(ring(4).checkerboard().unwrap(), [0, 2, 1, 3]);
        assert!(matches!(
            ring(5).checkerboard(),
            Err(KernelError::NotBipartite { .. })
        ));
    }
}
