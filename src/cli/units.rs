//! The values of units, as they are typed.

use crate::model::Units;
use clap::ValueEnum;
use serde::Deserialize;

/// Values of a machine's units, as they are typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum UnitsName {
    /// -1 and +1
    Spin,
    /// 0 and 1
    Binary,
}

impl UnitsName {
    pub(super) fn units(self) -> Units {
        match self {
            Self::Spin => Units::PlusMinus,
            Self::Binary => Units::ZeroOne,
        }
    }

    /// The name of units.
    pub(super) fn of(units: Units) -> &'static str {
        match units {
            Units::PlusMinus => "spin",
            Units::ZeroOne => "binary",
        }
    }
}
