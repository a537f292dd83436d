"""The instruments of the evaluation, on cases with a known answer."""

from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F

from models.attributes import Attribute, AttributeSet
from models.latents import LatentMap
from models.perceptual import PerceptualConfig, PerceptualNet
from tests.fakes.tiny import tiny_model
from training.errors import TrainingError
from training.evaluation.baselines import LENGTHS, length_for, svm
from training.evaluation.editing import changed, evaluate_editing, others_of, score_edits
from training.evaluation.swaps import swapped
from training.portraits import FACTORS, sample_factors


def test_the_svm_finds_a_planted_direction() -> None:
    rng = torch.Generator().manual_seed(0)
    w = torch.randn(2000, 12, generator=rng) * torch.linspace(0.5, 2, 12)
    planted = torch.randn(3, 12, generator=rng)
    found = svm(w, w @ planted.T)
    assert F.cosine_similarity(found, planted).min() > 0.97


def test_a_length_is_found_between_those_that_were_tried() -> None:
    assert length_for(1.5, [0.5 * length for length in LENGTHS]) == 3.0
    assert length_for(0.1, list(LENGTHS)) == 0.1
    assert length_for(9.0, [0.1, 0.3, 0.2, 0.1]) == LENGTHS[1]


def test_others_are_all_but_one() -> None:
    assert others_of(torch.arange(4.0)[None], 2).tolist() == [[0, 1, 3]]


def test_a_swap_takes_whole_parts_of_the_other_latent() -> None:
    ours = LatentMap(tuple(torch.zeros(1, 2, 4, 4) for _ in range(6)))
    theirs = LatentMap(tuple(torch.ones(1, 2, 4, 4) for _ in range(6)))
    rng = torch.Generator().manual_seed(0)
    kinds = set()
    for _ in range(20):
        shares = [wmap.mean().item() for wmap in swapped(ours, theirs, rng).layers]
        if set(shares) == {0.5}:
            kinds.add("cells")
        else:
            assert shares == sorted(shares)
            assert set(shares) == {0.0, 1.0}
            kinds.add("layers")
    assert kinds == {"cells", "layers"}


def test_a_factor_is_changed_alone_and_within_its_range() -> None:
    factors = sample_factors(3, 0, 1)
    names = [factor.name for factor in FACTORS]
    for name in ("smile", "hat", "yaw"):
        k = names.index(name)
        up, down = changed(factors, name, 9.0), changed(factors, name, -9.0)
        assert (up[0, k].item(), down[0, k].item()) == (FACTORS[k].high, FACTORS[k].low)
        for moved in (up, down):
            others = [i for i in range(len(names)) if i != k]
            assert torch.equal(moved[:, others], factors[:, others])


def test_only_what_the_judge_reads_is_judged() -> None:
    model = tiny_model()
    judge = PerceptualNet(PerceptualConfig(32, ("smile", "glasses"), widths=(8, 8), embedding=8))
    judge.eval().requires_grad_(False)
    found = (*model.attributes.attributes, Attribute("middle-1", "Component 1"))
    rows = torch.cat([model.attributes.directions, model.attributes.directions[:1]])
    model = replace(model, attributes=AttributeSet(found, rows))
    judged = evaluate_editing(model, judge, 1, 5)
    assert {row.id for row in judged if row.method == "learnt"} == {"smile"}
    model = replace(model, attributes=AttributeSet((), torch.zeros(0)))
    assert score_edits(model, judge, []) is None
    with pytest.raises(TrainingError, match="no attribute that the judge reads"):
        evaluate_editing(model, judge, 1, 5)
