"""Attention, with and without the projections around it."""

from .. import _C
from .._C import linear

__all__ = ["scaled_dot_product_attention", "multi_head_attention_forward"]


def scaled_dot_product_attention(
    query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None, enable_gqa=False
):
    """`softmax(q kᵀ · scale + mask) v`: (…, L, E), (…, S, E), (…, S, V) → (…, L, V)."""
    return _C._attention(query, key, value, attn_mask, dropout_p, is_causal, scale, enable_gqa)[0]


def _to_add(mask, dtype):
    """A mask, true where nothing may be seen, as numbers to add to scores."""
    if mask is None or mask.is_floating_point():
        return mask
    if mask.dtype is not _C.bool:
        raise AssertionError(f"only bool and floating types of masks are supported, got {mask.dtype}")
    return _C.zeros(list(mask.shape), dtype=dtype).masked_fill(mask, float("-inf"))


def _widened(mask):
    """A mask with one more key, which everyone sees."""
    return None if mask is None else _C._pad_constant(mask, [0, 1], 0.0)


def multi_head_attention_forward(
    query, key, value, embed_dim_to_check, num_heads, in_proj_weight, in_proj_bias, bias_k, bias_v, add_zero_attn, dropout_p,
    out_proj_weight, out_proj_bias, training=True, key_padding_mask=None, need_weights=True, attn_mask=None,
    use_separate_proj_weight=False, q_proj_weight=None, k_proj_weight=None, v_proj_weight=None, static_k=None, static_v=None,
    average_attn_weights=True, is_causal=False,
):
    """Attention of `num_heads` heads between an input and an output projection: (L, N, E), (S, N, E), (S, N, E) → (L, N, E).

    Masks are true, or -inf, where a key may not be seen. Answers the output and the weights (N, L, S), or None.
    """
    batched = query.dim() == 3
    if query.dim() not in (2, 3) or key.dim() != query.dim() or value.dim() != query.dim():
        raise AssertionError(
            f"multi_head_attention_forward: query {tuple(query.shape)}, key {tuple(key.shape)}, value {tuple(value.shape)}; expected all (L, N, E), or all (L, E)"
        )
    if key_padding_mask is not None and key_padding_mask.dim() != query.dim() - 1:
        raise AssertionError(f"key_padding_mask of shape {tuple(key_padding_mask.shape)} for a query of shape {tuple(query.shape)}")
    if attn_mask is not None and attn_mask.dim() not in (2, 3):
        raise AssertionError(f"attn_mask of shape {tuple(attn_mask.shape)}; expected (L, S) or (N · num_heads, L, S)")
    if is_causal and attn_mask is None:
        raise RuntimeError("multi_head_attention_forward: is_causal is a hint about attn_mask, which is missing; pass it")
    if not batched:
        query, key, value = query.unsqueeze(1), key.unsqueeze(1), value.unsqueeze(1)
        key_padding_mask = None if key_padding_mask is None else key_padding_mask.unsqueeze(0)
    length, batch, width = query.shape
    if width != embed_dim_to_check:
        raise AssertionError(f"was expecting embedding dimension of {embed_dim_to_check}, but got {width}")
    if width % num_heads:
        raise AssertionError(f"embed_dim {width} not divisible by num_heads {num_heads}")
    if key.shape[:2] != value.shape[:2] or key.shape[1] != batch or (not use_separate_proj_weight and key.shape != value.shape):
        raise AssertionError(f"query {tuple(query.shape)}, key {tuple(key.shape)} and value {tuple(value.shape)} don't fit each other")

    if use_separate_proj_weight:
        weights = (q_proj_weight, k_proj_weight, v_proj_weight)
        if any(w is None for w in weights):
            raise AssertionError("use_separate_proj_weight is True but a projection weight is missing")
    elif in_proj_weight is None:
        raise AssertionError("use_separate_proj_weight is False but in_proj_weight is None")
    else:
        weights = in_proj_weight.chunk(3)
    biases = (None, None, None) if in_proj_bias is None else in_proj_bias.chunk(3)
    q, k, v = (linear(x, w, b) for x, w, b in zip((query, key, value), weights, biases))

    attn_mask, key_padding_mask = _to_add(attn_mask, query.dtype), _to_add(key_padding_mask, query.dtype)
    if attn_mask is not None:
        expected = (length, key.shape[0]) if attn_mask.dim() == 2 else (batch * num_heads, length, key.shape[0])
        if tuple(attn_mask.shape) != expected:
            raise RuntimeError(f"The shape of the {attn_mask.dim()}D attn_mask is {tuple(attn_mask.shape)}, but should be {expected}.")
    if (bias_k is None) != (bias_v is None):
        raise AssertionError("bias_k and bias_v are given together, or not at all")
    if bias_k is not None:
        if static_k is not None or static_v is not None:
            raise AssertionError("bias cannot be added to static keys or values")
        k, v = _C.cat([k, bias_k.expand(1, batch, width)]), _C.cat([v, bias_v.expand(1, batch, width)])
        attn_mask, key_padding_mask = _widened(attn_mask), _widened(key_padding_mask)

    size = width // num_heads

    def heads(x):  # (S, N, E) → (N, heads, S, size)
        return x.reshape([x.shape[0], batch, num_heads, size]).permute(1, 2, 0, 3)

    def static(x, name):  # (N · heads, S, size) → (N, heads, S, size)
        if x.dim() != 3 or x.shape[0] != batch * num_heads or x.shape[2] != size:
            raise AssertionError(f"{name} of shape {tuple(x.shape)}; expected ({batch * num_heads}, S, {size})")
        return x.reshape([batch, num_heads, x.shape[1], size])

    q = heads(q)
    k = heads(k) if static_k is None else static(static_k, "static_k")
    v = heads(v) if static_v is None else static(static_v, "static_v")
    if add_zero_attn:
        k, v = _C._pad_constant(k, [0, 0, 0, 1], 0.0), _C._pad_constant(v, [0, 0, 0, 1], 0.0)
        attn_mask, key_padding_mask = _widened(attn_mask), _widened(key_padding_mask)
    keys = k.shape[2]
    mask = attn_mask
    if mask is not None and mask.dim() == 3:
        mask = mask.reshape([batch, num_heads, length, keys])
    if key_padding_mask is not None:
        if tuple(key_padding_mask.shape) != (batch, keys):
            raise AssertionError(f"key_padding_mask of shape {tuple(key_padding_mask.shape)}; expected {(batch, keys)}")
        padding = key_padding_mask.reshape([batch, 1, 1, keys])
        mask = padding if mask is None else mask + padding
    out, weights = _C._attention(q, k, v, mask, dropout_p if training else 0.0)
    out = linear(out.permute(2, 0, 1, 3).reshape([length, batch, width]), out_proj_weight, out_proj_bias)
    out = out if batched else out.squeeze(1)
    if not need_weights:
        return out, None
    weights = weights.mean(1) if average_attn_weights else weights
    return out, weights if batched else weights.squeeze(0)
