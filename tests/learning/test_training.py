import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from support.own_tunes import own_tunes
from support.torch_codes import torch_codes

from livedshl.bundle import SegmentLibrary
from livedshl.errors import BundleError, CorpusError
from livedshl.learning.job import Job, Lesson
from livedshl.learning.networks import LstmNetworks
from livedshl.learning.objective import as_compared, contrastive
from livedshl.learning.pairs import positive_pairs, split_pairs
from livedshl.learning.pretraining import pretrain, targets
from livedshl.learning.settings import Method, TrainingSettings
from livedshl.learning.training import train
from livedshl.learning.validation import TrainingResult, auc, retrieval
from livedshl.music import COMMON_TIME, GRIDS, Grid
from livedshl.networks.shape import NetworkShape

SETTINGS = TrainingSettings(
    shape=NetworkShape(length=6, symbols=4, hidden=16, final_relu=False),
    epochs=3,
    batch_size=64,
    learning_rate=5e-3,
    pretraining_steps=30,
    pretraining_batch=32,
    validation_pairs=40,
)


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def library() -> SegmentLibrary:
    return SegmentLibrary.of_tunes(own_tunes())


@pytest.fixture(scope="module")
def pairs() -> np.ndarray:
    return positive_pairs(own_tunes(), 2)


def same(one: TrainingResult, other: TrainingResult, library: SegmentLibrary) -> bool:
    codes = zip(
        torch_codes(one.networks, library), torch_codes(other.networks, library), strict=True
    )
    return one.history == other.history and all((a == b).all() for a, b in codes)


def test_the_same_seed_gives_the_same_codes(library, pairs, tmp_path: Path) -> None:
    first = train(library, pairs, SETTINGS, tmp_path / "a")
    second = train(library, pairs, SETTINGS, tmp_path / "b")
    other = train(library, pairs, replace(SETTINGS, seed=1), tmp_path / "c")
    assert same(first, second, library) and not same(first, other, library)
    assert [row.epoch for row in first.history] == [0, 1, 2, 3]
    assert first.finished


def test_the_last_epochs_learn_from_the_own_tunes_alone(library, pairs) -> None:
    own = int(np.searchsorted(library.tune_of, 6))
    rng = np.random.default_rng(0)
    split = split_pairs(library, pairs, 40, rng, own)
    assert (split.validation_positive < own).all()
    job = Job((Lesson(library, split, own),), replace(SETTINGS, epochs=3, own_epochs=1))
    whole, last = (
        np.concatenate([pairs for _, pairs in job.batches(rng, epoch)]) for epoch in (1, 2)
    )
    assert len(whole) == len(split.training) > len(last) > 0
    assert len(last) == (split.training < own).all(1).sum() and (last < own).all()


def contrastive_settings(follow_beats: int, grid: Grid = COMMON_TIME) -> TrainingSettings:
    best = TrainingSettings.of(Method.CONTRASTIVE, grid, follow_beats == grid.hop_beats)
    shape = replace(best.shape, length=16, symbols=8, hidden=64, dropout=0.1)
    return replace(best, shape=shape, epochs=25, batch_size=64, validation_pairs=40)


@pytest.mark.slow
def test_the_contrastive_method_tells_more_segments_apart(library, pairs, tmp_path: Path) -> None:
    paper, contrastive = (
        train(library, pairs, settings, tmp_path / settings.method).history[-1]
        for settings in (replace(SETTINGS, epochs=10), contrastive_settings(2))
    )
    assert contrastive.distinct_codes > 2 * paper.distinct_codes
    assert contrastive.recall_100 >= paper.recall_100
    assert contrastive.auc_random > 0.7


@pytest.mark.parametrize("metre", ["3/4", "6/8", "9/8"])
def test_in_other_metres_too_what_follows_is_told_from_what_does_not(
    metre: str, tmp_path: Path
) -> None:
    grid = GRIDS[metre]
    tunes = own_tunes(grid=grid)
    settings = replace(contrastive_settings(grid.hop_beats, grid), epochs=6)
    library = SegmentLibrary.of_tunes(tunes)
    pairs = positive_pairs(tunes, settings.follow_beats)
    last = train(library, pairs, settings, tmp_path).history[-1]
    assert last.validation_positive < last.validation_negative
    assert last.auc_random > 0.6


@pytest.mark.slow
@pytest.mark.parametrize("follow_beats", [2, 4])
def test_the_contrastive_method_resumes_as_if_never_stopped(
    library, follow_beats: int, tmp_path: Path
) -> None:
    pairs, settings = positive_pairs(own_tunes(), follow_beats), contrastive_settings(follow_beats)
    whole = train(library, pairs, settings, tmp_path / "whole")
    looks = 0

    def in_the_fourth_epoch() -> bool:
        nonlocal looks
        looks += 1
        return looks > 3 * -(-len(pairs) // 64)

    stopped = train(library, pairs, settings, tmp_path / "parts", stop=in_the_fourth_epoch)
    assert not stopped.finished and 1 <= len(stopped.history) - 1 < settings.epochs
    resumed = train(library, pairs, settings, tmp_path / "parts", resume=True)
    assert same(whole, resumed, library)
    with pytest.raises(BundleError, match="other settings"):  # the rate follows from the epochs
        train(library, pairs, replace(settings, epochs=20), tmp_path / "parts", resume=True)


@pytest.mark.parametrize("sharp", [False, True], ids=["soft", "one-hot"])
def test_the_contrastive_loss_is_the_cross_entropy_of_true_pairs_both_ways(sharp: bool) -> None:
    rng = np.random.default_rng(3)
    soft = [rng.dirichlet(np.ones(4), (5, 6)) for _ in range(2)]
    hard = [np.eye(4)[each.argmax(2)] for each in soft]
    known = np.eye(5, dtype=bool)
    known[0, 3] = True  # also a true pair: neither way a negative
    given = [torch.from_numpy(each).float() for each in (hard if sharp else soft)]
    found = contrastive(given[0], given[1], torch.from_numpy(known), 0.1, 0.0)
    by_hand = []
    for forward, backward in [hard] if sharp else [soft, hard]:
        scores = np.einsum("ilk,jlk->ij", forward, backward) / 6 / 0.1
        scores[0, 3] = -np.inf
        by_hand += [
            -np.log(np.exp(s[i, i]) / np.exp(s[i]).sum())
            for s in (scores, scores.T)
            for i in range(5)
        ]
    assert float(found) == pytest.approx(np.mean(by_hand), rel=1e-5)


def test_the_gradient_of_codes_is_that_of_what_they_stand_for() -> None:
    soft = torch.tensor([[[0.2, 0.5, 0.3]]], requires_grad=True)
    code = as_compared(soft)
    assert code.tolist() == [[[0.0, 1.0, 0.0]]]
    code[0, 0, 2].backward()
    assert soft.grad is not None and soft.grad.tolist() == [[[0.0, 0.0, 1.0]]]


def test_resuming_equals_never_having_stopped(library, pairs, tmp_path: Path) -> None:
    whole = train(library, pairs, SETTINGS, tmp_path / "whole")
    looks = 0

    def in_the_second_epoch() -> bool:
        nonlocal looks
        looks += 1
        return looks > SETTINGS.pretraining_steps + 9

    stopped = train(library, pairs, SETTINGS, tmp_path / "parts", stop=in_the_second_epoch)
    assert not stopped.finished and 1 <= len(stopped.history) - 1 < SETTINGS.epochs
    resumed = train(library, pairs, SETTINGS, tmp_path / "parts", resume=True)
    assert same(whole, resumed, library)


def test_more_epochs_may_be_asked_for(library, pairs, tmp_path: Path) -> None:
    train(library, pairs, replace(SETTINGS, epochs=2), tmp_path / "parts")
    resumed = train(library, pairs, SETTINGS, tmp_path / "parts", resume=True)
    assert same(train(library, pairs, SETTINGS, tmp_path / "whole"), resumed, library)


def test_a_checkpoint_of_other_settings_is_refused(library, pairs, tmp_path: Path) -> None:
    train(library, pairs, replace(SETTINGS, epochs=1), tmp_path)
    with pytest.raises(BundleError, match="other settings"):
        train(library, pairs, replace(SETTINGS, balance=0.5), tmp_path, resume=True)


def test_a_missing_or_damaged_checkpoint_is_told(library, pairs, tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="no checkpoint"):
        train(library, pairs, SETTINGS, tmp_path, resume=True)
    (tmp_path / "checkpoint.safetensors").write_bytes(b"\x08\0\0\0\0\0\0\0notjson!")
    with pytest.raises(BundleError, match="damaged"):
        train(library, pairs, SETTINGS, tmp_path, resume=True)


def test_stopped_before_the_first_epoch_there_still_are_networks(
    library, pairs, tmp_path: Path
) -> None:
    result = train(library, pairs, SETTINGS, tmp_path, stop=lambda: True)
    assert result.best_epoch == 0 and len(result.history) == 1 and not result.finished


def test_one_bar_is_too_little_to_learn_from(tmp_path: Path) -> None:
    tunes = own_tunes(n_tunes=1, n_bars=1)
    with pytest.raises(CorpusError, match="too few"):
        train(SegmentLibrary.of_tunes(tunes), positive_pairs(tunes, 2), SETTINGS, tmp_path)


@pytest.mark.slow
def test_ctrl_c_keeps_the_best_so_far(tmp_path: Path) -> None:
    script = f"""
import sys, json
sys.path[:0] = [{str(Path(__file__).parent)!r}, {str(Path(__file__).parents[1])!r}]
from test_training import *
from livedshl.learning.workers import first_interrupt
torch.set_num_threads(1)
tunes = own_tunes()
settings = replace(SETTINGS, epochs=100000)
with first_interrupt() as stop:
    result = train(SegmentLibrary.of_tunes(tunes), positive_pairs(tunes, 2), settings,
                   Path({str(tmp_path)!r}), stop=stop,
                   progress=lambda stage, share: print(stage, flush=True))
print(json.dumps([result.finished, result.best_epoch, [row.score for row in result.history]]))
"""
    tests = Path(__file__).resolve().parents[1]
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, cwd=tests.parent
    ) as child:
        assert child.stdout
        for line in child.stdout:
            if line.startswith("Epoch 3"):
                child.send_signal(2)
                break
        finished, best, scores = json.loads(child.stdout.read().splitlines()[-1])
    assert child.returncode == 0 and not finished
    assert len(scores) >= 4 and scores[best] == max(scores)
    assert (tmp_path / "checkpoint.safetensors").is_file()


def test_learned_codes_bring_true_successors_nearer(tmp_path: Path) -> None:
    tunes = own_tunes(n_tunes=30)
    library = SegmentLibrary.of_tunes(tunes)
    settings = replace(SETTINGS, epochs=12, pretraining_steps=100)
    result = train(library, positive_pairs(tunes, 2), settings, tmp_path)
    best, before = result.history[result.best_epoch], result.history[0]
    assert best.validation_positive + 1 < best.validation_negative
    assert best.auc_random > 0.65 > before.auc_random
    assert best.auc_filtered > best.auc_random


def test_pretraining_learns_to_predict(library) -> None:
    networks = LstmNetworks(SETTINGS.shape)
    figures = pretrain(
        networks, library, steps=150, batch_size=32, learning_rate=1e-2,
        rng=np.random.default_rng(0), progress=lambda share: None, stop=lambda: False,
    )  # fmt: skip
    assert figures.articulation > 0.95 and figures.octave > 0.7 and figures.chord > 0.6


def test_a_rest_and_no_chord_are_classes_of_their_own() -> None:
    segment = np.array([[[60, 1, 0], [60, 0, 11], [0, 0, -1]]], np.int8)
    assert targets(segment).tolist() == [[[1, 2, 1, 1], [0, 2, 1, 12], [0, 0, 0, 0]]]


def test_auc_counts_ties_half() -> None:
    assert auc(np.array([0, 1]), np.array([1, 2]), 3) == pytest.approx(3.5 / 4)


def test_retrieval_gives_ties_their_expected_rank() -> None:
    backward = np.array([[0, 0]] * 150 + [[0, 1]] * 50, np.uint8)
    queries = np.array([[0, 0], [0, 0]], np.uint8)
    above, recall, codes = retrieval(queries, np.array([3, 170]), backward)
    assert codes == 2
    assert above == pytest.approx(((1 - 75 / 200) + (1 - 175 / 200)) / 2)
    assert recall == pytest.approx((100 / 150 + 0) / 2)
