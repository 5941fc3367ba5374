"""nn.functional beyond the commonest layers: signatures, layers as classes, errors."""

import numpy as np
import pytest

import neurarust as torch
import neurarust.nn.functional as F
from neurarust import nn


def numbers(*shape):
    n = int(np.prod(shape))
    return torch.tensor([((i * 7919 + 13) % 1009) / 504.5 - 1 for i in range(n)], dtype=torch.float64).reshape(*shape)


def same(a, b):
    np.testing.assert_allclose(a.detach().numpy(), b.detach().numpy() if isinstance(b, torch.Tensor) else b, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("loss", [F.mse_loss, F.l1_loss, F.smooth_l1_loss, F.huber_loss])
def test_losses_do_not_compare_every_pair(loss):
    with pytest.raises(RuntimeError, match="reshape, squeeze"):
        loss(numbers(3, 1), numbers(3))
    assert loss(numbers(3, 1), numbers(3, 1)).item() == 0


def test_layers_are_their_functions():
    image, volume, line = numbers(2, 4, 6, 6), numbers(1, 2, 4, 4, 4), numbers(2, 4, 6)
    same(nn.Upsample(scale_factor=2, mode="bilinear")(image), F.interpolate(image, scale_factor=2, mode="bilinear"))
    same(nn.UpsamplingNearest2d(size=(3, 3))(image), F.interpolate(image, size=(3, 3)))
    same(nn.UpsamplingBilinear2d(size=(3, 3))(image), F.interpolate(image, size=(3, 3), mode="bilinear", align_corners=True))
    same(nn.LocalResponseNorm(2)(image), F.local_response_norm(image, 2))
    same(nn.ChannelShuffle(2)(image), F.channel_shuffle(image, 2))
    same(nn.LPPool1d(2, 3)(line.abs()), F.lp_pool1d(line.abs(), 2, 3))
    same(nn.LPPool2d(2, 3, stride=1)(image.abs()), F.lp_pool2d(image.abs(), 2, 3, 1))
    for pool, unpool, x in (
        (nn.MaxPool1d, nn.MaxUnpool1d, line), (nn.MaxPool2d, nn.MaxUnpool2d, image), (nn.MaxPool3d, nn.MaxUnpool3d, volume),
    ):
        y, places = pool(2, return_indices=True)(x)
        back = unpool(2)(y, places)
        assert back.shape == x.shape
        same(back.sum(), y.sum())
        same(pool(2)(back.clamp_min(-9).where(back != 0, torch.full_like(back, -9.0))), y)
    assert "scale_factor=2" in repr(nn.Upsample(scale_factor=2))


def test_fold_undoes_unfold():
    x = numbers(1, 2, 4, 6)
    columns = nn.Unfold(2, stride=2)(x)
    same(nn.Fold((4, 6), 2, stride=2)(columns), x)
    with pytest.raises(RuntimeError):
        nn.Fold((4, 6), 2)(columns)


def test_random_layers():
    x = numbers(8, 4, 5)
    for layer in (nn.AlphaDropout(0.5), nn.FeatureAlphaDropout(0.5), nn.RReLU()):
        assert (layer(x) != x).any()
        layer.eval()
    same(nn.AlphaDropout(0.5).eval()(x), x)
    same(nn.RReLU(0.2, 0.4).eval()(x), F.leaky_relu(x, 0.3))
    same(F.feature_alpha_dropout(numbers(5), 0.5, False), numbers(5))
    with pytest.raises(ValueError):
        nn.AlphaDropout(1.5)


def test_loss_layers_take_pytorchs_order():
    x, y = numbers(3, 4), torch.tensor([1, 0, 3])
    same(nn.MultiMarginLoss(2, 0.5)(x, y), F.multi_margin_loss(x, y, p=2, margin=0.5))
    same(nn.MultiLabelSoftMarginLoss()(x, (x > 0).to(x.dtype)), F.multilabel_soft_margin_loss(x, (x > 0).to(x.dtype)))
    labels = torch.tensor([[1, 2, -1, 0], [0, -1, 0, 0], [3, 1, 0, -1]])
    same(nn.MultiLabelMarginLoss(reduction="sum")(x, labels), F.multilabel_margin_loss(x, labels, reduction="sum"))
    log_probs, targets = numbers(4, 2, 3).log_softmax(-1), torch.tensor([[1, 2], [1, 1]])
    lengths = torch.tensor([4, 3]), torch.tensor([2, 1])
    same(nn.CTCLoss(0, "sum")(log_probs, targets, *lengths), 2.016499)
    same(nn.CTCLoss()(log_probs, targets, *lengths), 0.795809)
    far = nn.TripletMarginWithDistanceLoss(distance_function=lambda a, b: (a - b).abs().sum(-1), margin=2.0)
    same(far(x, x, x), 2.0)
    with pytest.raises(TypeError):
        nn.TripletMarginWithDistanceLoss(lambda a, b: a)


def test_embedding_bag():
    bag = nn.EmbeddingBag(5, 3, mode="sum", padding_idx=-1)
    same(bag.weight[4], np.zeros(3))
    out = bag(torch.tensor([0, 1, 2, 3]), torch.tensor([0, 3]))
    same(out, np.stack([bag.weight[:3].detach().numpy().sum(0), bag.weight[3].detach().numpy()]))
    same(nn.EmbeddingBag.from_pretrained(bag.weight.detach())(torch.tensor([[0, 1]])), bag.weight[:2].mean(0, keepdim=True))
    assert not nn.EmbeddingBag.from_pretrained(bag.weight.detach()).weight.requires_grad


def test_multihead_attention():
    layer = nn.MultiheadAttention(6, 2, batch_first=True, dtype=torch.float64)
    assert [n for n, _ in layer.named_parameters()] == ["in_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias"]
    x = numbers(2, 5, 6)
    hidden = torch.ones(5, 5).triu(1).bool()
    out, weights = layer(x, x, x, attn_mask=hidden)
    assert out.shape == (2, 5, 6) and weights.shape == (2, 5, 5)
    same(weights.sum(-1), np.ones((2, 5)))
    assert (weights.masked_select(hidden) == 0).all()
    # By hand, head by head.
    q, k, v = (x @ layer.in_proj_weight.T + layer.in_proj_bias).chunk(3, -1)
    heads = [
        F.scaled_dot_product_attention(q[..., s], k[..., s], v[..., s], is_causal=True) for s in (slice(0, 3), slice(3, 6))
    ]
    same(out, layer.out_proj(torch.cat(heads, -1)))
    assert layer(x, x, x, need_weights=False)[1] is None
    other = nn.MultiheadAttention(6, 2, kdim=4, vdim=3, dtype=torch.float64)
    assert other(numbers(5, 2, 6), numbers(7, 2, 4), numbers(7, 2, 3))[0].shape == (5, 2, 6)
    with pytest.raises(AssertionError):
        nn.MultiheadAttention(6, 4)


def test_inner_names():
    x = numbers(2, 4, 3)
    out, mean, rstd = torch.native_layer_norm(x, [3], None, None, 1e-5)
    same(out, (x - mean) * rstd)
    out, mean, rstd = torch.native_group_norm(x, None, None, 2, 4, 3, 2, 1e-5)
    same(out.reshape(2, 2, 6), (x.reshape(2, 2, 6) - mean.unsqueeze(-1)) * rstd.unsqueeze(-1))
    out, mean, rstd = torch.native_batch_norm(x, None, None, None, None, True, 0.1, 1e-5)
    same(out, (x - mean.reshape(1, 4, 1)) * rstd.reshape(1, 4, 1))
    same(torch.constant_pad_nd(x, [1, 0], 2.0), F.pad(x, [1, 0], value=2.0))
    image, grid = numbers(1, 1, 3, 4), numbers(1, 2, 2, 2)
    same(torch.grid_sampler_2d(image, grid, 1, 2, True), F.grid_sample(image, grid, "nearest", "reflection", True))
    with pytest.raises(RuntimeError):
        torch.grid_sampler_3d(image, grid, 0, 0, True)
    hidden = torch.full((2, 3), float("-inf"))
    same(torch.ops.aten._safe_softmax.default(hidden, 1), np.zeros((2, 3)))


def test_the_gaussian_likelihood_does_not_pair_everything():
    x, y, var = torch.zeros(4, 1), torch.zeros(4), torch.ones(4, 1)
    with pytest.raises(RuntimeError):
        F.gaussian_nll_loss(x, y, var)


@pytest.mark.parametrize("mode, numpy_mode", [("reflect", "reflect"), ("replicate", "edge"), ("circular", "wrap")])
def test_pad_with_what_is_there(mode, numpy_mode):
    x = np.arange(24.0).reshape(2, 3, 4)
    got = F.pad(torch.tensor(x), (2, 1, 0, 2), mode=mode)
    np.testing.assert_array_equal(got.numpy(), np.pad(x, ((0, 0), (0, 2), (2, 1)), mode=numpy_mode))
    leaf = torch.tensor(x, requires_grad=True)
    F.pad(leaf, (2, 1, 0, 2), mode=mode).sum().backward()
    assert leaf.grad.sum().item() == got.numel()
    with pytest.raises(RuntimeError):
        F.pad(torch.tensor(x), (1,), mode=mode)
    with pytest.raises(NotImplementedError):
        F.pad(torch.tensor(x), (1, 1), mode="mirror")


def test_pixel_shuffle_and_back():
    x = np.arange(2 * 8 * 3 * 2.0).reshape(2, 8, 3, 2)
    y = F.pixel_shuffle(torch.tensor(x), 2)
    want = x.reshape(2, 2, 2, 2, 3, 2).transpose(0, 1, 4, 2, 5, 3).reshape(2, 2, 6, 4)
    np.testing.assert_array_equal(y.numpy(), want)
    np.testing.assert_array_equal(F.pixel_unshuffle(y, 2).numpy(), x)
    for factor in (0, -1, 3):
        with pytest.raises(RuntimeError):
            F.pixel_shuffle(torch.tensor(x), factor)
        with pytest.raises(RuntimeError):
            F.pixel_unshuffle(torch.tensor(x)[..., :1], factor)
