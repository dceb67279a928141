"""One step of training a restricted Boltzmann machine with PyTorch on the CPU and with scikit-learn, beside blockspin.

Units ±1, single precision, minibatches of 512, hidden means in the averages, plain gradient descent: CD-1, and the
expansion of the free energy to second order (three iterations from persistent means, damped by one half).
All memory is allocated once, all operations are in place, units are drawn by comparing uniform numbers.
A ±1 unit with field f is up if u < 1/(1 + exp(-2 f)). scikit-learn's BernoulliRBM.partial_fit is PCD-1 with 0/1 units.

    python benches/peers/rbm_cd1.py THREADS VISIBLExHIDDEN ... [--sklearn] [--criterion target/criterion]

prints microseconds for a step, the best of several windows; with --criterion also how many times as long that is as
blockspin's best of `cargo bench --bench training`.
"""

import json
import pathlib
import sys
import time

import torch

BATCH = 512


class Machine:
    def __init__(self, n, m):
        self.w = torch.randn(n, m).mul_(0.01)
        self.c = torch.zeros(n)
        self.b = torch.zeros(m)
        self.h0 = torch.empty(BATCH, m)
        self.h1 = torch.empty(BATCH, m)
        self.h = torch.empty(BATCH, m)
        self.v = torch.empty(BATCH, n)
        self.gap_v = torch.empty(BATCH, n)
        self.u_h = torch.empty(BATCH, m)
        self.u_v = torch.empty(BATCH, n)
        self.up_h = torch.empty(BATCH, m, dtype=torch.bool)
        self.up_v = torch.empty(BATCH, n, dtype=torch.bool)
        # The expansion: means that persist, variances, squares of the weights.
        self.mean_v = torch.rand(BATCH, n)
        self.mean_h = torch.rand(BATCH, m)
        self.var_v = torch.empty(BATCH, n)
        self.var_h = torch.empty(BATCH, m)
        self.reaction_v = torch.empty(BATCH, n)
        self.reaction_h = torch.empty(BATCH, m)
        self.w2 = torch.empty(n, m)
        self.pair = torch.empty(n, m)

    def step(self, v0, rate):
        # Means of the hidden units are tanh of their fields; u < sigmoid(2 f) is 2 u - 1 < tanh f.
        torch.addmm(self.b, v0, self.w, out=self.h0).tanh_()
        self.u_h.uniform_(-1.0, 1.0)
        torch.lt(self.u_h, self.h0, out=self.up_h)
        self.h.copy_(self.up_h).mul_(2.0).sub_(1.0)
        torch.addmm(self.c, self.h, self.w.t(), out=self.gap_v).tanh_()
        self.u_v.uniform_(-1.0, 1.0)
        torch.lt(self.u_v, self.gap_v, out=self.up_v)
        self.v.copy_(self.up_v).mul_(2.0).sub_(1.0)
        torch.addmm(self.b, self.v, self.w, out=self.h1).tanh_()
        k = rate / BATCH
        self.w.addmm_(v0.t(), self.h0, alpha=k)
        self.w.addmm_(self.v.t(), self.h1, alpha=-k)
        self.c.add_(v0.sum(0), alpha=k).sub_(self.v.sum(0), alpha=k)
        self.b.add_(self.h0.sum(0), alpha=k).sub_(self.h1.sum(0), alpha=k)

    def tap_step(self, v0, rate, iterations=3):
        w = self.w
        torch.mul(w, w, out=self.w2)
        torch.addmm(self.b, v0, w, out=self.h0).tanh_()
        self.variance(self.mean_v, self.var_v)
        for _ in range(iterations):
            # m <- (m + tanh(b + W m' - m sum W^2 (1 - m'^2))) / 2, layer after layer.
            torch.mm(self.var_v, self.w2, out=self.reaction_h)
            torch.addmm(self.b, self.mean_v, w, out=self.h1)
            self.h1.addcmul_(self.reaction_h, self.mean_h, value=-1.0).tanh_()
            self.mean_h.add_(self.h1).mul_(0.5)
            self.variance(self.mean_h, self.var_h)
            torch.mm(self.var_h, self.w2.t(), out=self.reaction_v)
            torch.addmm(self.c, self.mean_h, w.t(), out=self.gap_v)
            self.gap_v.addcmul_(self.reaction_v, self.mean_v, value=-1.0).tanh_()
            self.mean_v.add_(self.gap_v).mul_(0.5)
            self.variance(self.mean_v, self.var_v)
        k = rate / BATCH
        torch.mm(self.var_v.t(), self.var_h, out=self.pair).mul_(w)
        self.pair.addmm_(self.mean_v.t(), self.mean_h)
        w.addmm_(v0.t(), self.h0, alpha=k).sub_(self.pair, alpha=k)
        self.c.add_(v0.sum(0), alpha=k).sub_(self.mean_v.sum(0), alpha=k)
        self.b.add_(self.h0.sum(0), alpha=k).sub_(self.mean_h.sum(0), alpha=k)

    @staticmethod
    def variance(mean, out):
        torch.mul(mean, mean, out=out).neg_().add_(1.0)


def best(step, work):
    """Seconds for a step, the best of many windows in three seconds.

    With one thread it is time on the processor, so that other programs on the machine do not count.
    """
    alone = torch.get_num_threads() == 1
    clock = time.thread_time if alone else time.perf_counter
    steps = max(1, int((2e9 if alone else 2e8) / work))
    for _ in range(3):
        step()
    times = []
    begin = time.perf_counter()
    while time.perf_counter() - begin < 3.0:
        start = clock()
        for _ in range(steps):
            step()
        times.append((clock() - start) / steps)
    return min(times)


def of_blockspin(folder, name, threads, size):
    """Seconds for a step in the best sample that criterion kept."""
    path = pathlib.Path(folder) / "training step, batch 512" / f"{name}, {threads} threads" / size / "new/sample.json"
    if not path.exists():
        return None
    sample = json.loads(path.read_text())
    return min(t / n for t, n in zip(sample["times"], sample["iters"])) * 1e-9


def main():
    threads = int(sys.argv[1])
    torch.set_num_threads(threads)
    torch.set_grad_enabled(False)
    arguments = sys.argv[2:]
    folder = None
    if "--criterion" in arguments:
        at = arguments.index("--criterion")
        folder = arguments[at + 1]
        del arguments[at : at + 2]

    def report(who, name, threads, size, seconds):
        line = f"| {who} | {name} | {size} | {threads} | {seconds * 1e6:.1f} |"
        own = folder and of_blockspin(folder, name, threads, size)
        print(line + (f" {seconds / own:.2f} |" if own else " – |"), flush=True)

    print("| program | step | size | threads | µs | peer / blockspin |\n|---|---|---|---|---|---|")
    for size in (a for a in arguments if not a.startswith("-")):
        n, m = map(int, size.split("x"))
        machine = Machine(n, m)
        data = torch.randint(0, 2, (4096, n)).mul_(2).sub_(1).float()
        batches = data.split(BATCH)
        position = [0]

        def step():
            machine.step(batches[position[0]], 1e-4)
            position[0] = (position[0] + 1) % len(batches)

        work = 10 * BATCH * n * m
        report("torch", "cd-1", threads, size, best(step, work))
        report("torch", "tap 2", threads, size, best(lambda: machine.tap_step(batches[0], 1e-4), 3 * work))
        a, b = torch.randn(BATCH, n), torch.randn(n, m)
        out = torch.empty(BATCH, m)
        product = best(lambda: torch.mm(a, b, out=out), work / 5)
        print(f"| torch | product alone | {size} | {threads} | {product * 1e6:.1f} | "
              f"{work / 5 / product * 1e-9:.0f} GFLOP/s |", flush=True)
        if "--sklearn" in arguments:
            from sklearn.neural_network import BernoulliRBM

            x = ((data.numpy() + 1.0) / 2.0)[:BATCH]
            learner = BernoulliRBM(n_components=m, learning_rate=1e-4, batch_size=BATCH)
            learner.partial_fit(x)
            # Its step stands beside CD-1 of blockspin: the same products.
            seconds = best(lambda: learner.partial_fit(x), work)
            own = folder and of_blockspin(folder, "cd-1", threads, size)
            ratio = f"{seconds / own:.2f}" if own else "–"
            print(f"| scikit-learn | pcd-1 | {size} | {threads} | {seconds * 1e6:.1f} | {ratio} |", flush=True)


if __name__ == "__main__":
    main()
