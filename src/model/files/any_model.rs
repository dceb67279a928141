//! A model in any format: which one it is, and the way between them.

use super::fault::{Fault, FileError};
use super::{
    Labelled, read_coo, read_fg, read_rbm_npz, read_rbm_safetensors, read_uai, write_coo, write_fg,
    write_rbm_npz, write_rbm_safetensors, write_uai,
};
use crate::model::{
    ConversionError, FactorGraph, Rbm, SpinHamiltonian, Units, factors_of_spins, spins_of_factors,
    spins_of_rbm,
};

/// A model of one of the kinds that files hold.
#[derive(Clone, Debug, PartialEq)]
pub enum AnyModel {
    /// Couplings of ±1 spins.
    Spins(SpinHamiltonian),
    /// Tables of weights.
    Factors(FactorGraph),
    /// Weights and biases.
    Rbm(Rbm),
}

/// The formats of model files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileFormat {
    /// JSON, `blockspin-model`.
    Json,
    /// UAI, `MARKOV` or `BAYES`.
    Uai,
    /// libDAI.
    Fg,
    /// dimod COO; read as its header says, written in ±1 variables.
    Coo,
    /// dimod COO in ±1 variables.
    CooSpin,
    /// dimod COO in 0/1 variables.
    CooBinary,
    /// safetensors.
    Safetensors,
    /// An archive of `NumPy` arrays.
    Npz,
}

impl FileFormat {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Json,
        Self::Uai,
        Self::Fg,
        Self::Coo,
        Self::CooSpin,
        Self::CooBinary,
        Self::Safetensors,
        Self::Npz,
    ];

    /// The name, by which it is also called on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Uai => "uai",
            Self::Fg => "fg",
            Self::Coo => "coo",
            Self::CooSpin => "coo-spin",
            Self::CooBinary => "coo-binary",
            Self::Safetensors => "safetensors",
            Self::Npz => "npz",
        }
    }

    /// Whether its numbers are energies, which a temperature turns into weights.
    pub fn has_energies(self) -> bool {
        matches!(self, Self::Coo | Self::CooSpin | Self::CooBinary)
    }

    /// Whether it holds machines, whose units the file may leave open.
    pub fn has_machines(self) -> bool {
        matches!(self, Self::Safetensors | Self::Npz)
    }

    /// The format by the end of a file's name.
    pub fn of_extension(extension: &str) -> Option<Self> {
        match extension {
            "json" => Some(Self::Json),
            "uai" => Some(Self::Uai),
            "fg" => Some(Self::Fg),
            "coo" => Some(Self::Coo),
            "safetensors" => Some(Self::Safetensors),
            "npz" => Some(Self::Npz),
            _ => None,
        }
    }

    /// The format by the first bytes, where they show it; a `.fg` file has no mark of its own.
    pub fn of_content(bytes: &[u8]) -> Option<Self> {
        let start = &bytes[..bytes.len().min(4096)];
        let text = String::from_utf8_lossy(without_mark(start));
        let first = text.split_whitespace().next().unwrap_or_default();
        let header = |line: &str| line.trim_start().starts_with('#') && line.contains("vartype");
        if bytes.starts_with(b"PK\x03\x04") {
            Some(Self::Npz)
        } else if start.get(8) == Some(&b'{') && start[3..8] == [0; 5] {
            Some(Self::Safetensors)
        } else if first.starts_with('{') {
            Some(Self::Json)
        } else if ["MARKOV", "BAYES", "c"].contains(&first) {
            Some(Self::Uai)
        } else if text.lines().any(header) {
            Some(Self::Coo)
        } else {
            None
        }
    }
}

/// What a file may leave open.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Unstated {
    /// β where the file has energies.
    pub beta: f64,
    /// The units of a machine whose file does not name them.
    pub units: Units,
    /// Whether the rows of a machine's weights are hidden units, as in `torch`, where neither the names of the arrays nor
    /// the lengths of the biases tell. In files written here they are visible ones.
    pub weights_by_hidden: bool,
}

impl Default for Unstated {
    /// β = 1, ±1 units, rows of visible units.
    fn default() -> Self {
        Self {
            beta: 1.0,
            units: Units::PlusMinus,
            weights_by_hidden: false,
        }
    }
}

impl AnyModel {
    /// Number of variables: visible and hidden units for a machine.
    pub fn variables(&self) -> usize {
        match self {
            Self::Spins(model) => model.spins(),
            Self::Factors(graph) => graph.cardinality().len(),
            Self::Rbm(rbm) => rbm.visible() + rbm.hidden(),
        }
    }

    /// Number of states of each variable.
    pub fn cardinality(&self) -> Vec<usize> {
        match self {
            Self::Factors(graph) => graph.cardinality().to_vec(),
            other => vec![2; other.variables()],
        }
    }
}

impl Labelled<AnyModel> {
    /// The name of each variable, 0, 1, 2… where the file has none.
    pub fn names(&self) -> Vec<usize> {
        if self.labels.is_empty() {
            (0..self.model.variables()).collect()
        } else {
            self.labels.clone()
        }
    }
}

/// A text without the byte order mark that some editors write before it.
pub fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

/// Reads a model.
///
/// # Errors
/// [`FileError`] with place and reason.
pub fn read_model(
    bytes: &[u8],
    format: FileFormat,
    unstated: Unstated,
) -> Result<Labelled<AnyModel>, FileError> {
    let text = || {
        let text = without_mark(bytes);
        std::str::from_utf8(text).map_err(|e| {
            let found = "other bytes".to_owned();
            let expected = "UTF-8 text";
            let mark = bytes.len() - text.len();
            Fault::Unexpected { expected, found }.at_byte(mark + e.valid_up_to())
        })
    };
    let coo = |units| {
        read_coo(text()?, units, unstated.beta).map(|file| Labelled {
            model: AnyModel::Spins(file.model),
            labels: file.labels,
        })
    };
    let model = match format {
        FileFormat::Json => AnyModel::Spins(SpinHamiltonian::from_json(text()?)?),
        FileFormat::Uai => AnyModel::Factors(read_uai(text()?)?.graph),
        FileFormat::Fg => {
            let file = read_fg(text()?)?;
            return Ok(Labelled {
                model: AnyModel::Factors(file.model),
                labels: file.labels,
            });
        }
        FileFormat::Coo => return coo(None),
        FileFormat::CooSpin => return coo(Some(Units::PlusMinus)),
        FileFormat::CooBinary => return coo(Some(Units::ZeroOne)),
        FileFormat::Safetensors => AnyModel::Rbm(read_rbm_safetensors(bytes, unstated)?),
        FileFormat::Npz => AnyModel::Rbm(read_rbm_npz(bytes, unstated)?),
    };
    // A short file may name many variables; a list of them all is for those who want it.
    let labels = Vec::new();
    Ok(Labelled { model, labels })
}

/// Writes a model; what the format cannot hold is refused.
///
/// | to | from spins | from tables | from a machine |
/// |---|---|---|---|
/// | JSON | as it is | the logarithms of the tables as couplings | its couplings, hidden units behind visible ones |
/// | UAI, `.fg` | `e^{±K}` for each term | as it is | as from its couplings |
/// | COO | `−K/β`: fields, pairs, no constant | as from couplings | as from its couplings |
/// | safetensors, `.npz` | never: which spins are hidden? | never | as it is |
///
/// Only `.fg` and COO keep labels; in the others the variables are 0, 1, 2… in the order of their labels. COO has no
/// place for a constant in 𝒦: a model that has one is refused unless `drop_constant` is set, and what was dropped
/// is returned beside the file.
///
/// # Errors
/// [`ConversionError`].
pub fn write_model(
    file: &Labelled<AnyModel>,
    format: FileFormat,
    beta: f64,
    drop_constant: bool,
) -> Result<(Vec<u8>, f64), ConversionError> {
    let spins = || match &file.model {
        AnyModel::Spins(model) => Ok(model.clone()),
        AnyModel::Factors(graph) => spins_of_factors(graph),
        AnyModel::Rbm(rbm) => spins_of_rbm(rbm),
    };
    let factors = || match &file.model {
        AnyModel::Factors(graph) => Ok(graph.clone()),
        _ => factors_of_spins(&spins()?),
    };
    let coo = |units| {
        let (text, value) = write_coo(&spins()?, &file.names(), units, beta)?;
        if value != 0.0 && !drop_constant {
            return Err(ConversionError::Constant { value });
        }
        Ok((text.into_bytes(), value))
    };
    let bytes = match format {
        FileFormat::Json => Ok((spins()?.to_json() + "\n").into_bytes()),
        FileFormat::Uai => Ok(write_uai(&factors()?).into_bytes()),
        FileFormat::Fg => Ok(write_fg(&factors()?, &file.names()).into_bytes()),
        FileFormat::Coo | FileFormat::CooSpin => return coo(Units::PlusMinus),
        FileFormat::CooBinary => return coo(Units::ZeroOne),
        FileFormat::Safetensors | FileFormat::Npz => match &file.model {
            AnyModel::Rbm(rbm) if format == FileFormat::Npz => Ok(write_rbm_npz(rbm)),
            AnyModel::Rbm(rbm) => Ok(write_rbm_safetensors(rbm)),
            _ => Err(ConversionError::NoLayers),
        },
    };
    bytes.map(|bytes| (bytes, 0.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Term;

    /// Weights of all states by the definition of each kind of model, variable 0 the lowest digit.
    fn weights(model: &AnyModel) -> Vec<f64> {
        let cards = model.cardinality();
        let states: usize = cards.iter().product();
        (0..states)
            .map(|index| {
                let mut rest = index;
                let state: Vec<usize> = cards
                    .iter()
                    .map(|&q| {
                        let s = rest % q;
                        rest /= q;
                        s
                    })
                    .collect();
                match model {
                    AnyModel::Spins(m) => m
                        .terms()
                        .iter()
                        .map(|t| {
                            let sign: f64 =
                                t.sites.iter().map(|&i| [-1.0, 1.0][state[i]]).product();
                            sign * t.coupling
                        })
                        .sum::<f64>()
                        .exp(),
                    AnyModel::Factors(g) => g
                        .factors()
                        .iter()
                        .map(|f| {
                            let at = f.scope.iter().fold(0, |i, &v| i * cards[v] + state[v]);
                            f.values[at]
                        })
                        .product(),
                    AnyModel::Rbm(r) => {
                        let v = |i: usize| f64::from(r.visible_units().value(state[i] == 1));
                        let h = |a: usize| {
                            f64::from(r.hidden_units().value(state[r.visible() + a] == 1))
                        };
                        let mut sum = 0.0;
                        for i in 0..r.visible() {
                            sum += v(i) * r.visible_bias()[i];
                            for a in 0..r.hidden() {
                                sum += v(i) * r.weight(i, a) * h(a);
                            }
                        }
                        for a in 0..r.hidden() {
                            sum += h(a) * r.hidden_bias()[a];
                        }
                        sum.exp()
                    }
                }
            })
            .collect()
    }

    fn term(sites: &[usize], coupling: f64) -> Term {
        Term {
            sites: sites.to_vec(),
            coupling,
        }
    }

    /// Spins that every format but those of machines can hold, in ±1 and in 0/1 variables.
    fn pairs() -> SpinHamiltonian {
        // Constants of zero in both kinds of variables: Σ K_ij = Σ K_i, and no term without spins.
        let terms = vec![
            term(&[0, 1], 0.5),
            term(&[1, 2], -0.75),
            term(&[0], 0.25),
            term(&[2], -0.5),
        ];
        SpinHamiltonian::new(4, terms).unwrap()
    }

    fn machine() -> Rbm {
        Rbm::new(vec![0.1, -0.2, 0.3, 0.4], vec![0.5, -1.0], vec![0.2, 0.7])
            .unwrap()
            .with_units(Units::ZeroOne, Units::PlusMinus)
    }

    #[test]
    fn every_conversion_keeps_every_weight() {
        let tables = spins_of_factors(&factors_of_spins(&pairs()).unwrap()).unwrap();
        let models = [
            AnyModel::Spins(pairs()),
            AnyModel::Factors(factors_of_spins(&pairs()).unwrap()),
            AnyModel::Spins(tables),
            AnyModel::Rbm(machine()),
        ];
        let mut written = 0;
        for model in models {
            let want = weights(&model);
            let labels = (0..model.variables()).collect();
            let file = Labelled { model, labels };
            for format in FileFormat::ALL {
                let Ok((bytes, dropped)) = write_model(&file, format, 1.0, true) else {
                    // Spins are no machines.
                    let machine = matches!(file.model, AnyModel::Rbm(_));
                    assert!(!machine && format.has_machines(), "{format:?}");
                    continue;
                };
                let whole = write_model(&file, format, 1.0, false);
                assert_eq!(whole.is_ok(), dropped == 0.0, "{format:?}");
                written += 1;
                let back = read_model(&bytes, format, Unstated::default()).unwrap();
                assert_eq!(back.names(), file.labels);
                for (a, b) in weights(&back.model).iter().zip(&want) {
                    // A handful of exponentials and products, each within one unit in the last place.
                    let a = a * dropped.exp();
                    assert!(
                        (a - b).abs() < 40.0 * f64::EPSILON * b,
                        "{format:?}: {a} {b}"
                    );
                }
                let name = FileFormat::of_extension(format.name());
                assert!(name == Some(format) || format.name().starts_with("coo-"));
                let seen = FileFormat::of_content(&bytes);
                let coo = format.has_energies().then_some(FileFormat::Coo);
                assert!(seen == Some(format) || seen == coo || format == FileFormat::Fg);
            }
        }
        assert_eq!(written, 3 * 6 + 8);
    }

    #[test]
    fn what_cannot_be_held_is_refused_with_the_reason() {
        let write = |terms: Vec<Term>, format| {
            let model = AnyModel::Spins(SpinHamiltonian::new(3, terms).unwrap());
            let labels = vec![0, 1, 2];
            write_model(&Labelled { model, labels }, format, 1.0, false)
        };
        assert!(matches!(
            write(vec![term(&[0, 1, 2], 1.0)], FileFormat::Coo),
            Err(ConversionError::Order { term: 0, sites: 3 })
        ));
        assert!(matches!(
            write(vec![term(&[], 1.0)], FileFormat::Coo),
            Err(ConversionError::Constant { .. })
        ));
        assert!(matches!(
            write(vec![term(&[0, 1], 1.0)], FileFormat::CooBinary),
            Err(ConversionError::Constant { .. })
        ));
        assert!(matches!(
            write(vec![], FileFormat::Npz),
            Err(ConversionError::NoLayers)
        ));
        let marked = b"\xef\xbb\xbfMARKOV 1 2 0";
        assert_eq!(FileFormat::of_content(marked), Some(FileFormat::Uai));
        assert!(read_model(marked, FileFormat::Uai, Unstated::default()).is_ok());
        for (bytes, place) in [
            (&b"MARKOV \xff"[..], "byte 7"),
            (b"\xef\xbb\xbf \xff", "byte 4"),
        ] {
            let not_text = read_model(bytes, FileFormat::Uai, Unstated::default());
            assert!(not_text.unwrap_err().to_string().contains(place));
        }
    }
}
