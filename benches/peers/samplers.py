"""Monte Carlo of the square Ising model on a torus at its critical point: blockspin beside other programs.

Every program updates the same lattices, the same number of times, in turn, on one thread; the shortest of several
turns counts. Time is processor time of the work: what a peer takes for one sweep (its preparation) is taken off, and
blockspin and the crate `ising` leave theirs out themselves. The energy per spin, of the last states or (peapods) an
average, is -1.4142 on average for an infinite lattice: a check that all sample the same thing.

    python benches/peers/samplers.py BLOCKSPIN_EXAMPLE ISING_PROGRAM [--sides 32,64,256] [--updates 2e7] [--repeat 3]

prints a Markdown table: spin updates per nanosecond, and blockspin's rate over the peer's.
"""

import argparse
import math
import os
import subprocess
import time

for variable in ["OMP_NUM_THREADS", "RAYON_NUM_THREADS", "OPENBLAS_NUM_THREADS"]:
    os.environ[variable] = "1"

import dimod
import numpy
import openjij
import peapods
from dwave.samplers import SimulatedAnnealingSampler

BETA = 0.5 * math.log1p(math.sqrt(2.0))


def bonds(side):
    """Ferromagnetic bonds of the torus."""
    site = lambda r, c: (r % side) * side + c % side
    return {
        pair: -1.0
        for r in range(side)
        for c in range(side)
        for pair in [(site(r, c), site(r, c + 1)), (site(r, c), site(r + 1, c))]
    }


def program(command):
    """A peer that counts and times itself."""

    def run(side, sweeps):
        answer = subprocess.run([*command, str(side), str(sweeps)], check=True, capture_output=True, text=True)
        updates, seconds, energy = map(float, answer.stdout.split())
        return updates, seconds, energy

    return lambda side: lambda sweeps: run(side, sweeps)


def less_preparation(prepare):
    """A peer that is timed from outside; one sweep is what it takes to begin."""

    def make(side):
        work = prepare(side)

        def run(sweeps):
            times = []
            for n in (1, sweeps + 1):
                before = time.process_time()
                energy = work(n)
                times.append(time.process_time() - before)
            return side * side * sweeps, times[1] - times[0], energy / side**2

        return run

    return make


def dwave(side):
    model = dimod.BinaryQuadraticModel.from_ising({}, bonds(side))
    sampler = SimulatedAnnealingSampler()

    def work(sweeps):
        answer = sampler.sample(
            model, beta_schedule_type="custom", beta_schedule=[BETA], num_sweeps_per_beta=sweeps, num_reads=1, seed=1
        )
        return answer.first.energy

    return work


def jij(side):
    model = openjij.BinaryQuadraticModel({}, bonds(side), "SPIN", sparse=True)
    sampler = openjij.SASampler()
    return lambda sweeps: sampler.sample(model, schedule=[(BETA, sweeps)], num_reads=1, seed=1).first.energy


def pods(**how):
    def prepare(side):
        def work(sweeps):
            model = peapods.Ising((side, side), temperatures=numpy.array([1.0 / BETA]))
            answer = model.sample(sweeps, sweep_mode="metropolis", warmup_ratio=0.0, sequential=True, **how)
            # An average over all sweeps, per spin, with the other sign.
            return -float(numpy.ravel(answer["energies"])[0]) * side**2

        return work

    return prepare


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("blockspin")
    arguments.add_argument("ising")
    arguments.add_argument("--sides", default="32,64,256")
    arguments.add_argument("--updates", type=float, default=2e7)
    arguments.add_argument("--repeat", type=int, default=3)
    arguments = arguments.parse_args()
    ours = lambda kernel: program([arguments.blockspin, "work", kernel])
    single = {
        "blockspin, 512 replicas": ours("replicas"),
        "blockspin, one chain, checkerboard": ours("metropolis"),
        "dwave-samplers, Metropolis in order": less_preparation(dwave),
        "peapods, Metropolis": less_preparation(pods()),
        "openjij, Metropolis in order": less_preparation(jij),
        "ising (crate), Metropolis at random": program([arguments.ising, "metropolis"]),
    }
    cluster = {
        "blockspin, Wolff": ours("wolff"),
        "ising (crate), Wolff": program([arguments.ising, "wolff"]),
        "blockspin, Swendsen–Wang": ours("swendsen-wang"),
    }
    with_clusters = less_preparation(pods(cluster_update_interval=1, cluster_mode="sw"))
    print("| program | L | updates/ns | ours / it | energy per spin |\n|---|---|---|---|---|")
    for side in map(int, arguments.sides.split(",")):
        sweeps = max(2, round(arguments.updates / side**2))
        for group in (single, cluster):
            runs = {name: make(side) for name, make in group.items()}
            best = {}
            for _ in range(arguments.repeat):
                for name, run in runs.items():
                    updates, seconds, energy = run(sweeps)
                    rate = updates / seconds * 1e-9
                    best[name] = max(best.get(name, (0.0, 0.0)), (rate, energy))
                if group is cluster:
                    # A sweep and a cluster update; the sweep alone is known.
                    updates, seconds, energy = with_clusters(side)(sweeps)
                    seconds -= updates / alone * 1e-9
                    name = "peapods, Swendsen–Wang"
                    best[name] = max(best.get(name, (0.0, 0.0)), (updates / seconds * 1e-9, energy))
            if group is single:
                alone = best["peapods, Metropolis"][0]
            for name, (rate, energy) in best.items():
                kernel = {"W": "blockspin, Wolff", "S": "blockspin, Swendsen–Wang"}.get(
                    name.split(", ")[1][0] if group is cluster else "", "blockspin, 512 replicas"
                )
                ratio = "" if name == kernel else f"{best[kernel][0] / rate:.1f}"
                print(f"| {name} | {side} | {rate:.4f} | {ratio} | {energy:.3f} |", flush=True)


main()
