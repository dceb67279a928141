//! Exact independent configurations.
//!
//! The steps that built the graph are walked back. When a spin is dropped, all others on the front have
//! already been drawn, and the sum over what lies behind the front is held by the boundary state of
//! that moment; making the drawn ones agree, one neighbour after the other, leaves one correlator, that of
//! the spin with the drawn ones.

use super::boundary::{Boundary, Couplings, PrecisionLost, Step};
use super::cost::{build_seconds, copy_seconds, join_seconds, state_bytes, update_seconds};
use super::fixed::{fraction_bits, to_big};
use super::{Block, Planar, PlanarError, WANTED_BITS, WORDS};
use crate::exact::{Limits, Plan};
use crate::random::Stream;
use num_traits::ToPrimitive;

/// `P(s_a = +1)` given the spins of the other places, up to the global flip.
fn probability<const N: usize>(
    mut state: Boundary<N>,
    a: usize,
    spin: &dyn Fn(usize) -> bool,
) -> Result<f64, PrecisionLost> {
    let w = state.order.len();
    let at = state
        .order
        .iter()
        .position(|&x| x == a)
        .ok_or(PrecisionLost)?;
    let others: Vec<usize> = (1..w).map(|k| state.order[(at + k) % w]).collect();
    for pair in others.windows(2) {
        state.equate(pair[0], pair[1], spin(pair[0]) == spin(pair[1]))?;
        state.order.retain(|&x| x != pair[0]);
    }
    let Some(&last) = others.last() else {
        return Ok(0.5);
    };
    let bits = fraction_bits(N);
    let c = to_big(&state.get(a, last));
    // (1 ± C)/2 before rounding, so that a small probability keeps its digits.
    let one = num_bigint::BigInt::from(1) << bits;
    let p = if spin(last) { one + c } else { one - c };
    let drop = p.bits().saturating_sub(60);
    let head = (&p >> drop).to_f64().unwrap_or(0.0);
    Ok(libm::ldexp(head, drop as i32 - bits as i32 - 1).clamp(0.0, 1.0))
}

/// Draws `count` configurations of a block, each up to a global flip.
fn draw<const N: usize>(
    block: &Block,
    count: usize,
    stream: &mut Stream,
) -> Result<Vec<Vec<bool>>, PrecisionLost> {
    let couplings = Couplings::<N>::new(&block.couplings);
    let program = &block.program;
    let total = program.steps.len();
    // States are kept at the starts of segments and made again within one.
    let segment = total.isqrt().max(1);
    let mut kept = Vec::new();
    let mut state = Boundary::<N>::new(program.places);
    for (k, step) in program.steps.iter().enumerate() {
        if k % segment == 0 {
            kept.push(state.clone());
        }
        state.step(step, &couplings)?;
    }
    let n = block.sites.len();
    let mut spins = vec![vec![false; n]; count];
    // Which vertex is at each place, walking back.
    let mut holder = vec![usize::MAX; program.places];
    for start in (0..kept.len()).rev() {
        let end = ((start + 1) * segment).min(total);
        let mut states = vec![kept[start].clone()];
        for step in &program.steps[start * segment..end - 1] {
            let mut next = states[states.len() - 1].clone();
            next.step(step, &couplings)?;
            states.push(next);
        }
        for k in (start * segment..end).rev() {
            let state = &states[k - start * segment];
            match program.steps[k] {
                Step::Drop { at } => {
                    let v = program.vertex[k];
                    for spins in &mut spins {
                        let p = probability(state.clone(), at, &|place| spins[holder[place]])?;
                        spins[v] = stream.uniform() < p;
                    }
                    holder[at] = v;
                }
                Step::Replace { host, edge } => {
                    // The place held the new vertex; before, it held the one that was replaced.
                    let new = holder[host];
                    let old = program.replaced[k];
                    let factor = libm::exp(-2.0 * block.couplings[edge].abs());
                    for spins in &mut spins {
                        let p = probability(state.clone(), host, &|place| spins[holder[place]])?;
                        let equal = spins[new] == (block.couplings[edge] >= 0.0);
                        let (up, down) = if equal { (1.0, factor) } else { (factor, 1.0) };
                        let (up, down) = (p * up, (1.0 - p) * down);
                        spins[old] = stream.uniform() * (up + down) < up;
                    }
                    holder[host] = old;
                }
                _ => {}
            }
        }
    }
    Ok(spins)
}

impl Planar {
    /// What [`Self::samples`] will cost.
    ///
    /// # Errors
    /// [`PlanarError::TooCold`].
    pub fn plan_samples(&self, count: usize) -> Result<Plan, PlanarError> {
        let mut plan = self.plan()?;
        let draws = count as f64;
        let mut held = 0.0_f64;
        plan.seconds = 0.0;
        plan.states = 0.0;
        for block in &self.blocks {
            let words = Block::words_of(Self::bits_to_draw(block))?;
            let (sites, edges) = (block.sites.len() as f64, block.couplings.len() as f64);
            let width = block.program.places as f64;
            let state = state_bytes(width, words);
            // The starts of all segments, the steps of one, and one that is worked on.
            let alive = 2.0 * (block.program.steps.len() as f64).sqrt() + 2.0;
            held = held.max(alive * state + 8.0 * edges * words as f64);
            // For each spin all others on the front are joined, one after the other.
            let entries = sites * width.powi(3) / 6.0;
            plan.states +=
                (2.0 * block.program.entries + draws * entries) * (words * (words + 1)) as f64;
            plan.seconds += 2.0 * build_seconds(block, words)
                + copy_seconds(2.0 * block.program.steps.len() as f64 * state)
                + draws
                    * (update_seconds(entries, 0.7 * width, words)
                        + join_seconds(sites * width, words)
                        + copy_seconds(sites * state));
        }
        // Spins of the blocks and of the whole.
        plan.bytes += held + 2.0 * draws * (self.sites as f64 + 40.0);
        Ok(plan)
    }

    /// Bits after the point with which a block is drawn.
    fn bits_to_draw(block: &Block) -> f64 {
        block.bits(WANTED_BITS) + block.sensitivity
    }

    /// Independent exact configurations; `true` is spin up.
    ///
    /// # Errors
    /// [`PlanarError::TooCold`], [`PlanarError::Exact`] by the predicted cost,
    /// [`PlanarError::PrecisionLost`] if no number of words keeps the correlators in bounds.
    /// # Accuracy
    /// Independence is exact. Conditional probabilities are computed with twice the bits that the bound of
    /// `ln Z` asks for; they are rounded to doubles and compared with variates of 53 bits. Test
    /// `samples_follow_the_exact_distribution`.
    /// # Complexity
    /// O(N w³) products for each configuration.
    pub fn samples(
        &self,
        count: usize,
        stream: &mut Stream,
        limits: &Limits,
    ) -> Result<Vec<Vec<bool>>, PlanarError> {
        Self::admit(self.plan_samples(count)?, limits)?;
        let mut parts = Vec::with_capacity(self.blocks.len());
        for block in &self.blocks {
            let needed = Self::bits_to_draw(block);
            let mut drawn = Err(PlanarError::TooCold {
                bits: needed,
                most: 64 * WORDS[WORDS.len() - 1],
            });
            for words in WORDS {
                if (fraction_bits(words) as f64) < needed {
                    continue;
                }
                // A second try draws anew; the first one's failure does not depend on what it drew before.
                match with_words!(words, draw(block, count, stream)) {
                    Ok(spins) => {
                        drawn = Ok(spins);
                        break;
                    }
                    Err(PrecisionLost) => drawn = Err(PlanarError::PrecisionLost),
                }
            }
            parts.push(drawn?);
        }
        Ok((0..count)
            .map(|k| self.combine(&parts, k, stream))
            .collect())
    }

    /// One configuration of the whole from those of the blocks, each of which may be flipped.
    fn combine(&self, parts: &[Vec<Vec<bool>>], k: usize, stream: &mut Stream) -> Vec<bool> {
        enum Link {
            Block(usize, usize),
            Bridge(usize),
        }
        let mut links: Vec<Vec<Link>> = (0..self.sites).map(|_| Vec::new()).collect();
        for (b, block) in self.blocks.iter().enumerate() {
            for (local, &site) in block.sites.iter().enumerate() {
                links[site].push(Link::Block(b, local));
            }
        }
        for (e, &(a, b, _)) in self.bridges.iter().enumerate() {
            links[a].push(Link::Bridge(e));
            links[b].push(Link::Bridge(e));
        }
        let mut spin: Vec<Option<bool>> = vec![None; self.sites];
        let mut placed = vec![false; self.blocks.len()];
        for root in 0..self.sites {
            if spin[root].is_some() {
                continue;
            }
            spin[root] = Some(stream.uniform() < 0.5);
            let mut stack = vec![root];
            while let Some(site) = stack.pop() {
                let own = spin[site].unwrap_or(false);
                for link in &links[site] {
                    match *link {
                        Link::Block(b, local) if !placed[b] => {
                            placed[b] = true;
                            let drawn = &parts[b][k];
                            let flip = drawn[local] != own;
                            for (&other, &s) in self.blocks[b].sites.iter().zip(drawn) {
                                if spin[other].is_none() {
                                    spin[other] = Some(s != flip);
                                    stack.push(other);
                                }
                            }
                        }
                        Link::Block(..) => {}
                        Link::Bridge(e) => {
                            let (a, b, coupling) = self.bridges[e];
                            let other = if a == site { b } else { a };
                            if spin[other].is_none() {
                                let equal = 1.0 / (1.0 + libm::exp(-2.0 * coupling));
                                spin[other] = Some((stream.uniform() < equal) == own);
                                stack.push(other);
                            }
                        }
                    }
                }
            }
        }
        spin.into_iter().map(|s| s.unwrap_or(false)).collect()
    }
}
