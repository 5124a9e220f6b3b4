"""Zero-shot classification against a computation that shares nothing: one forward pass for each prompt and label."""

from __future__ import annotations

import pytest
import torch

from phi_model import PhiForCausalLM, PhiTokenizer, pipeline
from phi_model.passes import run
from phi_model.quantization import optimize_for_inference
from phi_model.zero_shot import CONTENT_FREE, TEMPLATE, ZeroShot, check_labels, check_template
from tests.pipelines.conftest import MODEL, save

LABELS = ["sorting numbers", "reading files", "web requests", "tests", "sorting"]
SORT = "def bubble(values):\n    for i in range(len(values)):\n        values[i], values[0] = values[0], values[i]\n"
FETCH = "response = requests.get(url, timeout=10)\nresponse.raise_for_status()\nreturn response.json()\n"


@pytest.fixture(scope="module")
def tokenizer() -> PhiTokenizer:
    return PhiTokenizer.from_pretrained(MODEL)


@pytest.fixture(scope="module")
def embedded() -> PhiForCausalLM:
    return PhiForCausalLM.from_pretrained(MODEL, dtype=torch.float32)


@pytest.fixture(scope="module", params=["gqa", "embedded"])
def model(request, tmp_path_factory, embedded) -> PhiForCausalLM:
    if request.param == "embedded":
        return embedded
    return PhiForCausalLM.from_pretrained(save(tmp_path_factory.mktemp("zero"), "PhiForCausalLM"))


def brute_force(model, tokenizer, text: str, label: str, template: str, labels: list[str]) -> float:
    """The mean log-probability of what follows the part that all labels' prompts have in common with the bare one."""
    prompts = [template.replace("{text}", text).replace("{label}", each) for each in labels]
    ids = [tokenizer.encode(prompt) for prompt in prompts]
    bare = tokenizer.encode(template.partition("{label}")[0].replace("{text}", text).rstrip(" "))
    shared = 0
    while shared < len(bare) and len({(*row[: shared + 1],) for row in [bare, *ids]}) == 1:
        shared += 1
    row = ids[labels.index(label)]
    if shared == 0:
        row, shared = [tokenizer.eos_token_id, *row], 1
    with torch.no_grad():
        logprobs = model(torch.tensor([row])).logits[0].log_softmax(dim=-1)
    found = [float(logprobs[at - 1, row[at]]) for at in range(shared, len(row))]
    return sum(found) / len(found)


@pytest.mark.parametrize(
    "template",
    [
        TEMPLATE,
        "{text}\n# Topic: {label}",
        "{text}{label}",
        "{text}class {label}(Base):\n    pass\n",
    ],
)
@pytest.mark.parametrize("chunk", [7, 256])
def test_likelihoods_are_those_of_whole_prompts(model, tokenizer, template, chunk) -> None:
    shot = ZeroShot(model, tokenizer, LABELS, template, chunk=chunk)
    for text in (FETCH, "", "N/A"):
        want = [brute_force(model, tokenizer, text, x, template, LABELS) for x in LABELS]
        assert run(shot.log_likelihoods(text)).tolist() == pytest.approx(want, abs=1e-4)


def test_scores_are_calibrated_by_inputs_without_content(model, tokenizer) -> None:
    def softmax(text: str) -> torch.Tensor:
        row = [brute_force(model, tokenizer, text, x, TEMPLATE, LABELS) for x in LABELS]
        return torch.tensor(row).softmax(dim=0)

    prior = torch.stack([softmax(text) for text in CONTENT_FREE]).mean(dim=0)
    want = softmax(SORT) / prior
    shot = ZeroShot(model, tokenizer, LABELS)
    for _ in range(2):  # the second time from what was kept
        got = run(shot.classify(SORT))
        assert got.scores == pytest.approx((want / want.sum()).tolist(), abs=1e-4)
        assert got.windows == 1
    plain = run(ZeroShot(model, tokenizer, LABELS, content_free=()).classify(SORT))
    assert plain.scores == pytest.approx(softmax(SORT).tolist(), abs=1e-4)


def test_no_pass_is_longer_than_a_chunk(model, tokenizer, monkeypatch) -> None:
    seen = []
    forward = type(model.model).forward

    def counted(self, input_ids, **kwargs):
        seen.append(input_ids.shape)
        return forward(self, input_ids=input_ids, **kwargs)

    monkeypatch.setattr(type(model.model), "forward", counted)
    run(ZeroShot(model, tokenizer, LABELS, chunk=16).classify(SORT))
    assert {rows for rows, _ in seen} == {1}
    assert max(tokens for _, tokens in seen) <= 16
    # One prefill for all labels: their packed continuations come on top of it, not one prompt each.
    assert sum(tokens for _, tokens in seen) < 5 * len(tokenizer.encode(SORT))


def test_a_long_text_is_read_in_windows(model, tokenizer) -> None:
    room = model.config.max_position_embeddings
    text = FETCH * (3 * room // len(tokenizer.encode(FETCH)))
    got = run(ZeroShot(model, tokenizer, LABELS).classify(text))
    assert got.windows >= 3
    assert got.tokens >= len(tokenizer.encode(text))
    assert sum(got.scores) == pytest.approx(1, abs=1e-5)


def test_the_embedded_model_knows_sorting_from_fetching(tokenizer) -> None:
    packed = optimize_for_inference(PhiForCausalLM.from_pretrained(MODEL))  # as the app holds it
    answers = pipeline("zero-shot-classification", packed, tokenizer)(
        [SORT, FETCH], candidate_labels="sorting numbers, web requests"
    )
    assert [answer["labels"][0] for answer in answers] == ["sorting numbers", "web requests"]
    assert answers[0]["sequence"] == SORT
    for answer in answers:
        assert answer["scores"] == sorted(answer["scores"], reverse=True)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: check_labels(["a"]), "labels must be from 2 to 64 labels, got 1"),
        (lambda: check_labels("ab"), "labels must be a list of strings, got 'ab'"),
        (lambda: check_labels(["a", " "]), "labels must not be empty"),
        (lambda: check_labels(["a", "b", "a "]), "labels must differ, got 'a' 2 times"),
        (lambda: check_template("{text}"), r"template must hold \{label\} exactly once, got 0"),
        (lambda: check_template("{text}{text}{label}"), r"hold \{text\} exactly once, got 2"),
        (lambda: check_template("{label}{text}"), r"template must hold \{text\} before \{label\}"),
        (lambda: check_template(None), "template must be a string, got NoneType"),
    ],
)
def test_errors_name_the_field(call, message) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def test_errors_that_need_the_model(embedded, tokenizer) -> None:
    with pytest.raises(ValueError, match="template must leave room for a text in the"):
        ZeroShot(
            embedded,
            tokenizer,
            LABELS,
            "x y " * embedded.config.max_position_embeddings + "{text} {label}",
        )
    with pytest.raises(ValueError, match="chunk must be at least 1, got 0"):
        ZeroShot(embedded, tokenizer, LABELS, chunk=0)
    with pytest.raises(ValueError, match="text must not be empty"):
        run(ZeroShot(embedded, tokenizer, LABELS).classify(" \n"))
    pipe = pipeline("zero-shot-classification", embedded, tokenizer)
    with pytest.raises(ValueError, match="no such option: hypothesis_template"):
        pipe("x", candidate_labels=["a", "b"], hypothesis_template="{}")
    with pytest.raises(ValueError, match="labels must be from 2 to 64 labels, got 0"):
        pipe("x")
