//! Captions of figures 2 to 7, and what the text reads off them.
//!
//! The figures report machines that were trained, and lattices that were sampled, at sizes which the
//! exact modules do not reach in a run of the ledger. Committed runs of `blockspin reproduce` decide them.

use crate::ledger::{Case, Claim, Docket, Source};

const FIG2: &str = include_str!("../../../docs/figures/fig2.json");
const FIG3: &str = include_str!("../../../docs/figures/fig3.json");
const FIG4: &str = include_str!("../../../docs/figures/fig4.json");
const FIG5: &str = include_str!("../../../docs/figures/fig5.json");
const FIG6: &str = include_str!("../../../docs/figures/fig6.json");
const FIG7: &str = include_str!("../../../docs/figures/fig7.json");
const FLOW: &str = include_str!("../../../docs/figures/flow.json");

const BLANK: Claim = Claim {
    source: Source::DeMelloKoch2019,
    ..Claim::BLANK
};

/// A claim that a committed run of the experiment decides.
macro_rules! recorded {
    ($id:literal, $record:ident, $title:literal, $printed:literal) => {
        Claim {
            id: $id,
            title: $title,
            printed: $printed,
            decide: |d| d.recorded($id, $record),
            ..BLANK
        }
    };
}

pub(super) const CLAIMS: &[Claim] = &[
    recorded!(
        "demellokoch2019-fig2",
        FIG2,
        "Δ_m against the length of the flow",
        "After approximately 8 flows, Δ_m converges to the critical value 0.125"
    ),
    recorded!(
        "demellokoch2019-fig3a",
        FIG3,
        "Δ_s of flows near T_c",
        "Flows at T = 2.2 slightly underestimate Δ_s, flows at T = 2.3 overestimate it; at T_c the value would be very \
         close to 0.125"
    ),
    recorded!(
        "demellokoch2019-fig3b",
        FIG3,
        "Δ_s of the training data against temperature",
        "Plot (b) shows the estimated scaling dimension versus temperature for the Ising model data used for training; \
         Δ_s = 0.1263 [at T = 2.269], a plot showing this estimate can be seen in figure 3b"
    ),
    recorded!(
        "demellokoch2019-text-delta-s-10x10",
        FIG3,
        "Δ_s of a 10 by 10 lattice",
        "Even with a limited lattice of 10 by 10 spins, we find Δ_s = 0.1263 using Monte Carlo Ising model \
         configurations"
    ),
    recorded!(
        "demellokoch2019-fig4a",
        FIG4,
        "Δ_ε of the training data against temperature",
        "Interpolating the Ising data for lattices of 10 by 10 and 9 by 9 spins, the curve passes through Δ_ε = 1 at T_c, \
         with 90 % confidence intervals"
    ),
    recorded!(
        "demellokoch2019-fig4b",
        FIG4,
        "Δ_ε of flows",
        "None of the three temperatures 2.2, 2.3, 2.4 has a value of Δ_ε that converges with flow length; the error bars \
         are larger than the range shown"
    ),
    recorded!(
        "demellokoch2019-fig5a",
        FIG5,
        "correlation of spins with block spins, one step",
        "⟨v_i h_a⟩ between the 32 by 32 input at T_c and the lattice after one step: a peak around the place of the hidden \
         spin"
    ),
    recorded!(
        "demellokoch2019-fig5b",
        FIG5,
        "correlation of block spins, first with second step",
        "The patches of large correlation in 5b are larger in size than those of figure 5a"
    ),
    recorded!(
        "demellokoch2019-fig5c",
        FIG5,
        "correlation of spins with block spins, two steps",
        "The patches of large correlation in 5c are larger in size than those of figure 5a"
    ),
    recorded!(
        "demellokoch2019-fig6",
        FIG6,
        "correlation of visible with hidden units of trained machines",
        "Correlations of a stack 1024–256–64 (a) and of a single machine 1024–64 (b) show patterns very similar to those \
         of the RG"
    ),
    Claim {
        id: "demellokoch2019-text-fig6-reference",
        title: "panel with which figure 6a-iii is compared",
        printed: "Figure 6a-iii shows the correlation functions and is to be compared to the corresponding RG result in \
                  Figure 6b",
        conventions: &["what the captions say that each panel shows"],
        corrected: Some("… the corresponding RG result in Figure 5c"),
        wrong: Some(
            "wrong panel: by its caption figure 6b is the single RBM; the RG result from 1024 to 64 sites is figure 5c",
        ),
        decide: decide_reference,
        ..BLANK
    },
    recorded!(
        "demellokoch2019-fig7a",
        FIG7,
        "temperature measured after steps of the RG",
        "There is a clear increase in the measured temperature as the number of RG steps increases"
    ),
    recorded!(
        "demellokoch2019-fig7b",
        FIG7,
        "temperature measured in the layers of a stack",
        "Outputs of a stack 4096–1024–256–64: for T = 2 and 2.269 the temperature jumps in the first step and then stays; \
         for T = 2.7 layer 2 is at a higher temperature than layer 3"
    ),
    recorded!(
        "demellokoch2019-text-flow-to-critical",
        FLOW,
        "the flow of the RBM",
        "given any initial snapshot, the RBM flows towards the critical point of the Ising model"
    ),
    recorded!(
        "demellokoch2019-text-largest-scales",
        FLOW,
        "what agrees at the end of a flow",
        "the RBM flow and RG are distinct, but they do agree on the largest scale structure of the generated patterns"
    ),
    recorded!(
        "demellokoch2019-text-bright-spots",
        FIG6,
        "background and spots of figure 6",
        "The numerical results do indeed show a dark background with emerging bright spots"
    ),
    recorded!(
        "demellokoch2019-text-fig7a-temperatures",
        FIG7,
        "temperatures of the blocked lattices",
        "The temperature of each layer is roughly 2.3, 4.8 and 11 for layers 1, 2 and 3 respectively [64 by 64 input at \
         T = 2.7]"
    ),
    recorded!(
        "demellokoch2019-text-doubling-observed",
        FIG7,
        "doubling, as observed",
        "The RG flows to ever higher temperatures, with (roughly) a doubling in temperature for each step. Again, this \
         is precisely what we observe."
    ),
];

/// What a panel shows, by its caption.
#[derive(Clone, Copy, PartialEq)]
enum Shows {
    Rg(usize, usize),
    Stack(usize, usize),
    Single(usize, usize),
}

fn panel(name: &str) -> Option<Shows> {
    Some(match name {
        "5a" => Shows::Rg(1024, 256),
        "5b" => Shows::Rg(256, 64),
        "5c" => Shows::Rg(1024, 64),
        "6a-i" => Shows::Stack(1024, 256),
        "6a-ii" => Shows::Stack(256, 64),
        "6a-iii" => Shows::Stack(1024, 64),
        "6b" => Shows::Single(1024, 64),
        _ => return None,
    })
}

fn decide_reference(d: &mut Docket) {
    // The panels of the stack with the RG panel that the text or its correction puts beside each.
    let cases = [Case::new(1, "figure 6a-iii", "6a-iii")];
    let corresponds = |stack: &str, rg: &str| match (panel(stack), panel(rg)) {
        (Some(Shows::Stack(a, b)), Some(Shows::Rg(c, d))) => (a, b) == (c, d),
        _ => false,
    };
    d.on(
        "the panel is an RG result for the same two lattices",
        &cases,
        |_| true,
    )
    .printed(|s| corresponds(s, "6b"))
    .corrected(|s| corresponds(s, "5c"))
    .mutant("figure 5a", |s| corresponds(s, "5a"))
    .mutant("figure 5b", |s| corresponds(s, "5b"))
    .mutant("figure 6a-i", |s| corresponds(s, "6a-i"))
    .finish_constant();
    d.not_vacuous("some panel is such a result", corresponds("6a-i", "5a"));
}

#[cfg(test)]
mod tests {
    use super::super::claims;
    use super::*;
    use crate::ledger::Finding;

    #[test]
    fn records_decide_claims_as_they_are_printed() {
        let all = claims();
        let mut seen = 0;
        for record in [FIG2, FIG3, FIG4, FIG5, FIG6, FIG7, FLOW] {
            let run: serde_json::Value = serde_json::from_str(record).unwrap();
            let findings: Vec<Finding> = serde_json::from_value(run["findings"].clone()).unwrap();
            for finding in findings {
                let claim = all.iter().find(|c| c.id == finding.claim);
                let claim = claim.unwrap_or_else(|| panic!("{} is no claim", finding.claim));
                assert_eq!(claim.printed, finding.printed, "{}", finding.claim);
                seen += 1;
            }
        }
        assert_eq!(seen, 19);
    }
}
