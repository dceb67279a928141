"""Partition functions and marginals: blockspin beside pgmpy, pyAgrum, dwave-samplers and scipy.

Every measurement is the wall time of the work on a model that is already in memory for the peers
(building it and importing the package is not counted), and of the whole process, reading and printing
included, for blockspin. Programs take turns; the shortest of the repeats counts. A peer that is over the time limit or
refuses is shown as such. Where two programs give ln Z, the table shows by how much they differ.
"""

import argparse
import json
import math
import os
import random
import subprocess
import sys
import tempfile
import time


# --- instances ---------------------------------------------------------------------------------


def dense(n, seed=1):
    rng = random.Random(seed)
    terms = [([i, j], rng.gauss(0, 0.2)) for i in range(n) for j in range(i)]
    return n, terms + [([i], rng.gauss(0, 0.3)) for i in range(n)]


def grid(side, torus, field, disorder, seed=1):
    rng = random.Random(seed)
    terms = []
    for x in range(side):
        for y in range(side):
            if field:
                terms.append(([x * side + y], rng.gauss(0, 0.5)))
            for a, b in ((x + 1, y), (x, y + 1)):
                if torus or (a < side and b < side):
                    k = rng.choice((-1.0, 1.0)) if disorder == "pmj" else rng.gauss(0, 1)
                    terms.append(([x * side + y, a % side * side + b % side], k))
    return side * side, terms


INSTANCES = {
    "dense 28": lambda: dense(28),
    "dense 36": lambda: dense(36),
    "random-field open 16x16": lambda: grid(16, False, True, "gaussian"),
    "random-field open 20x20": lambda: grid(20, False, True, "gaussian"),
    "random-field open 24x24": lambda: grid(24, False, True, "gaussian"),
    "random-field torus 10x10": lambda: grid(10, True, True, "gaussian"),
    "±J open 64x64": lambda: grid(64, False, False, "pmj"),
    "Gaussian open 64x64": lambda: grid(64, False, False, "gaussian"),
    "±J open 128x128": lambda: grid(128, False, False, "pmj"),
    "Gaussian open 128x128": lambda: grid(128, False, False, "gaussian"),
    "±J open 256x256": lambda: grid(256, False, False, "pmj"),
}


# --- peers: each returns (seconds, ln Z or None) -------------------------------------------------


def merged(terms):
    total = {}
    for sites, k in terms:
        key = tuple(sorted(sites))
        total[key] = total.get(key, 0.0) + k
    return total


def dwave(n, terms, marginals):
    import dimod
    from dwave.samplers import TreeDecompositionSampler

    bqm = dimod.BinaryQuadraticModel("SPIN")
    for i in range(n):
        bqm.add_variable(i, 0)
    for sites, k in terms:
        if len(sites) == 1:
            bqm.add_linear(sites[0], -k)
        else:
            bqm.add_quadratic(*sites, -k)
    start = time.perf_counter()
    sampler = TreeDecompositionSampler()
    answer = sampler.sample(bqm, num_reads=1, marginals=marginals, beta=1.0)
    return time.perf_counter() - start, float(answer.info["log_partition_function"])


def pyagrum(n, terms, marginals):
    import pyagrum as gum

    network = gum.MarkovRandomField()
    for i in range(n):
        network.add(gum.RangeVariable(f"v{i}", "", 0, 1))
    for sites, k in merged(terms).items():
        factor = network.addFactor([f"v{i}" for i in sites])
        if len(sites) == 1:
            factor[:] = [math.exp(-k), math.exp(k)]
        else:
            factor[:] = [[math.exp(k), math.exp(-k)], [math.exp(-k), math.exp(k)]]
    start = time.perf_counter()
    engine = gum.ShaferShenoyMRFInference(network)
    engine.makeInference()
    for i in range(n if marginals else 1):
        engine.posterior(f"v{i}")
    return time.perf_counter() - start, None


def pgmpy(n, terms, marginals):
    import numpy
    from pgmpy.factors.discrete import DiscreteFactor
    from pgmpy.inference import BeliefPropagation, VariableElimination
    from pgmpy.models import DiscreteMarkovNetwork

    network = DiscreteMarkovNetwork()
    network.add_nodes_from(range(n))
    for sites, k in merged(terms).items():
        if len(sites) == 2:
            network.add_edge(*sites)
            values = numpy.exp([k, -k, -k, k])
        else:
            values = numpy.exp([-k, k])
        network.add_factors(DiscreteFactor(list(sites), [2] * len(sites), values))
    start = time.perf_counter()
    if marginals:
        engine = BeliefPropagation(network)
        engine.calibrate()
        for i in range(n):
            engine.query([i], show_progress=False)
        return time.perf_counter() - start, None
    engine = VariableElimination(network)
    answer = engine.query([0], joint=False, show_progress=False)
    del answer
    return time.perf_counter() - start, None


def kac_ward(n, terms, marginals):
    """ln Z of a planar model as N ln 2 + Σ ln cosh K + ½ ln det(1 − W), by scipy's sparse LU."""
    import numpy
    from scipy.sparse import csc_matrix, identity
    from scipy.sparse.linalg import splu

    side = math.isqrt(n)
    start = time.perf_counter()
    place = lambda s: (s // side, s % side)
    edges = []
    for (i, j), k in merged(terms).items():
        edges.append((i, j, k))
        edges.append((j, i, k))
    leaving = {}
    for e, (i, _, _) in enumerate(edges):
        leaving.setdefault(i, []).append(e)
    rows, columns, values = [], [], []
    for e, (i, j, k) in enumerate(edges):
        (a, b), (c, d) = place(i), place(j)
        into = math.atan2(c - a, d - b)
        for f in leaving[j]:
            target = edges[f][1]
            if target == i:
                continue
            p, q = place(target)
            turn = math.remainder(math.atan2(p - c, q - d) - into, 2 * math.pi)
            rows.append(e)
            columns.append(f)
            values.append(math.tanh(k) * complex(math.cos(turn / 2), math.sin(turn / 2)))
    size = len(edges)
    matrix = identity(size, dtype=complex, format="csc") - csc_matrix(
        (values, (rows, columns)), shape=(size, size)
    )
    factors = splu(matrix)
    log_det = numpy.sum(numpy.log(numpy.abs(factors.U.diagonal())))
    log_z = n * math.log(2) + 0.5 * log_det
    log_z += sum(math.log(math.cosh(k)) for k in merged(terms).values())
    return time.perf_counter() - start, float(log_z)


PEERS = {
    "dwave-samplers": dwave,
    "pyAgrum": pyagrum,
    "pgmpy": pgmpy,
    "scipy sparse LU (Kac–Ward)": kac_ward,
}


# --- timing --------------------------------------------------------------------------------------


def child(peer, path, marginals, limit):
    """One measurement of a peer in a process of its own, with a time and a memory limit."""
    command = [sys.executable, __file__, "--child", peer, path, str(int(marginals))]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=limit)
    except subprocess.TimeoutExpired:
        return None, None, f"> {limit:.0f} s"
    if done.returncode != 0:
        last = done.stderr.strip().splitlines()[-1:] or ["killed"]
        return None, None, "refused: " + last[0][:60]
    seconds, log_z = json.loads(done.stdout.splitlines()[-1])
    return seconds, log_z, None


def run_child(peer, path, marginals):
    import resource

    limit = 12 << 30
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    with open(path) as file:
        model = json.load(file)
    terms = [(t["sites"], t["coupling"]) for t in model["terms"]]
    print(json.dumps(PEERS[peer](model["spins"], terms, marginals)))


def blockspin(program, path, marginals, limit):
    command = [program, "exact", path, "--format", "json", "--max-seconds", "1000"]
    if marginals:
        command += ["--marginals", "--edges"]
    start = time.perf_counter()
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=limit)
    except subprocess.TimeoutExpired:
        return None, None, f"> {limit:.0f} s"
    seconds = time.perf_counter() - start
    if done.returncode != 0:
        return None, None, "refused: " + done.stderr.strip()[:60]
    answer = json.loads(done.stdout)
    return seconds, 0.5 * (answer["log_z"]["lo"] + answer["log_z"]["hi"]), answer["method"]


# Which peers are asked for what.
WORK = [
    ("dense 28", False, ["dwave-samplers", "pyAgrum", "pgmpy"]),
    ("dense 28", True, ["dwave-samplers"]),
    ("dense 36", False, []),
    ("random-field open 16x16", False, ["dwave-samplers", "pyAgrum", "pgmpy"]),
    ("random-field open 16x16", True, ["dwave-samplers", "pyAgrum", "pgmpy"]),
    ("random-field open 20x20", False, ["dwave-samplers", "pyAgrum"]),
    ("random-field open 20x20", True, ["dwave-samplers", "pyAgrum"]),
    ("random-field open 24x24", False, ["dwave-samplers"]),
    ("random-field open 24x24", True, []),
    ("random-field torus 10x10", False, ["dwave-samplers"]),
    ("random-field torus 10x10", True, ["dwave-samplers"]),
    ("±J open 64x64", False, ["scipy sparse LU (Kac–Ward)"]),
    ("Gaussian open 64x64", False, ["scipy sparse LU (Kac–Ward)"]),
    ("±J open 128x128", False, ["scipy sparse LU (Kac–Ward)"]),
    ("Gaussian open 128x128", False, ["scipy sparse LU (Kac–Ward)"]),
    ("±J open 256x256", False, []),
]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", help="the blockspin executable")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--limit", type=float, default=120.0, help="seconds for one measurement")
    parser.add_argument("--only", default="", help="instances whose name contains this")
    arguments = parser.parse_args()
    print("| instance | asked | blockspin, s (engine) | peer | peer, s | peer / blockspin | Δ ln Z |")
    print("|---|---|---|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for name, marginals, peers in WORK:
            if arguments.only not in name:
                continue
            spins, terms = INSTANCES[name]()
            path = os.path.join(folder, "model.json")
            with open(path, "w") as file:
                model = {"format": "blockspin-model", "version": 1, "spins": spins}
                model["terms"] = [{"sites": s, "coupling": k} for s, k in terms]
                json.dump(model, file)
            best, value = {}, {}
            notes = {}
            for _ in range(arguments.repeat):
                for program in ["blockspin", *peers]:
                    if notes.get(program) and program not in best:
                        continue
                    if program == "blockspin":
                        run = blockspin(arguments.program, path, marginals, arguments.limit)
                    else:
                        run = child(program, path, marginals, arguments.limit)
                    seconds, log_z, note = run
                    notes[program] = note
                    if seconds is not None:
                        best[program] = min(seconds, best.get(program, math.inf))
                        value[program] = log_z
            asked = "ln Z, means, edge pairs" if marginals else "ln Z"
            own = f"{best['blockspin']:.3g}" if "blockspin" in best else "none"
            own += f" ({notes['blockspin']})"
            for program in peers or ["–"]:
                if program not in best:
                    row = [program, notes.get(program) or "–", "–", "–"]
                else:
                    row = [program, f"{best[program]:.3g}"]
                    row.append(f"{best[program] / best['blockspin']:.3g}" if "blockspin" in best else "–")
                    both = value[program] is not None and value.get("blockspin") is not None
                    row.append(f"{value[program] - value['blockspin']:.1e}" if both else "–")
                print("| " + " | ".join([name, asked, own, *row]) + " |", flush=True)


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] == "--child":
        run_child(sys.argv[2], sys.argv[3], sys.argv[4] == "1")
    else:
        main()
