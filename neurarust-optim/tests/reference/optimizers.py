"""Writes optimizers.txt: PyTorch's parameters after three steps of each optimizer, and seven learning rates of each schedule.

Run with any recent torch: `python optimizers.py > optimizers.txt`. A line is `case value value …`.
"""

import torch
from torch.optim import SGD, Adagrad, Adam, AdamW, SparseAdam
from torch.optim.lr_scheduler import (
    ConstantLR, CosineAnnealingLR, ExponentialLR, LinearLR, MultiStepLR, PolynomialLR, SequentialLR, StepLR,
)  # fmt: skip

torch.set_default_dtype(torch.float64)


def report(case, values):
    print(case, *(f"{v:.13g}" for v in values))


def optimizer(case, kind, **options):
    p = torch.tensor([1.0, -2.0, 0.5], requires_grad=True)
    rule = kind([p], lr=0.05, **options)
    for i in range(3):
        rule.zero_grad()
        (p * (p * p) + p * i).sum().backward()
        rule.step()
    report(case, p.tolist())


def sparse(case, kind, **options):
    table = torch.arange(8.0).reshape(4, 2).mul(0.5).requires_grad_()
    rule = kind([table], lr=0.05, **options)
    for index in [1, 3, 1], [0, 1, 1], [3, 3, 1]:
        rule.zero_grad()
        rows = torch.nn.functional.embedding(torch.tensor(index), table, sparse=True)
        (rows - 1.0).square().sum().backward()
        rule.step()
    report(case, table.flatten().tolist())


def schedule(case, make):
    rule = SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    scheduler, rates = make(rule), []
    for _ in range(7):
        rates.append(rule.param_groups[0]["lr"])
        rule.step()
        scheduler.step()
    report(case, rates)


optimizer("sgd", SGD)
optimizer("sgd-maximize", SGD, weight_decay=0.1, maximize=True)
optimizer("sgd-momentum", SGD, momentum=0.9, dampening=0.3, weight_decay=0.1)
optimizer("sgd-nesterov", SGD, momentum=0.9, nesterov=True, weight_decay=0.1)
optimizer("adam", Adam, weight_decay=0.1)
optimizer("adam-amsgrad", Adam, weight_decay=0.1, amsgrad=True, maximize=True)
optimizer("adamw", AdamW, weight_decay=0.1)
optimizer("adagrad", Adagrad, lr_decay=0.1, weight_decay=0.1, initial_accumulator_value=0.5)
optimizer("adagrad-maximize", Adagrad, maximize=True)

sparse("sparse-sgd", SGD)
sparse("sparse-sgd-maximize", SGD, maximize=True)
sparse("sparse-adagrad", Adagrad, lr_decay=0.1, initial_accumulator_value=0.5)
sparse("sparse-adam", SparseAdam)
sparse("sparse-adam-maximize", SparseAdam, betas=(0.8, 0.99), eps=1e-2, maximize=True)

schedule("step", lambda o: StepLR(o, 2, gamma=0.1))
schedule("multi-step", lambda o: MultiStepLR(o, [2, 5], gamma=0.5))
schedule("exponential", lambda o: ExponentialLR(o, 0.9))
schedule("cosine", lambda o: CosineAnnealingLR(o, 5, eta_min=0.1))
schedule("linear", lambda o: LinearLR(o, 0.5, 1.0, total_iters=4))
schedule("constant", lambda o: ConstantLR(o, 0.25, total_iters=3))
schedule("polynomial", lambda o: PolynomialLR(o, total_iters=5, power=2.0))
schedule("sequence", lambda o: SequentialLR(o, [LinearLR(o, 0.1, 1.0, total_iters=3), CosineAnnealingLR(o, 4)], [3]))
