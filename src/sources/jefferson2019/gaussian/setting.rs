//! Machines with a point to look at, and the comparison that most of these claims go through.

use crate::exact::gaussian_dbm::{QuadraticHamiltonian, SplitWeight};
use crate::ledger::{Case, Docket, EvidenceKind};
use crate::model::GaussianDbm;
use crate::numeric::Enclosure;
use crate::symbolic::{Laurent, Matrix, RationalFunction};
use num_rational::BigRational;

pub(super) type R = RationalFunction;
pub(super) type Hamiltonian = QuadraticHamiltonian<R>;
/// The values that a form gives, one for each member or line of the equation.
pub(super) type Values = Vec<SplitWeight<R>>;
pub(super) type Form = fn(&Setting) -> Values;

/// A machine and a point (x, y, z).
#[derive(Clone, Debug)]
pub(super) struct Setting {
    pub(super) machine: GaussianDbm<R>,
    pub(super) x: Vec<R>,
    pub(super) y: Vec<R>,
    pub(super) z: Vec<R>,
}

/// 2π, an indeterminate.
pub(super) fn tau() -> R {
    R::var(0)
}

pub(super) fn q(n: i64, d: i64) -> R {
    R::constant(BigRational::new(n.into(), d.into()))
}

/// `1 + 10⁻⁹`, the smallest relative error that the controls try.
pub(super) fn nearly_one() -> R {
    q(1_000_000_001, 1_000_000_000)
}

pub(super) fn dot(u: &[R], v: &[R]) -> R {
    u.iter().zip(v).fold(R::zero(), |sum, (a, b)| sum + a * b)
}

/// `M v`.
pub(super) fn apply(m: &Matrix<R>, v: &[R]) -> Vec<R> {
    (0..m.rows())
        .map(|i| (0..m.cols()).fold(R::zero(), |sum, j| sum + &m[(i, j)] * &v[j]))
        .collect()
}

/// `uᵀM v`.
pub(super) fn bilinear(u: &[R], m: &Matrix<R>, v: &[R]) -> R {
    dot(u, &apply(m, v))
}

pub(super) fn power(x: &R, n: usize) -> R {
    (0..n).fold(R::one(), |product, _| product * x)
}

/// `1 − M`.
pub(super) fn one_minus(m: &Matrix<R>) -> Matrix<R> {
    Matrix::from_fn(m.rows(), m.cols(), |i, j| {
        if i == j {
            R::one() - &m[(i, j)]
        } else {
            -&m[(i, j)]
        }
    })
}

pub(super) fn determinant(m: &Matrix<R>) -> R {
    m.determinant().expect("a square matrix")
}

pub(super) fn split(weight_squared: R, energy: R) -> SplitWeight<R> {
    SplitWeight {
        weight_squared,
        energy,
    }
}

impl Setting {
    pub(super) fn n(&self) -> usize {
        self.machine.n_visible()
    }
    pub(super) fn m(&self) -> usize {
        self.machine.n_middle()
    }
    pub(super) fn p(&self) -> usize {
        self.machine.n_deep()
    }
    pub(super) fn beta(&self) -> &R {
        self.machine.beta()
    }
    pub(super) fn joint(&self) -> Hamiltonian {
        QuadraticHamiltonian::joint(&self.machine)
    }
    /// The point (x, y).
    pub(super) fn xy(&self) -> Vec<R> {
        [&self.x[..], &self.y[..]].concat()
    }
    pub(super) fn xyz(&self) -> Vec<R> {
        [&self.x[..], &self.y[..], &self.z[..]].concat()
    }
    /// `a·x`.
    pub(super) fn ax(&self) -> R {
        dot(self.machine.fields(), &self.x)
    }
    /// `xᵀA y`.
    pub(super) fn xay(&self) -> R {
        bilinear(&self.x, self.machine.a(), &self.y)
    }
    /// `½ yᵀy`.
    pub(super) fn half_yy(&self) -> R {
        dot(&self.y, &self.y) * q(1, 2)
    }
    /// `Bᵀy`, the source that y is for z.
    pub(super) fn yb(&self) -> Vec<R> {
        apply(&self.machine.b().transpose(), &self.y)
    }
    /// `−a·x + ½ yᵀy − xᵀA y`.
    pub(super) fn xy_energy(&self) -> R {
        self.half_yy() - self.ax() - self.xay()
    }
    /// The same machine with B replaced.
    pub(super) fn with_b(&self, b: Matrix<R>) -> GaussianDbm<R> {
        let m = &self.machine;
        GaussianDbm::new(m.beta().clone(), m.fields().to_vec(), m.a().clone(), b)
            .expect("the shape of B is kept")
    }
    /// The same machine with β(1 + 10⁻⁹).
    pub(super) fn warmer(&self) -> GaussianDbm<R> {
        let m = &self.machine;
        GaussianDbm::new(
            m.beta() * nearly_one(),
            m.fields().to_vec(),
            m.a().clone(),
            m.b().clone(),
        )
        .expect("the shape is kept")
    }
    /// The same machine with A halved.
    pub(super) fn half_a(&self) -> GaussianDbm<R> {
        let m = &self.machine;
        GaussianDbm::new(
            m.beta().clone(),
            m.fields().to_vec(),
            m.a().scale(&q(1, 2)),
            m.b().clone(),
        )
        .expect("the shape is kept")
    }
}

/// The weight `∫ dz e^{−βH(x,y,z)}` at the point, one variable of z after the other.
pub(super) fn z_traced(s: &Setting) -> SplitWeight<R> {
    let hidden = s.n() + s.m();
    let order: Vec<usize> = (hidden..hidden + s.p()).rev().collect();
    s.joint()
        .integrate_in_order(&order, &tau())
        .expect("the coefficients of z are one")
        .at(&s.xy())
}

/// The Hamiltonian of x, from the integral over y and z one variable after the other, the middle
/// layer first: the opposite order of the document's.
pub(super) fn stepwise_visible(machine: &GaussianDbm<R>) -> Hamiltonian {
    let n = machine.n_visible();
    let order: Vec<usize> = (n..n + machine.n_middle() + machine.n_deep()).collect();
    QuadraticHamiltonian::joint(machine)
        .integrate_in_order(&order, &tau())
        .expect("a machine with a partition function")
}

/// The weight `∫ dy dz e^{−βH(x,y,z)}` at x.
pub(super) fn yz_traced(s: &Setting) -> SplitWeight<R> {
    stepwise_visible(&s.machine).at(&s.x)
}

/// A rational function of 2π alone, with π put in.
pub(super) fn enclose(value: &R) -> Enclosure {
    let two_pi = Enclosure::exact(2.0) * Enclosure::pi();
    let polynomial = |p: &Laurent| -> Enclosure {
        p.terms()
            .map(|(powers, coefficient)| {
                powers
                    .iter()
                    .fold(Enclosure::from_rational(&coefficient), |x, &(index, e)| {
                        assert_eq!(index, 0, "2π must be the only indeterminate");
                        x * two_pi.powi(e)
                    })
            })
            .sum()
    };
    polynomial(value.numerator()) / polynomial(value.denominator())
}

/// `−ln(W)/(2β) + E`, the Hamiltonian of the weight.
pub(super) fn energy(beta: &R, value: &SplitWeight<R>) -> Enclosure {
    enclose(&value.energy)
        - enclose(&value.weight_squared).ln() / (Enclosure::exact(2.0) * enclose(beta))
}

/// `−(1/β) ln ∫ e^{−βH}` over all variables after the fixed ones, by the trapezoidal rule.
pub(super) fn quadrature(h: &Hamiltonian, fixed: &[R]) -> Enclosure {
    let fixed: Vec<Enclosure> = fixed.iter().map(enclose).collect();
    let h = h.map(enclose);
    let integral = h.ln_integral(&fixed).expect("a convergent integral");
    -integral / *h.beta()
}

/// Hands out indeterminates after 2π.
pub(super) struct Indeterminates(usize);

impl Indeterminates {
    pub(super) fn new() -> Self {
        Self(0)
    }
    pub(super) fn next(&mut self) -> R {
        self.0 += 1;
        R::var(self.0)
    }
    pub(super) fn vector(&mut self, n: usize) -> Vec<R> {
        (0..n).map(|_| self.next()).collect()
    }
    pub(super) fn matrix(&mut self, rows: usize, cols: usize) -> Matrix<R> {
        Matrix::from_fn(rows, cols, |_, _| self.next())
    }
}

pub(super) const SYMBOLIC_SCOPE: &str =
    "n, m, p ≤ 2, with β, a, A, B and the coordinates as indeterminates";

/// Every shape with n, m, p ≤ 2; parameters and coordinates are indeterminates.
pub(super) fn symbolic() -> Vec<Case<Setting>> {
    let shape = |n: usize, m: usize, p: usize| {
        let mut new = Indeterminates::new();
        let machine = GaussianDbm::new(
            new.next(),
            new.vector(n),
            new.matrix(n, m),
            new.matrix(m, p),
        )
        .expect("no layer is empty");
        let setting = Setting {
            machine,
            x: new.vector(n),
            y: new.vector(m),
            z: new.vector(p),
        };
        Case::new(
            100 + n + m + p,
            format!("n = {n}, m = {m}, p = {p}, all indeterminate"),
            setting,
        )
    };
    let sizes = || 1..=2;
    sizes()
        .flat_map(|n| sizes().flat_map(move |m| sizes().map(move |p| (n, m, p))))
        .map(|(n, m, p)| shape(n, m, p))
        .collect()
}

pub(super) const RATIONAL_SCOPE: &str = "random rational machines up to n = 3, m = 4, p = 3";

/// Larger machines with rational parameters; every row of B has less than one in total, so that
/// `1 − BBᵀ` is positive definite.
pub(super) fn rational(docket: &Docket) -> Vec<Case<Setting>> {
    [(3, 1, 2), (2, 3, 3), (3, 4, 2), (3, 3, 1)]
        .iter()
        .enumerate()
        .map(|(index, &(n, m, p))| {
            let mut stream = docket.stream("machines", index as u64);
            let mut number = |d: i64| q(stream.index(17) as i64 - 8, d);
            let mut vector = |k: usize, d: i64| -> Vec<R> { (0..k).map(|_| number(d)).collect() };
            let x = (0..n).map(|i| q(if i % 2 == 0 { 1 } else { -1 }, 1));
            let machine = GaussianDbm::new(
                q(7, 4 + index as i64),
                vector(n, 7),
                Matrix::new(n, m, vector(n * m, 8)).expect("n m entries"),
                // |B_ij| ≤ 8/35 and m, p ≤ 4 give ‖BBᵀ‖ ≤ Σ B² < 1.
                Matrix::new(m, p, vector(m * p, 35)).expect("m p entries"),
            )
            .expect("no layer is empty");
            let setting = Setting {
                machine,
                x: x.collect(),
                y: vector(m, 3),
                z: vector(p, 3),
            };
            Case::new(
                50 + n + m + p,
                format!("n = {n}, m = {m}, p = {p}, random rational parameters"),
                setting,
            )
        })
        .collect()
}

/// A row of the list of small numeric machines: β, a, A, B, x, y, z as fractions.
struct Small {
    beta: (i64, i64),
    fields: &'static [(i64, i64)],
    a: &'static [(i64, i64)],
    b: &'static [(i64, i64)],
    x: &'static [i64],
    y: &'static [(i64, i64)],
    z: &'static [(i64, i64)],
}

const SMALL: &[Small] = &[
    Small {
        beta: (1, 1),
        fields: &[(0, 1)],
        a: &[(1, 1)],
        b: &[(1, 2)],
        x: &[1],
        y: &[(1, 1)],
        z: &[(1, 1)],
    },
    Small {
        beta: (2, 1),
        fields: &[(1, 3)],
        a: &[(1, 2)],
        b: &[(3, 5)],
        x: &[-1],
        y: &[(1, 2)],
        z: &[(2, 1)],
    },
    Small {
        beta: (2, 1),
        fields: &[(1, 1)],
        a: &[(1, 1)],
        b: &[(1, 2), (1, 4)],
        x: &[1],
        y: &[(1, 1)],
        z: &[(1, 1), (-1, 1)],
    },
    Small {
        beta: (2, 1),
        fields: &[(1, 1)],
        a: &[(1, 1), (1, 2)],
        b: &[(1, 2), (1, 4)],
        x: &[1],
        y: &[(1, 1), (-1, 2)],
        z: &[(1, 2)],
    },
    Small {
        beta: (1, 2),
        fields: &[(1, 1), (-1, 2)],
        a: &[(1, 1), (1, 2)],
        b: &[(1, 2)],
        x: &[1, -1],
        y: &[(1, 1)],
        z: &[(1, 2)],
    },
    Small {
        beta: (3, 2),
        fields: &[(1, 2)],
        a: &[(1, 1), (1, 3)],
        b: &[(0, 1), (1, 2), (1, 4), (0, 1)],
        x: &[1],
        y: &[(1, 1), (1, 2)],
        z: &[(1, 2), (-1, 1)],
    },
];

fn fractions(list: &[(i64, i64)]) -> Vec<R> {
    list.iter().map(|&(n, d)| q(n, d)).collect()
}

fn listed(values: &[R]) -> String {
    let shown: Vec<String> = values.iter().map(ToString::to_string).collect();
    if shown.len() == 1 {
        shown[0].clone()
    } else {
        format!("({})", shown.join(", "))
    }
}

fn listed_rows(m: &Matrix<R>) -> String {
    let rows: Vec<String> = m.entries().chunks(m.cols()).map(listed).collect();
    if rows.len() == 1 {
        rows[0].clone()
    } else {
        format!("({})", rows.join(", "))
    }
}

/// Small machines with numbers, whose hidden units to integrate are at most `most`, smallest first.
pub(super) fn numeric(most: usize, integrated: fn(&Setting) -> usize) -> Vec<Case<Setting>> {
    SMALL
        .iter()
        .map(|row| {
            let (n, m) = (row.x.len(), row.y.len());
            let matrix = |rows: usize, list: &[(i64, i64)]| {
                Matrix::new(rows, list.len() / rows, fractions(list)).expect("whole rows")
            };
            let machine = GaussianDbm::new(
                q(row.beta.0, row.beta.1),
                fractions(row.fields),
                matrix(n, row.a),
                matrix(m, row.b),
            )
            .expect("no layer is empty");
            let setting = Setting {
                x: row.x.iter().map(|&s| R::integer(s)).collect(),
                y: fractions(row.y),
                z: fractions(row.z),
                machine,
            };
            let label = format!(
                "n = {n}, m = {m}, p = {}: β = {}, a = {}, A = {}, B = {}, x = {}, y = {}",
                setting.p(),
                setting.beta(),
                listed(setting.machine.fields()),
                listed_rows(setting.machine.a()),
                listed_rows(setting.machine.b()),
                listed(&setting.x),
                listed(&setting.y),
            );
            Case::new(n + m + setting.p(), label, setting)
        })
        .filter(|case| integrated(&case.instance) <= most)
        .collect()
}

/// What an equation for a Hamiltonian is set against.
pub(super) struct Forms<'a> {
    /// What is integrated out: the exact truth.
    pub(super) truth: Form,
    /// The same by quadrature, as Hamiltonians.
    pub(super) quadrature: fn(&Setting) -> Vec<Enclosure>,
    /// How many variables the quadrature integrates.
    pub(super) integrated: fn(&Setting) -> usize,
    /// As printed.
    pub(super) printed: Form,
    /// Put right, if it has to be.
    pub(super) corrected: Option<Form>,
    /// Wrong variants of the true form.
    pub(super) mutants: &'a [(&'a str, Form)],
    /// Settings on which the printed form can be written down at all.
    pub(super) defined: fn(&Setting) -> bool,
}

/// W and E of every member, one after the other.
fn parts(values: Values) -> Vec<R> {
    values
        .into_iter()
        .flat_map(|v| [v.weight_squared, v.energy])
        .collect()
}

pub(super) fn everywhere(_: &Setting) -> bool {
    true
}

/// Quadrature at small numeric machines, symbolic identity at small shapes, exact arithmetic at
/// larger ones.
pub(super) fn decide(docket: &mut Docket, forms: &Forms<'_>) {
    let keep = |mut cases: Vec<Case<Setting>>| {
        cases.retain(|c| (forms.defined)(&c.instance));
        cases
    };
    let energies = |form: Form| {
        move |s: &Setting| -> Vec<Enclosure> {
            form(s).iter().map(|v| energy(s.beta(), v)).collect()
        }
    };
    let small = keep(numeric(3, forms.integrated));
    let mut cases = docket
        .on(
            "trapezoidal rule with error bound, at most 3 integrals",
            &small,
            forms.quadrature,
        )
        .printed(energies(forms.printed));
    if let Some(corrected) = forms.corrected {
        cases = cases.corrected(energies(corrected));
    }
    cases.finish();

    let shapes = keep(symbolic());
    let exact = |form: Form| move |s: &Setting| parts(form(s));
    let mut cases = docket
        .on(SYMBOLIC_SCOPE, &shapes, exact(forms.truth))
        .printed(exact(forms.printed));
    if let Some(corrected) = forms.corrected {
        cases = cases.corrected(exact(corrected));
    }
    for (name, form) in forms.mutants {
        cases = cases.mutant(name, exact(*form));
    }
    cases.finish();

    let larger = keep(rational(docket));
    if larger.is_empty() {
        return;
    }
    let mut cases = docket
        .on(RATIONAL_SCOPE, &larger, exact(forms.truth))
        .kind(EvidenceKind::Rational)
        .printed(exact(forms.printed));
    if let Some(corrected) = forms.corrected {
        cases = cases.corrected(exact(corrected));
    }
    cases.finish();
}
