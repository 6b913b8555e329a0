from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from support.own_tunes import own_tunes
from support.torch_codes import written

from livedshl import records
from livedshl.bundle import SegmentLibrary
from livedshl.errors import BundleError
from livedshl.learning.building import seeded_networks
from livedshl.learning.encoding import encode
from livedshl.learning.networks import LstmNetworks, Networks, as_input, to_code
from livedshl.learning.objective import bit_balance, objective, pair_loss
from livedshl.learning.window import WindowNetworks
from livedshl.music import COMMON_TIME, GRIDS
from livedshl.music.features import N_FEATURES
from livedshl.networks.contexts import history_steps
from livedshl.networks.encoder import Encoder
from livedshl.networks.shape import NetworkShape, Reader
from livedshl.networks.weights import read_networks
from livedshl.work import local_crew

HISTORY_STEPS = history_steps(COMMON_TIME)
LSTM = NetworkShape(length=5, symbols=3, hidden=7, final_relu=False)
WINDOW = NetworkShape(
    Reader.WINDOW, length=5, symbols=3, hidden=11, context_beats=4, recall=3, dropout=0.5
)
OVERLAPPING = NetworkShape(Reader.WINDOW, length=5, symbols=3, hidden=11, overlap=True)


@pytest.fixture(params=[LSTM, WINDOW], ids=["lstm", "window"])
def networks(request: pytest.FixtureRequest) -> Networks:
    return seeded_networks(request.param, np.random.default_rng(4))


@pytest.fixture
def lstms() -> LstmNetworks:
    return LstmNetworks(LSTM)


@pytest.fixture
def windows() -> WindowNetworks:
    return WindowNetworks(WINDOW).eval()


@pytest.fixture
def library() -> SegmentLibrary:
    return SegmentLibrary.of_tunes(own_tunes(n_tunes=3))


@pytest.mark.parametrize("shape", [LSTM, WINDOW, OVERLAPPING], ids=["lstm", "window", "overlap"])
@pytest.mark.parametrize("metre", GRIDS)
def test_each_group_is_a_distribution(metre: str, shape: NetworkShape) -> None:
    networks = seeded_networks(replace(shape, metre=metre), np.random.default_rng(4))
    library = SegmentLibrary.of_tunes(own_tunes(n_tunes=1, grid=GRIDS[metre]))
    contexts = library.contexts(slice(0, 6))
    for soft in (networks.soft_forward(contexts), networks.soft_backward(contexts)):
        assert soft.shape == (6, 5, 3)
        assert torch.allclose(soft.sum(2), torch.ones(6, 5))


def test_the_paper_s_backward_network_reads_the_retrograde(
    lstms: LstmNetworks, library: SegmentLibrary
) -> None:
    contexts = library.contexts(slice(0, 4))
    retrograde = as_input(contexts.segments[:, ::-1].copy(), lstms.device)
    assert torch.equal(lstms.soft_backward(contexts), lstms.backward_network(retrograde))


def test_the_final_relu_lifts_what_is_negative(
    lstms: LstmNetworks, library: SegmentLibrary
) -> None:
    contexts = library.contexts(slice(0, 4))
    lifted = LstmNetworks(replace(LSTM, final_relu=True))
    lifted.load_state_dict(lstms.state_dict())
    with torch.no_grad():
        for network in (lstms.forward_network, lifted.forward_network):
            network.to_symbols.bias.copy_(torch.arange(15) - 20.0)  # every score below 0
    assert (to_code(lstms.soft_forward(contexts)) == 2).all()
    assert torch.allclose(lifted.soft_forward(contexts), torch.full((4, 5, 3), 1 / 3))


@pytest.mark.parametrize("metre", GRIDS)
def test_codes_agree_wherever_the_shared_beats_do(metre: str) -> None:
    """With overlap, half of a segment's forward code is that of its successor's backward code."""
    grid = GRIDS[metre]
    shape = replace(OVERLAPPING, length=6, metre=metre)
    networks = seeded_networks(shape, np.random.default_rng(4))
    library = SegmentLibrary.of_tunes(own_tunes(n_tunes=1, grid=grid))
    rows = np.flatnonzero(np.diff(library.starts) == grid.hop_steps)
    assert len(rows) > 10
    forward = networks.soft_forward(library.contexts(rows))
    backward = networks.soft_backward(library.contexts(rows + 1))
    assert torch.allclose(forward[:, :3], backward[:, :3], atol=1e-6)
    assert not torch.allclose(forward[:, 3:], backward[:, 3:], atol=1e-3)


def test_networks_of_common_time_read_what_they_always_read() -> None:
    """Their weights lie in bundles that were trained before there were other metres."""
    windows = WindowNetworks(replace(WINDOW, overlap=True, length=6))
    places, phrase, bar = 2, 16, 16 * N_FEATURES
    assert windows.forward_network.first.in_features == 2 * bar + places + phrase + 1 + 5 * 3
    assert windows.backward_network.first.in_features == bar + places
    assert windows.overlap_network.first.in_features == bar // 2 + places


def test_a_passage_is_what_was_played_until_the_segment_ends(library: SegmentLibrary) -> None:
    rows = np.array([0, 3, 20, len(library) - 1])
    contexts = library.contexts(rows)
    for index, row in enumerate(rows):
        start = int(library.starts[row])
        known = int(contexts.known[index])
        first_of_tune = int(library.tune_steps[library.tune_of[row]])
        assert known == min(start - first_of_tune, HISTORY_STEPS)
        heard = library.steps[start - known : start + 16]
        assert (contexts.steps[index, HISTORY_STEPS - known :] == heard).all()
        assert (contexts.steps[index, : HISTORY_STEPS - known] == (0, 0, -1)).all()
        assert contexts.hops[index] == (start - first_of_tune) // 8


def test_only_the_forward_network_hears_what_came_before(
    windows: WindowNetworks, library: SegmentLibrary
) -> None:
    contexts = library.contexts(np.arange(20, 26))
    steps = contexts.steps.copy()
    steps[:, HISTORY_STEPS - 16 : HISTORY_STEPS, 0] += 2  # another bar before the segment
    other = replace(contexts, steps=steps)
    assert torch.equal(windows.soft_backward(contexts), windows.soft_backward(other))
    assert not torch.allclose(windows.soft_forward(contexts), windows.soft_forward(other))


def test_recall_gives_the_code_of_an_earlier_segment(
    windows: WindowNetworks, library: SegmentLibrary
) -> None:
    """With all attention on the segment two bars back, the forward code is its backward code."""
    first_of_tune = int(np.searchsorted(library.tune_of, 1))
    late = np.arange(first_of_tune - 6, first_of_tune)
    contexts = library.contexts(late)
    with torch.no_grad():
        windows.gate[2].weight.zero_()
        windows.gate[2].bias.copy_(torch.tensor([0.0, 0.0, 0.0, 1e3]))
    earlier = replace(contexts, steps=np.roll(contexts.steps, 32, axis=1))
    recalled = windows.soft_forward(contexts)
    assert torch.allclose(recalled, windows.soft_backward(earlier), atol=1e-6)


def test_nothing_is_recalled_from_before_the_tune_began(
    windows: WindowNetworks, library: SegmentLibrary
) -> None:
    opening = library.contexts(np.array([0]))
    with torch.no_grad():
        windows.gate[2].bias.copy_(torch.tensor([0.0, -1e3, 1e3, 1e3]))
    assert windows.soft_forward(opening).isfinite().all()
    assert torch.allclose(windows.soft_forward(opening).sum(2), torch.ones(1, 5))


def test_the_code_is_the_greatest_of_each_group() -> None:
    soft = torch.tensor([[[0.2, 0.5, 0.3], [0.4, 0.4, 0.2]]])
    assert to_code(soft).tolist() == [[1, 0]]


def test_encoding_by_batches_equals_encoding_at_once(
    networks: Networks, library: SegmentLibrary, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    weights = {name: weight.numpy() for name, weight in networks.copied_weights().items()}
    encoder = Encoder(weights, networks.shape)
    told: list[float] = []
    with local_crew(2) as crew:
        whole = encode(encoder, library, tmp_path / "whole", crew)
        monkeypatch.setattr("livedshl.learning.encoding.BATCH", 10)
        in_parts = encode(encoder, library, tmp_path / "parts", crew, told.append)
    for codes, others in zip(whole, in_parts, strict=True):
        assert np.array_equal(codes, others)
        assert codes.dtype == np.uint64 and len(codes) == len(library)
    assert told[-1] == 1.0 and told == sorted(told)


def test_coding_that_was_broken_off_goes_on_with_what_is_missing(
    networks: Networks, library: SegmentLibrary, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("livedshl.learning.encoding.BATCH", 10)
    weights = {name: weight.numpy() for name, weight in networks.copied_weights().items()}
    encoder = Encoder(weights, networks.shape)

    def stop(share: float) -> None:
        if share >= 0.3:
            raise KeyboardInterrupt

    with local_crew(1) as crew:
        expected = encode(encoder, library, tmp_path / "whole", crew)
    with pytest.raises(KeyboardInterrupt), local_crew(1) as crew:
        encode(encoder, library, tmp_path / "codes", crew, stop)
    before = set((tmp_path / "codes").glob("0*.npy"))
    assert 0 < len(before) < len(library) / 10
    written = {path: path.stat().st_mtime_ns for path in before}
    with local_crew(1) as crew:
        found = encode(encoder, library, tmp_path / "codes", crew)
    assert written == {path: path.stat().st_mtime_ns for path in before}
    assert all(np.array_equal(*pair) for pair in zip(found, expected, strict=True))


def test_networks_come_back_from_their_file_in_half_precision(
    networks: Networks, tmp_path: Path
) -> None:
    path = tmp_path / "networks.safetensors"
    path.write_bytes(written(networks))
    weights, shape = read_networks(path)
    assert shape == networks.shape
    for name, weight in networks.copied_weights().items():
        assert (torch.from_numpy(weights[name]) == weight.half()).all()
    assert path.stat().st_size < 2 * sum(w.size for w in weights.values()) + 4000


def test_networks_of_older_bundles_are_read_in_single_precision(
    networks: Networks, tmp_path: Path
) -> None:
    path = tmp_path / "networks.safetensors"
    save_file(networks.copied_weights(), path, {"shape": records.encode(networks.shape)})
    weights, _ = read_networks(path)
    for name, weight in networks.copied_weights().items():
        assert (torch.from_numpy(weights[name]) == weight).all()


@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "noise", "not ours"])
def test_damaged_networks_are_one_line(networks: Networks, tmp_path: Path, damage: str) -> None:
    path = tmp_path / "networks.safetensors"
    whole = written(networks)
    content = {
        "empty": b"",
        "cut": whole[: len(whole) // 2],
        "noise": bytes(range(256)) * 8,
        "not ours": b"\x02\0\0\0\0\0\0\0{}",
    }
    if damage != "missing":
        path.write_bytes(content[damage])
    with pytest.raises(BundleError, match="networks") as caught:
        read_networks(path)
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
