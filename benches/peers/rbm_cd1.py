"""One step of contrastive divergence, CD-1, with PyTorch on the CPU and with scikit-learn.

Units ±1, single precision, minibatches of 512, hidden means in the averages, plain gradient descent.
All memory is allocated once, all operations are in place, units are drawn by comparing uniform numbers.
A ±1 unit with field f is up if u < 1/(1 + exp(-2 f)).

    python benches/peers/rbm_cd1.py THREADS VISIBLExHIDDEN ... [--sklearn]

prints microseconds for a step, the best of several windows.
"""

import sys
import time

import torch

BATCH = 512


class Machine:
    def __init__(self, n, m):
        self.w = torch.randn(n, m).mul_(0.01)
        self.c = torch.zeros(n)
        self.b = torch.zeros(m)
        self.gap_h = torch.empty(BATCH, m)
        self.h0 = torch.empty(BATCH, m)
        self.h1 = torch.empty(BATCH, m)
        self.h = torch.empty(BATCH, m)
        self.v = torch.empty(BATCH, n)
        self.gap_v = torch.empty(BATCH, n)
        self.u_h = torch.empty(BATCH, m)
        self.u_v = torch.empty(BATCH, n)
        self.up_h = torch.empty(BATCH, m, dtype=torch.bool)
        self.up_v = torch.empty(BATCH, n, dtype=torch.bool)

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


    def tap_step(self, v0, rate, means, iterations=3):
        """Second order, from persistent means, damped by one half."""
        mv, mh = means
        w, b, c = self.w, self.b, self.c
        w2 = w * w
        torch.addmm(b, v0, w, out=self.h0).tanh_()
        for _ in range(iterations):
            for mean, other, bias, weights, squares in ((mh, mv, b, w, w2), (mv, mh, c, w.t(), w2.t())):
                reaction = torch.mm(1.0 - other * other, squares)
                field = torch.addmm(bias, other, weights).addcmul_(reaction, mean, value=-1.0)
                mean.add_(field.tanh_()).mul_(0.5)
        k = rate / BATCH
        pair = torch.mm((1.0 - mv * mv).t(), 1.0 - mh * mh).mul_(w).addmm_(mv.t(), mh)
        w.addmm_(v0.t(), self.h0, alpha=k).sub_(pair, alpha=k)
        c.add_(v0.sum(0), alpha=k).sub_(mv.sum(0), alpha=k)
        b.add_(self.h0.sum(0), alpha=k).sub_(mh.sum(0), alpha=k)


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


def main():
    threads = int(sys.argv[1])
    torch.set_num_threads(threads)
    torch.set_grad_enabled(False)
    for size in (a for a in sys.argv[2:] if not a.startswith("-")):
        n, m = map(int, size.split("x"))
        machine = Machine(n, m)
        data = torch.randint(0, 2, (4096, n)).mul_(2).sub_(1).float()
        batches = data.split(BATCH)
        position = [0]

        def step():
            machine.step(batches[position[0]], 1e-4)
            position[0] = (position[0] + 1) % len(batches)

        work = 10 * BATCH * n * m
        seconds = best(step, work)
        print(f"torch {n}x{m} threads {threads}: {seconds * 1e6:.1f} us/step, {work / seconds * 1e-9:.1f} GFLOP/s")
        means = (torch.rand(BATCH, n), torch.rand(BATCH, m))
        tap = best(lambda: machine.tap_step(batches[0], 1e-4, means), work)
        print(f"torch {n}x{m} threads {threads}: TAP {tap * 1e6:.1f} us/step")
        a, b = torch.randn(BATCH, n), torch.randn(n, m)
        out = torch.empty(BATCH, m)
        product = best(lambda: torch.mm(a, b, out=out), work / 5)
        print(f"torch {n}x{m} threads {threads}: {work / 5 / product * 1e-9:.1f} GFLOP/s in the product alone")
        if "--sklearn" in sys.argv:
            from sklearn.neural_network import BernoulliRBM

            x = (data.numpy() + 1.0) / 2.0
            learner = BernoulliRBM(n_components=m, learning_rate=1e-4, batch_size=BATCH)
            learner.partial_fit(x[:BATCH])
            seconds = best(lambda: learner.partial_fit(x[:BATCH]), work)
            print(f"scikit-learn {n}x{m}: {seconds * 1e6:.1f} us/step (PCD-1, 0/1 units)")


if __name__ == "__main__":
    main()
