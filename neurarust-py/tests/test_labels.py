"""Labels of dimensions ride through operations and stand in errors."""

import pytest

import neurarust as torch


def test_labels_ride_along():
    x = torch.zeros(32, 10).label(["batch", "feat"])
    assert x.labels() == ("batch", "feat")
    assert x.T.labels() == ("feat", "batch")
    assert x.sum(0).labels() == ("feat",)
    assert (x + torch.ones(10)).labels() == ("batch", "feat")
    assert x[:, None, 0].labels() == ("batch", None)
    assert torch.zeros(2).labels() == (None,)
    assert x.label([None, "feat"]).labels() == (None, "feat")
    layer = torch.nn.Linear(10, 3)
    assert torch.relu(layer(x)).labels() == ("batch", None)
    assert torch.nn.functional.softmax(x, -1).labels() == ("batch", "feat")


def test_errors_name_the_dimension():
    x = torch.zeros(32, 10).label(["batch", "feat"])
    y = torch.zeros(32, 12).label(["batch", "feat"])
    with pytest.raises(RuntimeError, match=r"add: shapes \[batch 32, feat 10\] and \[batch 32, feat 12\] do not broadcast.*\(feat\)"):
        x + y
    with pytest.raises(RuntimeError, match=r"\[batch 32, feat 10\]"):
        x @ y
    with pytest.raises(RuntimeError, match="2 dimensions"):
        x.label(["batch"])
    with pytest.raises(TypeError):
        x.label(3)


def test_gradients_flow_through_a_label():
    x = torch.ones(3, requires_grad=True)
    (x.label(["n"]) * 2).sum().backward()
    assert x.grad.tolist() == [2, 2, 2]
