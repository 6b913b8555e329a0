from pathlib import Path

import numpy as np
import pytest
import torch
from own_tunes import own_tunes

from livedshl.errors import BundleError
from livedshl.index import SegmentLibrary
from livedshl.learning.networks import (
    Networks,
    as_input,
    encode,
    load_networks,
    networks_bytes,
    to_code,
)
from livedshl.learning.objective import bit_balance, objective, pair_loss
from livedshl.learning.settings import NetworkShape

SHAPE = NetworkShape(length=5, symbols=3, hidden=7)


@pytest.fixture
def networks() -> Networks:
    return Networks.seeded(SHAPE, np.random.default_rng(4))


@pytest.fixture
def library() -> SegmentLibrary:
    return SegmentLibrary.of_tunes(own_tunes(n_tunes=3))


def test_each_group_is_a_distribution(networks: Networks, library: SegmentLibrary) -> None:
    soft = networks.soft_forward(as_input(library.contents(slice(0, 6))))
    assert soft.shape == (6, 5, 3)
    assert torch.allclose(soft.sum(2), torch.ones(6, 5))


def test_the_backward_network_reads_the_retrograde(networks: Networks) -> None:
    networks.backward_network.load_state_dict(networks.forward_network.state_dict())
    x = torch.rand(4, 16, 29)
    assert torch.equal(networks.soft_backward(x), networks.soft_forward(x.flip(1)))


def test_the_final_relu_lifts_what_is_negative(networks: Networks) -> None:
    x = torch.rand(4, 16, 29)
    lifted = Networks(NetworkShape(5, 3, 7, final_relu=True))
    lifted.load_state_dict(networks.state_dict())
    with torch.no_grad():
        for network in (networks.forward_network, lifted.forward_network):
            network.to_symbols.bias.copy_(torch.arange(15) - 20.0)  # every score below 0
    assert (to_code(networks.soft_forward(x)) == 2).all()
    assert torch.allclose(lifted.soft_forward(x), torch.full((4, 5, 3), 1 / 3))


def test_the_code_is_the_greatest_of_each_group() -> None:
    soft = torch.tensor([[[0.2, 0.5, 0.3], [0.4, 0.4, 0.2]]])
    assert to_code(soft).tolist() == [[1, 0]]


def test_encoding_by_batches_equals_encoding_at_once(
    networks: Networks, library: SegmentLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    forward, backward = encode(networks, library)
    monkeypatch.setattr("livedshl.learning.networks._ENCODE_BATCH", 10)
    told: list[float] = []
    in_parts = encode(networks, library, told.append)
    assert (forward == in_parts[0]).all() and (backward == in_parts[1]).all()
    assert forward.dtype == np.uint8 and forward.shape == (len(library), 5)
    assert told[-1] == 1.0 and told == sorted(told)


def test_networks_come_back_from_their_file(
    networks: Networks, library: SegmentLibrary, tmp_path: Path
) -> None:
    path = tmp_path / "networks.safetensors"
    path.write_bytes(networks_bytes(networks))
    again = load_networks(path)
    assert again.shape == SHAPE
    for one, other in zip(encode(networks, library), encode(again, library), strict=True):
        assert (one == other).all()


@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "noise", "not ours"])
def test_damaged_networks_are_one_line(networks: Networks, tmp_path: Path, damage: str) -> None:
    path = tmp_path / "networks.safetensors"
    whole = networks_bytes(networks)
    content = {
        "empty": b"",
        "cut": whole[: len(whole) // 2],
        "noise": bytes(range(256)) * 8,
        "not ours": b"\x02\0\0\0\0\0\0\0{}",
    }
    if damage != "missing":
        path.write_bytes(content[damage])
    with pytest.raises(BundleError, match="networks") as caught:
        load_networks(path)
    assert "\n" not in str(caught.value)


def test_equation_3_by_hand() -> None:
    forward = torch.tensor([[[0.7, 0.3], [0.1, 0.9]]])
    backward = torch.tensor([[[0.6, 0.4], [0.5, 0.5]]])
    agreement = (0.7 * 0.6 + 0.3 * 0.4 + 0.1 * 0.5 + 0.9 * 0.5) / 2
    assert pair_loss(forward, backward, 1.0).item() == pytest.approx((agreement - 1) ** 2)
    assert pair_loss(forward, backward, 0.0).item() == pytest.approx(agreement**2)


def test_equation_5_adds_the_weighted_balance_of_both_networks() -> None:
    one_hot = torch.tensor([[[1.0, 0.0]], [[0.0, 1.0]]])  # (2, 1, 2): balanced, pair 0 unlike 1
    same = torch.tensor([[[1.0, 0.0]], [[1.0, 0.0]]])
    assert bit_balance(one_hot).item() == 0.0
    assert bit_balance(same).item() == pytest.approx(0.5)
    negatives = (torch.tensor([0]), torch.tensor([1]))
    assert objective(one_hot, one_hot, negatives, 0.1).item() == 0.0
    # one positive of two misses, the negative agrees: 2 of 3 pairs cost 1
    assert objective(one_hot, same, negatives, 0.1).item() == pytest.approx(2 / 3 + 0.1 * 0.5)
