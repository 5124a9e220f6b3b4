"""The text-generation pipeline against transformers'."""

from __future__ import annotations

import pytest
import transformers

from phi_model import PhiForCausalLM, PhiForTokenClassification, PhiTokenizer, pipeline

PROMPTS = [
    "def f(x):\n    return",
    "class A:",
    "for i in range(10):\n        print(i)\n    # café 🙂",
]


@pytest.fixture(scope="module")
def pipes(causal, oracle_tokenizer):
    theirs = transformers.pipeline(
        "text-generation",
        model=transformers.PhiForCausalLM.from_pretrained(causal),
        tokenizer=oracle_tokenizer,
        device="cpu",
    )
    return theirs, pipeline("text-generation", causal, device="cpu")


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"return_full_text": False},
        {"return_full_text": True},
        {"num_beams": 3, "num_return_sequences": 2},
        {"num_beams": 2, "return_full_text": False},
        {"repetition_penalty": 1.3, "no_repeat_ngram_size": 2},
        {"return_tensors": True},
        {"prefix": "# a prefix\n"},
        {"max_new_tokens": None, "max_length": 40},
        {"min_new_tokens": 8},
        {"skip_special_tokens": False},
        {"stop_sequence": "a"},
        {"handle_long_generation": "hole", "max_new_tokens": 20},
        {"eos_token_id": 5},
    ],
    ids=str,
)
@pytest.mark.parametrize("inputs", ["one", "list"])
def test_greedy_and_beams(pipes, options, inputs) -> None:
    theirs, ours = pipes
    options = {"do_sample": False, "max_new_tokens": 10, **options}
    prompts = PROMPTS[0] if inputs == "one" else PROMPTS
    assert ours(prompts, **options) == theirs(prompts, **options)


def test_batches_agree_with_single_prompts(pipes) -> None:
    ours = pipes[1]
    options = {"do_sample": False, "max_new_tokens": 10}
    one_by_one = [ours(prompt, **options) for prompt in PROMPTS]
    assert ours(PROMPTS, batch_size=2, **options) == one_by_one
    assert ours(PROMPTS, batch_size=8, **options) == one_by_one


def test_an_empty_prompt_begins_with_bos(pipes) -> None:
    theirs, ours = pipes
    options = {"do_sample": False, "max_new_tokens": 6}
    assert ours("", **options) == theirs("", **options)
    both = ours(["", "x = 1", ""], batch_size=3, **options)
    assert both == [ours(p, **options) for p in ("", "x = 1", "")]


def test_defaults_are_transformers(pipes) -> None:
    """256 tokens, sampled at temperature 0.7, unless the caller or the checkpoint says otherwise."""
    ours = pipes[1]
    explicit = {"max_new_tokens": 256, "do_sample": True, "temperature": 0.7}
    got = ours("x", seed=5)
    assert got == ours("x", seed=5, **explicit)
    assert got != ours("x", seed=6)


def test_sampled_sequences(pipes) -> None:
    ours = pipes[1]
    out = ours(PROMPTS[:2], num_return_sequences=3, max_new_tokens=8, seed=1, temperature=3.0)
    assert [len(answers) for answers in out] == [3, 3]
    assert len({answer["generated_text"] for answer in out[0]}) == 3
    assert all(answer["generated_text"].startswith(PROMPTS[0]) for answer in out[0])


def test_defaults_given_at_construction(causal) -> None:
    pipe = pipeline(
        "text-generation",
        causal,
        device="cpu",
        do_sample=False,
        max_new_tokens=3,
        return_full_text=False,
    )
    short = pipe("x = 1")[0]["generated_text"]
    assert pipe("x = 1", return_full_text=True)[0]["generated_text"] == "x = 1" + short
    assert pipe("x = 1", max_new_tokens=6)[0]["generated_text"].startswith(short)


def test_a_model_object(causal) -> None:
    model = PhiForCausalLM.from_pretrained(causal)
    options = {"do_sample": False, "max_new_tokens": 4}
    want = pipeline("text-generation", causal, device="cpu")("x", **options)
    assert pipeline("text-generation", model)("x", **options) == want
    tokenizer = PhiTokenizer.from_pretrained(causal)
    assert pipeline("text-generation", model, tokenizer)("x", **options) == want
    assert pipeline("text-generation", model, str(causal))("x", **options) == want


def test_dtype(causal) -> None:
    pipe = pipeline("text-generation", causal, device="cpu", dtype="bfloat16")
    assert str(pipe.model.dtype) == "torch.bfloat16"
    assert pipe("x", do_sample=False, max_new_tokens=3)


def test_errors(pipes, causal) -> None:
    ours = pipes[1]
    for call, message in [
        (lambda: ours(5), "text_inputs must be a string or a list of strings"),
        (lambda: ours(["a", None]), "text_inputs must be a string or a list of strings"),
        (lambda: ours("x", max_tokens=3), "no such option: max_tokens"),
        (lambda: ours("x", temperature=-1.0), "temperature must be above 0"),
        (
            lambda: ours("x", return_full_text=True, return_tensors=True),
            "return_tensors must not be given",
        ),
        (lambda: ours("x", handle_long_generation="cut"), "handle_long_generation must be"),
        (lambda: ours("x", batch_size=0), "batch_size must be at least 1"),
        (
            lambda: ours("x", clean_up_tokenization_spaces=True),
            "clean_up_tokenization_spaces must be False",
        ),
        (lambda: pipeline("translation", causal), "task must be one of text-generation"),
        (
            lambda: pipeline("text-generation", ours.model, quantization="int8"),
            "quantization must be None",
        ),
        (
            lambda: pipeline("text-classification", ours.model),
            "model must be a PhiForSequenceClassification",
        ),
        (
            lambda: pipeline("token-classification", PhiForTokenClassification(ours.model.config)),
            "tokenizer must be given",
        ),
    ]:
        with pytest.raises(ValueError, match=message):
            call()
