//! The source documents: each equation, and each checkable statement beside it, as a claim.

mod demellokoch2019;
mod example_machines;
mod jefferson2019;
mod martin2015;
mod theorems;

use crate::ledger::{Claim, Expectations, Source};
use std::sync::OnceLock;

/// All claims by source; the numbered equations with what is said beside them, then the text.
pub fn all_claims() -> Vec<Claim> {
    let mut claims = [
        jefferson2019::claims(),
        demellokoch2019::claims(),
        martin2015::claims(),
    ]
    .concat();
    for claim in &mut claims {
        claim.theorems = theorems::of(claim.id);
    }
    // Stable, so that what has no number keeps the order of its module.
    claims.sort_by_key(|c| {
        (
            Source::ALL.iter().position(|&s| s == c.source),
            number(c.id),
        )
    });
    claims
}

/// The number of the equation that a claim stands for or stands beside, from its id.
fn number(id: &str) -> u32 {
    id.split("-eq")
        .nth(1)
        .and_then(|rest| rest.get(..2)?.parse().ok())
        .unwrap_or(u32::MAX)
}

/// The committed status of every claim, against which a run is compared.
///
/// # Panics
/// If the committed list is malformed, which a test rules out.
pub fn expectations() -> &'static Expectations {
    static LIST: OnceLock<Expectations> = OnceLock::new();
    LIST.get_or_init(|| {
        Expectations::parse(include_str!("expected.txt"))
            .expect("the committed list is well-formed")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn theorems_are_named_for_claims_that_exist() {
        let claims = all_claims();
        for id in theorems::claims() {
            assert!(claims.iter().any(|c| c.id == id), "{id} is no claim");
        }
        assert!(claims.iter().filter(|c| !c.theorems.is_empty()).count() >= 25);
    }

    #[test]
    fn claims_stand_in_the_order_of_the_documents() {
        assert_eq!(number("jefferson2019-eq29-zb"), 29);
        assert_eq!(number("martin2015-rge"), u32::MAX);
        let ids: Vec<&str> = all_claims().iter().map(|c| c.id).collect();
        assert_eq!(ids[0], "jefferson2019-eq01");
    }
}
