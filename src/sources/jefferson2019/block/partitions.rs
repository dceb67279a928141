//! Equation 29, the two statements before it on `Z_b` and Z₀, and the size of a block.

use super::systems::{RATIONAL, SYMBOLIC, System, q, rational_systems, symbolic_systems};
use crate::ledger::{Case, Claim, Docket, Source, Value};
use crate::rg::{BlockRule, Interaction};
use crate::symbolic::{Field, RationalFunction};
use num_rational::BigRational;

pub(super) const BLOCK_SIZE: Claim = Claim {
    id: "jefferson2019-text-block-size",
    source: Source::Jefferson2019,
    title: "number of fine spins in a block",
    printed: "dim χ = m and n blocks imply dim H_j = m/n",
    assumptions: &["χ = ⋃_j H_j, blocks disjoint"],
    condition: Some("all blocks have the same size, for which n must divide m"),
    decide: block_size,
    ..Claim::BLANK
};

pub(super) const Z_BLOCK: Claim = Claim {
    id: "jefferson2019-eq29-zb",
    source: Source::Jefferson2019,
    title: "partition function of a block, two forms",
    printed: "Z_b = Σ_{χ_i ∈ H_j} e^{𝒦_b(H_j)} = ∏_{i=1}^{m/n} Σ_{χ_i} e^{𝒦_b(χ_i)}",
    conventions: &[
        "𝒦_b(χ_i) is read as printed, a function of one spin: the terms of 𝒦_b with χ_i alone",
        "with ∏_i Σ_{χ_i} as one multiple sum and 𝒦_b(χ_i) meaning 𝒦_b(χ_1, …, χ_{m/n}) the second form would repeat the first",
    ],
    condition: Some("no term of 𝒦_b couples two spins of the block"),
    decide: z_block,
    ..Claim::BLANK
};

pub(super) const Z_INTRA: Claim = Claim {
    id: "jefferson2019-eq29-z0",
    source: Source::Jefferson2019,
    title: "normalization of p₀",
    printed: "p₀ = e^{𝒦₀(χ)}/Z₀,  Z₀ = ∏_{i=1}^m Σ_{χ_i ∈ χ} e^{𝒦₀(χ)}",
    conventions: &[
        "∏_i Σ_{χ_i} is one sum over all m spins, as the document defines Σ_χ beside (25)",
    ],
    decide: z_intra,
    ..Claim::BLANK
};

pub(super) const EQ29: Claim = Claim {
    id: "jefferson2019-eq29",
    source: Source::Jefferson2019,
    equation: Some("29"),
    title: "independent blocks: Z₀ factorizes",
    printed: "Z₀ = Σ_{χ_1} … Σ_{χ_m} e^{𝒦_b(H_1)} … e^{𝒦_b(H_n)} = ∏_j Σ_{χ_i ∈ H_j} e^{𝒦_b(H_j)} = ∏_j Z_b",
    conventions: &["Z_b is the one of block j where blocks differ"],
    assumptions: &["blocks are disjoint and 𝒦₀ = Σ_j 𝒦_b(H_j)"],
    decide: eq29,
    ..Claim::BLANK
};

fn block_size(docket: &mut Docket) {
    let cases: Vec<Case<Vec<usize>>> = [
        vec![2, 2],
        vec![2, 1],
        vec![3, 3],
        vec![1, 1, 1],
        vec![4, 4, 4],
        vec![3, 2],
        vec![1, 2, 3],
    ]
    .into_iter()
    .map(|sizes| {
        let m = sizes.iter().sum();
        Case::new(m, format!("m = {m}, blocks of {sizes:?}"), sizes)
    })
    .collect();
    let all = |sizes: &Vec<usize>, f: fn(i64, i64) -> BigRational| {
        let (m, n) = (sizes.iter().sum::<usize>() as i64, sizes.len() as i64);
        vec![f(m, n); sizes.len()]
    };
    let truth = |sizes: &Vec<usize>| -> Vec<BigRational> {
        sizes.iter().map(|&size| q(size as i64, 1)).collect()
    };
    docket
        .on("partitions of 3 to 12 spins", &cases, truth)
        .printed_if(
            |sizes| sizes.windows(2).all(|w| w[0] == w[1]),
            |sizes| all(sizes, q),
        )
        .mutant("n/m", |sizes| all(sizes, |m, n| q(n, m)))
        .mutant("m − n", |sizes| all(sizes, |m, n| q(m - n, 1)))
        .mutant("m/(n + 1)", |sizes| all(sizes, |m, n| q(m, n + 1)))
        .finish();
}

/// One block of a Hamiltonian with the given weights of its field and of the bonds in it.
fn one_block<T: Field>(size: usize, field: &T, bond: Option<&T>) -> System<T> {
    let mut terms: Vec<Interaction<T>> = (0..size)
        .map(|i| Interaction {
            sites: vec![i],
            // A field that differs from site to site.
            weight: (0..=i).fold(T::one(), |w, _| w * field.clone()),
        })
        .collect();
    if let Some(bond) = bond {
        terms.extend((1..size).map(|i| Interaction {
            sites: vec![i - 1, i],
            weight: bond.clone(),
        }));
    }
    System {
        spins: size,
        blocks: vec![(0..size).collect()],
        terms,
        rule: BlockRule::Keep(0),
    }
}

fn z_block(docket: &mut Docket) {
    fn on<T: Field + Value>(docket: &mut Docket, scope: &str, field: &T, bond: &T) {
        let cases: Vec<Case<System<T>>> = [2, 3, 4]
            .into_iter()
            .flat_map(|size| {
                let free = one_block(size, field, None);
                let coupled = one_block(size, field, Some(bond));
                [
                    Case::new(size, format!("{size} spins in a field"), free),
                    Case::new(size, format!("{size} coupled spins in a field"), coupled),
                ]
            })
            .collect();
        docket
            .on(
                format!("second form, {scope}"),
                &cases,
                System::plain_partition,
            )
            .printed_if(
                |s| s.transformation().block_is_free(0),
                |s| s.transformation().block_partition_of_single_spins(0),
            )
            .mutant("sum of the one-spin sums instead of their product", |s| {
                (0..s.spins).fold(T::zero(), |z, i| {
                    let one = s.only(|_, t| t.sites == [i]);
                    let up = one.plain_weight(u32::MAX);
                    z + up.clone() + T::one() / up
                })
            })
            .mutant("h → 2h", |s| {
                s.doubled(|_, t| t.sites.len() == 1)
                    .transformation()
                    .block_partition_of_single_spins(0)
            })
            .mutant("one spin's field left out", |s| {
                s.only(|_, t| t.sites != [1])
                    .transformation()
                    .block_partition_of_single_spins(0)
            })
            .finish();
        docket
            .on(
                format!("first form, {scope}"),
                &cases,
                System::plain_partition,
            )
            .printed(|s| s.transformation().block_partition(0))
            .finish();
    }
    on(
        docket,
        "blocks of 2 to 4 spins with rational weights",
        &q(5, 4),
        &q(3, 2),
    );
    let (x, t) = (RationalFunction::var(0), RationalFunction::var(1));
    on(
        docket,
        "blocks of 2 to 4 spins, field and bond as indeterminates",
        &x,
        &t,
    );
}

/// `Σ_{χ_1} … Σ_{χ_m}` of `e^{𝒦₀}`, the sum over the last spin being done first.
fn summed_spin_by_spin<T: Field>(system: &System<T>) -> T {
    let t = system.transformation();
    let mut values: Vec<T> = (0..1 << system.spins).map(|s| t.intra_weight(s)).collect();
    for _ in 0..system.spins {
        let upper = values.split_off(values.len() / 2);
        values = values.into_iter().zip(upper).map(|(a, b)| a + b).collect();
    }
    values.remove(0)
}

fn z_intra(docket: &mut Docket) {
    fn on<T: Field + Value>(docket: &mut Docket, scope: &str, cases: &[Case<System<T>>]) {
        docket
            .on(scope, cases, |s| s.only(System::is_intra).plain_partition())
            .printed(summed_spin_by_spin)
            .mutant("𝒦₁ not taken out", System::plain_partition)
            .mutant("K → 2K", |s| summed_spin_by_spin(&s.doubled(|_, _| true)))
            .mutant("terms with the first spin left out", |s| {
                summed_spin_by_spin(&s.only(|_, t| !t.sites.contains(&0)))
            })
            .finish();
    }
    on(docket, SYMBOLIC, &symbolic_systems());
    on(docket, RATIONAL, &rational_systems());
    let total = |s: &System<BigRational>| -> BigRational {
        let t = s.transformation();
        (0..1 << s.spins)
            .map(|c| t.intra_weight(c))
            .sum::<BigRational>()
            / t.intra_partition()
    };
    docket
        .on(
            "Σ_χ p₀(χ) = 1 on seven systems",
            &rational_systems(),
            |_| q(1, 1),
        )
        .printed(total)
        .finish_constant();
}

fn eq29(docket: &mut Docket) {
    fn on<T: Field + Value>(docket: &mut Docket, scope: &str, cases: &[Case<System<T>>]) {
        docket
            .on(scope, cases, |s| s.only(System::is_intra).plain_partition())
            .printed(|s| s.transformation().intra_partition())
            .mutant("𝒦₁ left in: the full Z", System::plain_partition)
            .mutant("one block short", |s| {
                let t = s.transformation();
                (1..t.coarse_spins()).fold(T::one(), |z, j| z * t.block_partition(j))
            })
            .mutant("Σ_j Z_b", |s| {
                let t = s.transformation();
                (0..t.coarse_spins()).fold(T::zero(), |z, j| z + t.block_partition(j))
            })
            .mutant("one-spin factors instead of block sums", |s| {
                let t = s.transformation();
                (0..t.coarse_spins())
                    .fold(T::one(), |z, j| z * t.block_partition_of_single_spins(j))
            })
            .finish();
    }
    on(docket, SYMBOLIC, &symbolic_systems());
    on(docket, RATIONAL, &rational_systems());
}
