"""`testing.assert_close`: what is close, what it says of what isn't."""

import math

import numpy as np
import pytest

import neurarust as torch
from neurarust.testing import assert_close


def test_close():
    assert_close(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 2.0 + 1e-6]))
    assert_close(torch.tensor([1.0], dtype=torch.float16), torch.tensor([1.0005], dtype=torch.float16))
    assert_close(torch.tensor([1.0]), torch.tensor([1.5]), rtol=0, atol=0.5)
    assert_close(torch.tensor([math.inf]), torch.tensor([math.inf]))
    assert_close(torch.tensor([math.nan]), torch.tensor([math.nan]), equal_nan=True)
    assert_close(torch.tensor([1.0]), torch.tensor([1.0], dtype=torch.float64), check_dtype=False)
    assert_close([torch.ones(2), 3], [torch.ones(2), 3])
    assert_close({"a": torch.ones(2)}, {"a": torch.ones(2)})
    assert_close(np.ones(3), np.ones(3))
    assert_close(torch.zeros(0), torch.zeros(0))
    assert_close(None, None)


@pytest.mark.parametrize("actual, expected, text", [
    (torch.tensor([1.0, 2.0, 3.0]), torch.tensor([1.0, 2.0, 4.0]),
     "Tensor-likes are not close!\n\nMismatched elements: 1 / 3 (33.3%)\n"
     "Greatest absolute difference: 1.0 at index (2,) (up to 1e-05 allowed)\n"
     "Greatest relative difference: 0.25 at index (2,) (up to 1.3e-06 allowed)"),
    (torch.tensor([1, 2, 3]), torch.tensor([1, 2, 4]),
     "Tensor-likes are not equal!\n\nMismatched elements: 1 / 3 (33.3%)\n"
     "Greatest absolute difference: 1 at index (2,)\nGreatest relative difference: 0.25 at index (2,)"),
    (1.0, 2.0, "Scalars are not close!\n\nExpected 2.0 but got 1.0.\nAbsolute difference: 1.0 (up to 1e-07 allowed)"),
    (torch.ones(2), torch.ones(3), "'shape' do not match"),
    (torch.ones(2), torch.ones(2, dtype=torch.float64), "'dtype' do not match"),
    ([torch.ones(1), torch.ones(1)], [torch.ones(1), torch.zeros(1)], "The failure occurred for item [1]"),
    ({"a": 1}, {"b": 1}, "The keys of the mappings do not match"),
    ([1], [1, 2], "The length of the sequences mismatch: 1 != 2"),
    (torch.tensor([math.nan]), torch.tensor([math.nan]), "Greatest absolute difference: nan"),
    (torch.tensor([2**60 + 1]), torch.tensor([2**60]), "not equal"),
])
def test_not_close(actual, expected, text):
    with pytest.raises(AssertionError) as failure:
        assert_close(actual, expected)
    assert text in str(failure.value)


def test_messages_and_errors():
    with pytest.raises(AssertionError, match="^mine$"):
        assert_close(1.0, 2.0, msg="mine")
    with pytest.raises(AssertionError, match="^at home: Scalars"):
        assert_close(1.0, 2.0, msg=lambda m: f"at home: {m}")
    with pytest.raises(ValueError, match="both be specified"):
        assert_close(1.0, 1.0, rtol=1e-3)
    for strange in [(torch.ones(1), 1.0), ("a", "a"), (np.ones(1), torch.ones(1)), (torch.ones(1), [1.0])]:
        with pytest.raises(TypeError):
            assert_close(*strange)


def test_small_names():
    torch.use_deterministic_algorithms(True)
    assert torch.are_deterministic_algorithms_enabled()
    torch.use_deterministic_algorithms(False)
    x = torch.ones(2)
    assert x.name is None
    with pytest.raises(RuntimeError, match="sparse"):
        x.indices()
    assert torch.utils.dlpack.from_dlpack(torch.utils.dlpack.to_dlpack(x)).data_ptr() == x.data_ptr()
    assert torch.cosine_similarity(torch.eye(2), torch.ones(2, 2)).shape == (2,)
    converted = torch.utils.data.default_convert({"a": (np.ones(2), 3, "text")})
    assert converted["a"][0].dtype is torch.float64 and converted["a"][1:] == [3, "text"]
    assert list(torch.utils.data.ChainDataset([])) == []
