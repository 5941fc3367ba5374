"""Writes layers.txt: what PyTorch answers for every layer and loss, with its gradients.

Run with any recent torch: `python layers.py > layers.txt`. Tensors are filled by formulas that tests/layers.rs repeats, so
that only checksums are kept: a line is `case quantity value`, where the value is Σ tensor[i] · cos(0.37 i + 0.2).
"""

import torch
from torch import nn

torch.set_default_dtype(torch.float64)


def filled(shape, phase):
    n = int(torch.tensor(shape).prod()) if shape else 1
    i = torch.arange(n, dtype=torch.float64)
    return (torch.sin(i * 0.7 + phase) * 0.5 + 0.1).reshape(shape)


def checksum(t):
    i = torch.arange(t.numel(), dtype=torch.float64)
    return float((t.detach().reshape(-1).double() * torch.cos(0.37 * i + 0.2)).sum())


def report(case, quantity, t):
    print(f"{case} {quantity} {checksum(t):.12e}")


def layer(case, module, shape, integer=False, evaluate=False):
    with torch.no_grad():
        for k, p in enumerate(module.parameters()):
            p.copy_(filled(p.shape, 1.0 + k))
        for b in module.buffers():
            if b.is_floating_point():
                b.copy_(filled(b.shape, 0.4) + 0.6)
    if evaluate:
        module.eval()
    x = torch.arange(int(torch.tensor(shape).prod())).reshape(shape) % 5 if integer else filled(shape, 0.0).requires_grad_()
    y = module(x)
    report(case, "output", y)
    (y * filled(y.shape, 2.0)).sum().backward()
    if not integer:
        report(case, "input", x.grad)
    for name, p in module.named_parameters():
        report(case, name, p.grad)
    for name, b in module.named_buffers():
        report(case, name, b)


def loss(case, module, x, target):
    x = x.clone().requires_grad_()
    y = module(x, target)
    report(case, "output", y.reshape(-1))
    y.sum().backward()
    report(case, "input", x.grad)


layer("linear", nn.Linear(4, 3), [2, 5, 4])
layer("conv1d", nn.Conv1d(4, 6, 3, stride=2, padding=1, dilation=2, groups=2), [2, 4, 9])
layer("conv2d", nn.Conv2d(3, 4, (3, 2), stride=(2, 1), padding=1), [2, 3, 6, 5])
layer("conv2d_same", nn.Conv2d(2, 2, 3, padding="same", bias=False), [1, 2, 4, 5])
layer("conv3d", nn.Conv3d(2, 3, 2), [1, 2, 3, 4, 3])
layer("conv_transpose1d", nn.ConvTranspose1d(3, 2, 3, stride=2), [2, 3, 4])
layer("conv_transpose2d", nn.ConvTranspose2d(4, 2, 3, stride=2, padding=1, output_padding=1, groups=2), [1, 4, 3, 4])
layer("batch_norm1d", nn.BatchNorm1d(3), [4, 3])
layer("batch_norm2d", nn.BatchNorm2d(3, momentum=0.3, eps=1e-3), [2, 3, 2, 2])
layer("batch_norm2d_cumulative", nn.BatchNorm2d(3, momentum=None), [2, 3, 2, 2])
layer("batch_norm2d_eval", nn.BatchNorm2d(3), [2, 3, 2, 2], evaluate=True)
layer("layer_norm", nn.LayerNorm([3, 4]), [2, 3, 4])
layer("rms_norm", nn.RMSNorm([4]), [2, 3, 4])
layer("group_norm", nn.GroupNorm(2, 4), [2, 4, 3])
layer("embedding", nn.Embedding(5, 3), [2, 4], integer=True)
layer("max_pool1d", nn.MaxPool1d(3, stride=2, padding=1), [2, 2, 7])
layer("max_pool2d", nn.MaxPool2d(2), [1, 2, 4, 6])
layer("max_pool2d_ceil", nn.MaxPool2d(3, stride=2, ceil_mode=True), [1, 2, 6, 6])
layer("avg_pool1d", nn.AvgPool1d(2), [1, 2, 6])
layer("avg_pool2d", nn.AvgPool2d(3, stride=2, padding=1), [1, 2, 5, 5])
layer("avg_pool2d_inner", nn.AvgPool2d(3, stride=2, padding=1, count_include_pad=False), [1, 2, 5, 5])
layer("adaptive_avg_pool2d", nn.AdaptiveAvgPool2d((2, 3)), [1, 2, 5, 7])
layer("adaptive_max_pool2d", nn.AdaptiveMaxPool2d((2, None)), [1, 2, 5, 3])
layer("prelu", nn.PReLU(3), [2, 3, 4])
for name, module in dict(
    relu=nn.ReLU(), relu6=nn.ReLU6(), leaky_relu=nn.LeakyReLU(), elu=nn.ELU(), celu=nn.CELU(2.0), selu=nn.SELU(),
    gelu=nn.GELU(), gelu_tanh=nn.GELU(approximate="tanh"), silu=nn.SiLU(), mish=nn.Mish(), tanh=nn.Tanh(),
    sigmoid=nn.Sigmoid(), log_sigmoid=nn.LogSigmoid(), softplus=nn.Softplus(), softsign=nn.Softsign(),
    tanhshrink=nn.Tanhshrink(), hardtanh=nn.Hardtanh(-0.2, 0.3), hardsigmoid=nn.Hardsigmoid(),
    hardswish=nn.Hardswish(), hardshrink=nn.Hardshrink(0.2), softshrink=nn.Softshrink(0.2), softmax=nn.Softmax(dim=-1),
    log_softmax=nn.LogSoftmax(dim=1), softmin=nn.Softmin(dim=-1),
).items():
    layer(name, module, [2, 3, 4])

logits = filled([4, 3], 0.0)
classes = torch.tensor([2, 0, -100, 1])
weight = filled([3], 0.4) + 0.6
loss("cross_entropy", nn.CrossEntropyLoss(), logits, classes)
loss("cross_entropy_all", nn.CrossEntropyLoss(weight=weight, label_smoothing=0.2), logits, classes)
loss("cross_entropy_none", nn.CrossEntropyLoss(reduction="none"), logits, classes)
loss("cross_entropy_probabilities", nn.CrossEntropyLoss(), logits, torch.softmax(filled([4, 3], 1.0), -1))
loss("nll", nn.NLLLoss(weight=weight, reduction="sum"), logits, classes)
target = filled([4, 3], 1.5)
loss("mse", nn.MSELoss(), logits, target)
loss("l1", nn.L1Loss(reduction="sum"), logits, target)
loss("smooth_l1", nn.SmoothL1Loss(beta=0.3), logits, target)
loss("huber", nn.HuberLoss(delta=0.3), logits, target)
probability = torch.sigmoid(target)
loss("bce", nn.BCELoss(), torch.sigmoid(logits), probability)
loss("bce_logits", nn.BCEWithLogitsLoss(pos_weight=weight), logits, probability)
loss("kl_div", nn.KLDivLoss(reduction="sum"), logits, probability)
