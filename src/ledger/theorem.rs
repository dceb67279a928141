//! Theorems of `proofs/` as evidence, tied to the statements that were read when a claim was written.

use std::collections::BTreeMap;
use std::sync::OnceLock;

/// The statements of all theorems, each a block `Definition NAME_statement : Prop := … .` that ends
/// before an empty line. The proof checker verifies that the theorem `NAME` has that statement.
const STATEMENTS: &str = include_str!("../../proofs/audit/Statements.v");

/// What the words in the statements mean.
const DEFINITIONS: &str = include_str!("../../proofs/theories/Definitions.v");

/// What a theorem says of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It proves the printed form.
    Proves,
    /// It proves the printed form under the claim's condition.
    ProvesUnderCondition,
    /// It proves the corrected form.
    ProvesCorrection,
    /// It refutes the printed form.
    Refutes,
}

/// A machine-checked theorem that is evidence for a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theorem {
    /// Its name in `proofs/`.
    pub name: &'static str,
    /// What it says of the claim.
    pub role: Role,
    /// [`statement_hash`] of the statement that the claim was written against.
    pub hash: u64,
}

/// FNV-1a of all definitions and a statement, with runs of white space made one space: it sees every
/// change that is not one of layout, and is no protection against malice.
pub fn statement_hash(statement: &str) -> u64 {
    let words = DEFINITIONS
        .split_whitespace()
        .chain(statement.split_whitespace());
    let normal = words.collect::<Vec<_>>().join(" ");
    normal.bytes().fold(0xcbf2_9ce4_8422_2325, |h, b| {
        (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// The statement block of every theorem, by name.
pub fn statements() -> &'static BTreeMap<&'static str, &'static str> {
    static BLOCKS: OnceLock<BTreeMap<&'static str, &'static str>> = OnceLock::new();
    BLOCKS.get_or_init(|| blocks(STATEMENTS))
}

fn blocks(text: &str) -> BTreeMap<&str, &str> {
    text.split("\n\n")
        .filter_map(|block| {
            let block = block.trim();
            let name = block
                .strip_prefix("Definition ")?
                .split("_statement")
                .next()?;
            block.ends_with('.').then_some((name, block))
        })
        .collect()
}

impl Theorem {
    /// What it says, in Coq's words on one line.
    pub(super) fn statement(&self) -> Option<String> {
        let (_, text) = statements().get(self.name)?.split_once(":=")?;
        Some(text.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// Whether the theorem's statement is there and is the one that the claim was written against.
    ///
    /// # Errors
    /// What is amiss, as a sentence.
    pub(super) fn check(&self) -> Result<(), String> {
        let block = statements().get(self.name).ok_or_else(|| {
            format!(
                "the theorem {} is not in proofs/audit/Statements.v",
                self.name
            )
        })?;
        if statement_hash(block) == self.hash {
            Ok(())
        } else {
            Err(format!(
                "the statement of {} is not the one that the claim was written against",
                self.name
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layout_does_not_change_the_hash_and_a_sign_does() {
        let a = "Definition x_statement : Prop :=\n  1 + 1 = 2.";
        assert_eq!(statement_hash(a), statement_hash(&a.replace('\n', " ")));
        assert_ne!(statement_hash(a), statement_hash(&a.replace('+', "-")));
    }

    #[test]
    fn blocks_are_found_by_name() {
        let text = "(* c *)\nImport X.\n\nDefinition a_statement : Prop :=\n  True.\n\nDefinition b_statement : Prop := False.\n";
        let found = blocks(text);
        assert_eq!(found.keys().copied().collect::<Vec<_>>(), ["a", "b"]);
    }

    #[test]
    fn a_changed_or_missing_statement_is_no_evidence() {
        let theorem = |name, hash| Theorem {
            name,
            role: Role::Proves,
            hash,
        };
        assert!(theorem("no_such_theorem", 0).check().is_err());
        let (&name, block) = statements().iter().next().unwrap();
        assert!(theorem(name, statement_hash(block)).check().is_ok());
        assert!(
            theorem(name, 0)
                .statement()
                .is_some_and(|s| block.contains(&s[..5]))
        );
        assert!(theorem(name, statement_hash(block) ^ 1).check().is_err());
    }
}
