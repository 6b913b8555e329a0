"""Each layer in NumPy computes what torch computes."""

import numpy as np
import pytest

from livedshl.networks.layers import (
    Lstm,
    convolution,
    layer_norm,
    linear,
    one_hot,
    relu,
    softmax,
)

torch = pytest.importorskip("torch")
F = torch.nn.functional


def numbers(*shape, seed=0):
    return np.random.default_rng(seed).normal(0, 2, shape).astype(np.float32)


def assert_equal(found, expected):
    assert found.dtype == np.float32
    assert np.allclose(found, expected.detach().numpy(), rtol=1e-5, atol=1e-5)


def test_a_dense_layer():
    weights, x = {"a.weight": numbers(3, 5), "a.bias": numbers(3)}, numbers(4, 5, seed=1)
    expected = F.linear(*map(torch.from_numpy, (x, weights["a.weight"], weights["a.bias"])))
    assert_equal(linear(weights, "a", x), expected)


@pytest.mark.parametrize("dilation", [1, 2, 4])
@pytest.mark.parametrize("kernel", [3, 5])
def test_a_dilated_convolution(kernel, dilation):
    weights = {"a.weight": numbers(3, 2, kernel), "a.bias": numbers(3)}
    x = numbers(20, 2, seed=1)
    expected = F.conv1d(
        torch.from_numpy(x.T[None]),
        torch.from_numpy(weights["a.weight"]),
        torch.from_numpy(weights["a.bias"]),
        padding=kernel // 2 * dilation,
        dilation=dilation,
    )
    assert_equal(convolution(weights, "a", x, dilation), expected[0].T)


def test_a_layer_norm():
    weights, x = {"a.weight": numbers(6), "a.bias": numbers(6, seed=2)}, numbers(4, 6, seed=1)
    expected = F.layer_norm(
        torch.from_numpy(x), (6,), *map(torch.from_numpy, (weights["a.weight"], weights["a.bias"]))
    )
    assert_equal(layer_norm(weights, "a", x), expected)


def test_a_relu_and_a_softmax():
    x = numbers(4, 6)
    assert_equal(relu(x), F.relu(torch.from_numpy(x)))
    assert_equal(softmax(x), F.softmax(torch.from_numpy(x), dim=-1))


def test_one_hot_counts_modulo_its_size():
    expected = F.one_hot(torch.tensor([0, 3, 1, 2]), 4).float()
    assert_equal(one_hot(np.array([0, 3, 5, -2]), 4), expected)


def test_an_lstm_step_after_step():
    layer = torch.nn.LSTM(5, 7, batch_first=True)
    for weights in layer.parameters():
        weights.data = torch.from_numpy(numbers(*weights.shape))
    from_input, from_hidden, bias, other_bias = (
        weights.detach().numpy() for weights in layer.parameters()
    )
    x = numbers(3, 9, 5, seed=1)
    lstm = Lstm(from_input, from_hidden, bias + other_bias)
    assert lstm.hidden == 7
    inputs = lstm.inputs(x)
    output = cell = np.zeros((3, 7), np.float32)
    outputs = []
    for step in range(9):
        output, cell = lstm.step(inputs[:, step], output, cell)
        outputs.append(output)
    expected, (_, last_cell) = layer(torch.from_numpy(x))
    assert_equal(np.stack(outputs, 1), expected)
    assert_equal(cell, last_cell[0])
