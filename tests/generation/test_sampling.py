"""The sampler against transformers' logits processors, and its draws against the exact distribution."""

from __future__ import annotations

import math

import pytest
import torch
from transformers.generation import logits_process as oracle

from phi_model.sampling import (
    SamplingBatch,
    SamplingParams,
    fresh_seed,
    gumbel_noise,
    process_logits,
    sample,
    token_logprobs,
)

VOCAB = 61
ROWS = 4


def random_logits(kind: str, rows: int = ROWS, vocab: int = VOCAB) -> torch.Tensor:
    generator = torch.Generator().manual_seed(sum(map(ord, kind)))
    scores = torch.randn(rows, vocab, generator=generator) * 3
    if kind == "ties":  # many equal scores, at every cut-off
        scores = scores.round()
    if kind == "peaked":
        scores[:, 7] += 40
    if kind == "flat":
        scores = torch.zeros_like(scores)
    if kind == "removed":  # some tokens have been removed before
        scores[:, ::3] = -math.inf
    return scores


KINDS = ["random", "ties", "peaked", "flat", "removed"]


def history(rows: int = ROWS, length: int = 24) -> torch.Tensor:
    """Few different ids, so that n-grams repeat."""
    return torch.randint(0, 6, (rows, length), generator=torch.Generator().manual_seed(5))


def ours(
    scores: torch.Tensor, ids: torch.Tensor | None = None, keep: int = 1, **params
) -> torch.Tensor:
    batch = SamplingBatch.from_params([SamplingParams(**params)] * scores.shape[0])
    return process_logits(scores, batch, ids, min_tokens_to_keep=keep)


def assert_same(got: torch.Tensor, want: torch.Tensor) -> None:
    assert torch.equal(got.isinf(), want.isinf()), "another set of tokens was removed"
    torch.testing.assert_close(got, want, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("temperature", [0.1, 0.7, 1.0, 2.5])
def test_temperature(kind: str, temperature: float) -> None:
    scores = random_logits(kind)
    want = oracle.TemperatureLogitsWarper(temperature)(None, scores)
    assert_same(ours(scores, temperature=temperature), want)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("keep", [1, 3])
@pytest.mark.parametrize("k", [1, 2, 5, 50, VOCAB, VOCAB + 100])
def test_top_k(kind: str, k: int, keep: int) -> None:
    scores = random_logits(kind)
    want = oracle.TopKLogitsWarper(k, min_tokens_to_keep=keep)(None, scores)
    assert_same(ours(scores, top_k=k, keep=keep), want)


@pytest.mark.parametrize("k", [0, -1])
def test_top_k_off(k: int) -> None:
    scores = random_logits("random")
    assert torch.equal(ours(scores, top_k=k), scores)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("keep", [1, 3])
@pytest.mark.parametrize("p", [0.0, 1e-6, 0.1, 0.5, 0.9, 0.95, 0.999999])
def test_top_p(kind: str, p: float, keep: int) -> None:
    scores = random_logits(kind)
    want = oracle.TopPLogitsWarper(p, min_tokens_to_keep=keep)(None, scores)
    assert_same(ours(scores, top_p=p, keep=keep), want)


@pytest.mark.parametrize("scale", [0.0, 0.5, 2.0, 5.0])
@pytest.mark.parametrize("keep", [1, 5])
def test_top_p_over_a_large_vocabulary(scale: float, keep: int) -> None:
    """Flat rows, whose mass no short list holds, beside peaked ones: each gets what it gets alone."""
    generator = torch.Generator().manual_seed(8)
    scores = torch.randn(6, 20_000, generator=generator, dtype=torch.float64) * scale
    scores = (
        scores + torch.arange(20_000) * 1e-7
    ).float()  # no ties: which of them stays is not defined
    masses = [0.3, 0.9, 0.99, 0.9999, 1.0, 0.0]
    batch = SamplingBatch.from_params([SamplingParams(top_p=p) for p in masses])
    got = process_logits(scores, batch, min_tokens_to_keep=keep)
    for row, p in enumerate(masses):
        want = oracle.TopPLogitsWarper(p, min_tokens_to_keep=keep)(None, scores[row : row + 1])[0]
        if p == 1.0:
            want = scores[row]
        # A token at the very edge of the mass may fall to either side by rounding.
        assert int((got[row].isinf() != want.isinf()).sum()) <= (2 if scale else 20)
        alone = ours(scores[row : row + 1], top_p=p, keep=keep)
        assert torch.equal(got[row : row + 1], alone)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("keep", [1, 3, VOCAB + 5])
@pytest.mark.parametrize("p", [0.01, 0.1, 0.5, 1.0])
def test_min_p(kind: str, p: float, keep: int) -> None:
    scores = random_logits(kind)
    want = oracle.MinPLogitsWarper(p, min_tokens_to_keep=keep)(None, scores)
    assert_same(ours(scores, min_p=p, keep=keep), want)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("keep", [1, 3])
@pytest.mark.parametrize("p", [0.01, 0.2, 0.9, 0.99])
def test_typical_p(kind: str, p: float, keep: int) -> None:
    scores = random_logits(kind)
    want = oracle.TypicalLogitsWarper(p, min_tokens_to_keep=keep)(None, scores)
    assert_same(ours(scores, typical_p=p, keep=keep), want)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("penalty", [0.5, 1.3, 10.0])
def test_repetition_penalty(kind: str, penalty: float) -> None:
    scores, ids = random_logits(kind), history()
    want = oracle.RepetitionPenaltyLogitsProcessor(penalty)(ids, scores)
    assert_same(ours(scores, ids, repetition_penalty=penalty), want)


def test_repetition_penalty_skips_what_is_no_token() -> None:
    """Padding is -1 on either side; an id beyond the scores is ignored, as transformers does."""
    scores = random_logits("random", rows=1)
    ids = torch.tensor([[-1, -1, 3, 60, VOCAB + 4, -1]])
    want = oracle.RepetitionPenaltyLogitsProcessor(1.5)(torch.tensor([[3, 60, VOCAB + 4]]), scores)
    assert_same(ours(scores, ids, repetition_penalty=1.5), want)


@pytest.mark.parametrize("size", [1, 2, 3, 4, 23, 24, 25])
def test_no_repeat_ngram(size: int) -> None:
    scores, ids = random_logits("random"), history()
    want = oracle.NoRepeatNGramLogitsProcessor(size)(ids, scores)
    assert_same(ours(scores, ids, no_repeat_ngram_size=size), want)


@pytest.mark.parametrize("size", [1, 2, 3, 9])
def test_no_repeat_ngram_with_rows_of_different_lengths(size: int) -> None:
    scores = random_logits("random", rows=3)
    rows = [[1, 2, 1, 2, 1], [4, 4, 4, 4, 4, 4, 4, 4], [2]]
    right = torch.full((3, 9), -1)
    left = torch.full((3, 9), -1)
    for i, row in enumerate(rows):
        right[i, : len(row)] = left[i, 9 - len(row) :] = torch.tensor(row)
    processor = oracle.NoRepeatNGramLogitsProcessor(size)
    want = torch.cat(
        [processor(torch.tensor([row]), scores[i : i + 1]) for i, row in enumerate(rows)]
    )
    assert_same(ours(scores, right, no_repeat_ngram_size=size), want)
    assert_same(ours(scores, left, no_repeat_ngram_size=size), want)


def test_presence_and_frequency_count_generated_tokens_only() -> None:
    scores = torch.zeros(2, 5)
    ids = torch.tensor([[0, 1, 1, 2, 2, 2], [3, 3, 3, 4, -1, -1]])
    batch = SamplingBatch.from_params(
        [
            SamplingParams(presence_penalty=0.5, frequency_penalty=0.25),
            SamplingParams(frequency_penalty=-1.0),
        ]
    )
    got = process_logits(scores, batch, ids, output_start=torch.tensor([2, 1]))
    torch.testing.assert_close(got[0], torch.tensor([0, -0.75, -1.25, 0, 0]))
    torch.testing.assert_close(got[1], torch.tensor([0.0, 0, 0, 2, 1]))


def test_logit_bias_and_valid_vocab() -> None:
    scores = random_logits("random", rows=2)
    batch = SamplingBatch.from_params(
        [SamplingParams(logit_bias={3: 100.0, 5: -2.5}), SamplingParams()]
    )
    got = process_logits(scores, batch, valid_vocab=40)
    want = scores.clone()
    want[0, 3] += 100
    want[0, 5] -= 2.5
    want[:, 40:] = -math.inf
    assert_same(got, want)


def test_suppressed_tokens_are_removed() -> None:
    scores = random_logits("random")
    batch = SamplingBatch.from_params([SamplingParams()] * ROWS)
    got = process_logits(scores, batch, suppress=torch.tensor([2, 9]))
    assert got[:, [2, 9]].isinf().all()
    assert got.isinf().sum() == 2 * ROWS


COMBINATIONS = [
    {"temperature": 0.8, "top_k": 20, "top_p": 0.9},
    {"temperature": 1.5, "top_k": 10, "top_p": 0.7, "min_p": 0.05},
    {"temperature": 0.5, "min_p": 0.2, "typical_p": 0.8},
    {"top_k": 30, "top_p": 0.95, "min_p": 0.02, "typical_p": 0.9, "temperature": 1.2},
    {"repetition_penalty": 1.4, "no_repeat_ngram_size": 2, "temperature": 0.9, "top_k": 12},
    {"repetition_penalty": 0.7, "no_repeat_ngram_size": 3, "top_p": 0.5},
]


def reference_chain(params: dict, scores: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
    """transformers' processors in transformers' order."""
    table = [
        ("repetition_penalty", oracle.RepetitionPenaltyLogitsProcessor),
        ("no_repeat_ngram_size", oracle.NoRepeatNGramLogitsProcessor),
        ("temperature", oracle.TemperatureLogitsWarper),
        ("top_k", oracle.TopKLogitsWarper),
        ("top_p", oracle.TopPLogitsWarper),
        ("min_p", oracle.MinPLogitsWarper),
        ("typical_p", oracle.TypicalLogitsWarper),
    ]
    for name, processor in table:
        if name in params:
            scores = processor(params[name])(ids, scores)
    return scores


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("params", COMBINATIONS, ids=lambda p: "-".join(p))
def test_combinations_follow_the_order_of_transformers(params: dict, kind: str) -> None:
    scores, ids = random_logits(kind), history()
    assert_same(ours(scores, ids, **params), reference_chain(params, scores, ids))


@pytest.mark.parametrize("kind", KINDS)
def test_rows_keep_their_own_parameters(kind: str) -> None:
    """A batch of different rows gives what each row gives alone, neutral and greedy rows included."""
    everything = [
        *COMBINATIONS,
        {},
        {"temperature": 0.0},
        {"temperature": 0.0, "repetition_penalty": 2.0},
    ]
    scores = random_logits(kind, rows=len(everything))
    ids = history(rows=len(everything))
    batch = SamplingBatch.from_params([SamplingParams(**p) for p in everything])
    got = process_logits(scores, batch, ids)
    for i, params in enumerate(everything):
        alone = ours(scores[i : i + 1], ids[i : i + 1], **params)
        assert_same(got[i : i + 1], alone)
    assert torch.equal(got[6], scores[6])


def test_the_logits_are_left_as_they_were() -> None:
    scores, ids = random_logits("random"), history()
    before = scores.clone()
    ours(scores, ids, **COMBINATIONS[3], repetition_penalty=1.2, logit_bias={1: 2.0})
    assert torch.equal(scores, before)


def test_a_penalty_without_its_history_is_refused() -> None:
    scores = random_logits("random")
    with pytest.raises(ValueError, match="token_history"):
        ours(scores, repetition_penalty=1.1)
    with pytest.raises(ValueError, match="output_start"):
        ours(scores, history(), presence_penalty=1.0)


def test_half_precision_logits_are_processed_in_float32() -> None:
    scores = random_logits("random").to(torch.bfloat16)
    assert_same(ours(scores, temperature=0.3), scores.float() / 0.3)


def draw(scores: torch.Tensor, params: SamplingParams, draws: int) -> torch.Tensor:
    """`draws` tokens from one row of scores, each with a seed of its own."""
    batch = SamplingBatch.from_params(
        [params] * draws, seeds=range(1000, 1000 + draws), rows=[0] * draws
    )
    rows = scores.expand(draws, -1)
    return sample(process_logits(rows, batch), batch, torch.full((draws,), 17))


def chi_square_p_value(counts: torch.Tensor, probs: torch.Tensor) -> float:
    draws = counts.sum()
    expected = probs * draws
    frequent = expected >= 5
    counts = torch.cat([counts[frequent], counts[~frequent].sum()[None]]).double()
    expected = torch.cat([expected[frequent], expected[~frequent].sum()[None]]).double()
    counts, expected = counts[expected > 0], expected[expected > 0]
    statistic = ((counts - expected) ** 2 / expected).sum()
    # Upper tail of the chi-square distribution: the regularised incomplete gamma function.
    return float(
        torch.special.gammaincc(torch.tensor((len(counts) - 1) / 2).double(), statistic / 2)
    )


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"temperature": 0.7},
        {"temperature": 1.3, "top_k": 12},
        {"top_p": 0.8},
        {"temperature": 2.0, "min_p": 0.1},
        {"typical_p": 0.7},
    ],
    ids=str,
)
def test_draws_follow_the_distribution(params: dict) -> None:
    scores = random_logits("random", rows=1)
    tokens = draw(scores, SamplingParams(**params), 40_000)
    probs = ours(scores, **params).softmax(-1)[0]
    counts = torch.bincount(tokens, minlength=VOCAB)
    assert counts[probs == 0].sum() == 0
    assert chi_square_p_value(counts, probs) > 1e-4


@pytest.mark.parametrize("varied", ["seed", "row", "position"])
def test_noise_is_uniform_and_independent_over_every_counter(varied: str) -> None:
    """Uniform over bins, and the joint table of neighbouring counters and of neighbouring tokens is uniform too."""
    n = 4000
    counter = torch.arange(n)
    fixed = torch.full((n,), 3)
    args = [counter if varied == name else fixed for name in ("seed", "row", "position")]
    uniform = (-(-gumbel_noise(*args, torch.arange(50))).exp()).exp()
    bins = (uniform * 10).long().clamp(max=9)
    assert chi_square_p_value(torch.bincount(bins.flatten()), torch.full((10,), 0.1)) > 1e-4
    for pairs in (bins[:-1] * 10 + bins[1:], bins[:, :-1] * 10 + bins[:, 1:]):
        assert (
            chi_square_p_value(
                torch.bincount(pairs.flatten(), minlength=100), torch.full((100,), 0.01)
            )
            > 1e-4
        )


def test_noise_does_not_depend_on_company() -> None:
    seeds, rows, positions = (
        torch.tensor([7, -9, 2**62]),
        torch.tensor([0, 1, 5]),
        torch.tensor([0, 12, 2047]),
    )
    ids = torch.arange(1000)
    together = gumbel_noise(seeds, rows, positions, ids)
    for i in range(3):
        alone = gumbel_noise(seeds[i : i + 1], rows[i : i + 1], positions[i : i + 1], ids)
        torch.testing.assert_close(together[i : i + 1], alone, rtol=1e-6, atol=1e-6)
    assert together.isfinite().all()
    assert not torch.equal(together[0], together[1])


def test_noise_known_values() -> None:
    """The hash is part of the promise that a seed repeats: these numbers were computed with Python integers."""

    def mix(x: int) -> int:
        mask = (1 << 64) - 1
        x &= mask
        x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & mask
        x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & mask
        return x

    def finish(x: int) -> int:
        return x ^ (x >> 31)

    golden = 0x9E3779B97F4A7C15
    for seed, row, position, token in [
        (0, 0, 0, 0),
        (1, 2, 3, 4),
        (-5, 7, 2000, 51199),
        (2**53 - 1, 0, 1, 9),
    ]:
        key = finish(mix(seed + golden))
        key = finish(mix(key ^ ((row << 32) + position)))
        u = (mix(key + token * golden) >> 24) * 2.0**-40 + 2.0**-41
        want = -math.log(-math.log1p(-u))
        got = gumbel_noise(*(torch.tensor([v]) for v in (seed, row, position, token)))
        assert got.item() == pytest.approx(want, rel=1e-5, abs=1e-5)


def test_greedy_rows_take_the_best_token_beside_sampled_ones() -> None:
    scores = random_logits("random", rows=2)
    batch = SamplingBatch.from_params(
        [SamplingParams(temperature=0), SamplingParams(temperature=5.0)], seeds=[1, 1]
    )
    drawn = torch.stack(
        [sample(process_logits(scores, batch), batch, torch.tensor([i, i])) for i in range(50)]
    )
    assert (drawn[:, 0] == scores[0].argmax()).all()
    assert len(set(drawn[:, 1].tolist())) > 5


def test_seeds_repeat_and_a_missing_seed_is_fresh() -> None:
    scores = torch.zeros(1, 1000)
    positions = torch.tensor([4])

    def one(seed: int | None) -> int:
        batch = SamplingBatch.from_params([SamplingParams(seed=seed)])
        return int(sample(process_logits(scores, batch), batch, positions))

    assert one(11) == one(11)
    assert len({one(s) for s in range(20)}) > 10
    assert len({one(None) for _ in range(20)}) > 10
    assert one(2**64 + 11) == one(11)
    assert 0 <= fresh_seed() < 2**53


def test_logprobs_of_the_chosen_and_the_best() -> None:
    scores = random_logits("random")
    chosen = torch.tensor([0, 5, 9, 60])
    want = scores.log_softmax(-1)
    got = token_logprobs(scores, chosen, top=4)
    torch.testing.assert_close(got.chosen, want.gather(1, chosen[:, None])[:, 0])
    torch.testing.assert_close(got.top, want.topk(4).values)
    assert torch.equal(got.top_ids, want.topk(4).indices)
    filtered = token_logprobs(ours(scores, top_k=2), scores.argmax(-1), top=4)
    torch.testing.assert_close(filtered.top[:, :2].exp().sum(-1), torch.ones(ROWS))
    assert filtered.top[:, 2:].isinf().all()
    assert token_logprobs(scores, chosen).top.shape == (ROWS, 0)
