"""Reference numbers for the tests of src/estimate, from independent implementations.

Run with arviz 0.23.4, scipy 1.17.1, numpy 2.4.6:  python make_reference.py > mod.rs && rustfmt --edition 2024 mod.rs
"""
import arviz as az
import numpy as np
from scipy import stats


def congruential_chains(chains, length, smoothing, rounded):
    out = np.empty((chains, length))
    for c in range(chains):
        state, x = 12345 + 1000 * c, 0.5
        for i in range(length):
            state = state * 48271 % 2147483647
            x = smoothing * x + (1.0 - smoothing) * (state / 2147483647.0)
            out[c, i] = np.floor(x * 10.0) if rounded else x
    return out


def rust(x):
    return repr(float(x))


def u(n, seed):
    out, state = [], seed
    for _ in range(n):
        state = state * 48271 % 2147483647
        out.append(state / 2147483647.0)
    return np.array(out)


print("//! Written by `make_reference.py` with arviz 0.23.4 and scipy 1.17.1; do not edit.")
print()
print('#![expect(clippy::unreadable_literal, reason = "numbers as the other program prints them")]')
print()
print("use super::synthetic::CongruentialCase;")
print()
print("/// (case, rank-normalised split R-hat, bulk ESS, tail ESS).")
cases = [(4, 1000, 0.0, False), (4, 1000, 0.9, False), (2, 501, 0.5, False), (3, 401, 0.7, False),
         (3, 250, 0.6, True), (4, 2000, 0.99, False), (2, 64, 0.3, False)]
print(f"pub(super) const RANK_DIAGNOSTICS: [(CongruentialCase, f64, f64, f64); {len(cases)}] = [")
for case in cases:
    x = congruential_chains(*case)
    print(f"    (CongruentialCase {{ chains: {case[0]}, length: {case[1]}, smoothing: {rust(case[2])}, "
          f"rounded: {str(case[3]).lower()} }}, {rust(az.rhat(x, method='rank'))}, "
          f"{rust(az.ess(x, method='bulk'))}, {rust(az.ess(x, method='tail', prob=(0.05, 0.95)))}),")
print("];")
print()
print("/// (pairs, shift, two-sided exact p) of the Wilcoxon signed-rank test on `u − shift`.")
print("pub(super) const SIGNED_RANK: [(usize, f64, f64); 3] = [")
for n, shift in [(12, 0.3), (25, 0.4), (60, 0.35)]:
    print(f"    ({n}, {rust(shift)}, {rust(stats.wilcoxon(u(n, 777) - shift, method='exact').pvalue)}),")
print("];")
print()
print("/// (first size, second size, shift, two-sided exact p) of the Mann–Whitney test.")
print("pub(super) const MANN_WHITNEY: [(usize, usize, f64, f64); 3] = [")
for n, m, shift in [(6, 9, 0.3), (20, 20, 0.25), (15, 40, -0.2)]:
    p = stats.mannwhitneyu(u(n, 777) + shift, u(m, 4242), method='exact').pvalue
    print(f"    ({n}, {m}, {rust(shift)}, {rust(p)}),")
print("];")
print()
print("/// (first size, second size, shift, exact p) of the two-sample Kolmogorov–Smirnov test.")
print("pub(super) const TWO_SAMPLE_KS: [(usize, usize, f64, f64); 4] = [")
for n, m, shift in [(10, 10, 0.3), (50, 50, 0.25), (15, 40, -0.2), (200, 200, 0.15)]:
    p = stats.ks_2samp(u(n, 777) + shift, u(m, 4242), method='exact').pvalue
    print(f"    ({n}, {m}, {rust(shift)}, {rust(p)}),")
print("];")
print()
print("/// (successes, trials, level, lower, upper) of the Clopper–Pearson interval.")
print("pub(super) const CLOPPER_PEARSON: [(u64, u64, f64, f64, f64); 5] = [")
for k, n, level in [(0, 10, 0.95), (7, 10, 0.95), (9900, 10000, 0.99), (500000, 1000000, 0.999999), (10, 10, 0.5)]:
    ci = stats.binomtest(k, n).proportion_ci(level, method='exact')
    print(f"    ({k}, {n}, {rust(level)}, {rust(ci.low)}, {rust(ci.high)}),")
print("];")
