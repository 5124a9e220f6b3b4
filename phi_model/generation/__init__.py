"""Text generation on token ids: greedy decoding, sampling, beam search, speculation by prompt lookup."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from phi_model.cache import Cache
from phi_model.generation.beam import BeamSearch
from phi_model.generation.decode import TokenLoop
from phi_model.generation.lookup import Speculation
from phi_model.generation.options import GenerationOptions, resolve_options
from phi_model.generation.prompt import Prompt, prepare_prompt
from phi_model.generation.runner import Runner, make_cache
from phi_model.generation.scoring import Scorer, Stopping
from phi_model.generation.stop import StopStrings
from phi_model.noise import as_int64
from phi_model.sampling import SamplingBatch

__all__ = ["GenerationOptions", "generate", "stream_generate"]


def generate(
    model: Any,
    input_ids: Tensor | None = None,
    attention_mask: Tensor | None = None,
    *,
    inputs_embeds: Tensor | None = None,
    past_key_values: Cache | None = None,
    tokenizer: Any = None,
    streamer: Any = None,
    **options: Any,
) -> Tensor:
    """Continues every row of `input_ids`.

    Defaults come from the checkpoint's generation_config.json, and where it says nothing are those given here. An option
    given as None is switched off.

    Args:
        model: a `PhiForCausalLM`.
        input_ids: (batch, tokens), padded on the left where rows differ in length. None begins with the bos token.
        attention_mask: (batch, tokens), 0 at padding. Absent, pad tokens are hidden if the pad token is not an end token.
        inputs_embeds: (batch, tokens, hidden) to run in place of the prompt's ids. Without `input_ids` only new tokens are
            returned, and penalties see those alone.
        past_key_values: a cache that holds the beginning of the prompt; it is extended. One token at least must be left.
        tokenizer: needed for `stop_strings`. Ids that it, or the one beside the model's files, does not know are never
            sampled.
        streamer: its `put` gets the prompt's ids and then each step's, its `end` is called last.
        **options:
            max_new_tokens: the most tokens that follow the prompt. Absent: max_length less the prompt, or 20.
            max_length: the most tokens with the prompt's columns counted.
            min_new_tokens, min_length: until then no end token is chosen.
            do_sample (False), temperature (1.0), top_k (50), top_p (1.0), min_p (0.0), typical_p (1.0): sampling.
            repetition_penalty (1.0), no_repeat_ngram_size (0): over the prompt and what follows.
            presence_penalty (0.0), frequency_penalty (0.0): over what follows.
            logit_bias: token id to what is added to its logit.
            num_beams (1), length_penalty (1.0), early_stopping (False, True or "never"): beam search.
            num_return_sequences (1): rows for each prompt.
            eos_token_id (an id or a list), pad_token_id, bos_token_id.
            use_cache (True), cache_implementation (None, "dynamic" or "static"): the result is the same.
            prompt_lookup_num_tokens (None), max_matching_ngram_size (3): speculation for a single row; the result is the
                same.
            stop_strings (a string or a list): a row ends with the token in which one of them ends.
            seed (None): row i of a call draws its noise from (seed, i, position, token); None takes one from torch's
                generator, so that `torch.manual_seed` repeats it.
            generation_config: a mapping or an object with any of these.

    Returns:
        LongTensor (batch * num_return_sequences, prompt + new) where `input_ids` is; rows that end early are filled with
        the pad token.

    Raises:
        ValueError: an argument is unknown or out of range; the message names it, the rule and the value.
    """
    with _mode(past_key_values):
        call = _Call(
            model, input_ids, attention_mask, inputs_embeds, past_key_values, tokenizer, options
        )
        if call.options.num_beams > 1:
            if streamer is not None:
                raise ValueError(
                    f"streamer must be None with beam search, got num_beams={call.options.num_beams}"
                )
            ids = call.beam_search().run()
        else:
            ids = _run_loop(call, streamer)
    # A copy made outside of the mode may take part where gradients are recorded.
    device = ids.device if input_ids is None else input_ids.device
    return ids.to(device, copy=True)


def stream_generate(
    model: Any,
    input_ids: Tensor | None = None,
    attention_mask: Tensor | None = None,
    *,
    inputs_embeds: Tensor | None = None,
    past_key_values: Cache | None = None,
    tokenizer: Any = None,
    **options: Any,
) -> Iterator[Tensor]:
    """As `generate`, but yields the tokens (rows,) of every step as they are chosen.

    Raises:
        ValueError: as `generate`; and beam search, which knows its tokens only at the end.
    """
    with _mode(past_key_values):
        call = _Call(
            model, input_ids, attention_mask, inputs_embeds, past_key_values, tokenizer, options
        )
        if call.options.num_beams > 1:
            raise ValueError(f"num_beams must be 1 when streaming, got {call.options.num_beams}")
        loop = call.token_loop()
    steps = loop.tokens()
    while True:
        # The mode is entered for each step: it must not reach the code that consumes the tokens.
        with _mode(past_key_values):
            tokens = next(steps, None)
        if tokens is None:
            return
        yield tokens.clone()


def _mode(cache: Cache | None) -> Any:
    """No gradients. A caller's cache must stay usable where gradients are recorded, which inference tensors are not."""
    return torch.inference_mode() if cache is None else torch.no_grad()


def _run_loop(call: _Call, streamer: Any) -> Tensor:
    loop = call.token_loop()
    on_host = call.prompt.ids.device.type == "cpu" or call.stopping.reads_text
    if streamer is not None:
        streamer.put(call.prompt.ids.cpu())
    for tokens in loop.tokens(every_step=on_host or streamer is not None):
        if streamer is not None:
            streamer.put(tokens.cpu())
    if streamer is not None:
        streamer.end()
    return loop.result()


class _Call:
    """The parts of one call, put together from its arguments."""

    def __init__(
        self,
        model: Any,
        input_ids: Tensor | None,
        attention_mask: Tensor | None,
        inputs_embeds: Tensor | None,
        cache: Cache | None,
        tokenizer: Any,
        options: dict[str, Any],
    ) -> None:
        self.options = resolve_options(model, options)
        self._model = model
        self.prompt: Prompt = prepare_prompt(
            model, input_ids, attention_mask, inputs_embeds, self.options
        )
        rows, length = self.prompt.ids.shape
        columns = self.prompt.columns
        room = self.options.total_length(columns, model.config.max_position_embeddings)
        self._new_tokens = room - columns
        if cache is None:
            cache = make_cache(model, self.options, rows, room, inputs_embeds is not None)
        elif self.options.cache_implementation is not None:
            raise ValueError(
                "cache_implementation must be None with past_key_values, got "
                f"{self.options.cache_implementation!r}"
            )
        self._runner = Runner(model, self.prompt, cache, room)
        seed = self.options.seed
        if seed is None:  # greedy decoding leaves the generator alone
            seed = int(torch.randint(2**53, (), device="cpu")) if self.options.do_sample else 0
        self._seed = as_int64(seed)
        device = self.prompt.ids.device
        batch = SamplingBatch.from_params(
            [self.options.sampling_params()] * rows, device, seeds=[self._seed] * rows
        )
        valid = getattr(model, "known_ids", None) if tokenizer is None else len(tokenizer)
        self._scorer = Scorer(self.prompt, self.options, batch, valid)
        strings = self.options.stop_strings
        self.stopping = Stopping(
            self.options,
            StopStrings(tokenizer, strings) if strings else None,
            length + self._new_tokens,
            device,
        )

    def token_loop(self) -> TokenLoop:
        """Greedy decoding or sampling of these rows."""
        return TokenLoop(
            self._runner,
            self.prompt,
            self._scorer,
            self.stopping,
            self._new_tokens,
            self.options.pad,
            self._speculation(),
        )

    def beam_search(self) -> BeamSearch:
        """Beam search over these rows."""
        return BeamSearch(
            self._runner,
            self.prompt,
            self.options,
            self._scorer,
            self.stopping,
            self._new_tokens,
            self._seed,
        )

    def _speculation(self) -> Speculation | None:
        draft_tokens = self.options.prompt_lookup_num_tokens
        if draft_tokens is None:
            return None
        rows = self.prompt.ids.shape[0]
        if rows != 1:
            raise ValueError(
                f"prompt_lookup_num_tokens must be None for more than one row, got {rows} rows"
            )
        return Speculation(
            self._runner,
            self.prompt.ids[0, int(self.prompt.padding[0]) :].tolist(),
            draft_tokens,
            self.options.max_matching_ngram_size,
            self._new_tokens,
            self._model.config,
        )
