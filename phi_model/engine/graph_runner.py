"""The runner of a GPU: decode passes are recorded, forward and sampling together, and nothing in them waits.

A token that was drawn is written into a table on the device, where the next pass finds it; the host learns of it later.
Prompts are recorded a chunk at a time; one whose every logit is wanted is computed as the plain runner does.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from phi_model.engine.graphs import BUCKETS, Graph, Recorder, bucket_for
from phi_model.engine.kv import Segment, SlotCache
from phi_model.engine.prefill import CHUNKS, ChunkPasses, SlotChunk
from phi_model.engine.recipe import Parameters, Recipe
from phi_model.engine.runner import EagerRunner
from phi_model.engine.sampler import Draw, Sampler, SampleRow, outcome
from phi_model.engine.sequence import Choice
from phi_model.engine.slot_rows import SlotRows
from phi_model.engine.transfer import fill, to_device
from phi_model.sampling import process_logits, sample

logger = logging.getLogger(__name__)

# Recordings kept; the one that was not used for longest goes. Each holds little memory of its own.
MOST_GRAPHS = 96
# Where attention copies the keys and values it looks at, a recording is made for these lengths.
SHORTEST_SPAN = 128
# What is recorded before the first request comes.
FIRST_RECIPES = (Recipe(), Recipe(sampled=True, top_p=True))

RowsView = Callable[[SlotCache, Tensor, Tensor, int], Any]


class Key(NamedTuple):
    """Which recording: rows, what is done beyond the forward pass, positions that attention may look at."""

    rows: int
    recipe: Recipe
    span: int


class Recording(NamedTuple):
    """A recorded pass and its input: (3, rows) int64, slots, positions, and tokens, which are -1 where the device knows."""

    inputs: Tensor
    graph: Graph


class GraphRunner(EagerRunner):
    """Decodes by recorded passes.

    Args:
        model: a causal LM whose trunk is ``model.model`` and whose head is ``model.lm_head``; its rotary frequencies
            must not depend on the sequence's length.
        slots: number of sequences that fit.
        max_length: tokens a slot holds.
        valid_vocab: ids from here on are never drawn.
        rows_view: the cache of a recorded pass over (cache, slots, positions, span); None is `SlotRows`.
        any_span: whether ``rows_view`` reads no more than is held whatever its span; one recording does then.
        chunk_view: the cache of a recorded chunk.
    """

    lags = True

    def __init__(
        self,
        model: Any,
        *,
        slots: int,
        max_length: int,
        valid_vocab: int,
        rows_view: RowsView | None = None,
        any_span: bool = False,
        chunk_view: type[SlotChunk] = SlotChunk,
    ) -> None:
        self.model = model
        self.device = model.device
        config = model.config
        # One slot more than is used: there the rows go that fill up a bucket.
        self.cache = SlotCache(
            layers=config.num_hidden_layers,
            kv_heads=config.num_key_value_heads,
            head_dim=config.head_dim,
            slots=slots + 1,
            max_length=max_length,
            dtype=self.cache_dtype(model),
            device=self.device,
        )
        self._spare = slots
        self._valid = valid_vocab
        self._sampler = Sampler(valid_vocab, self.device)
        self._rows_view = rows_view or SlotRows
        self._any_span = any_span
        self._parameters = Parameters(slots + 1, valid_vocab, self.device)
        # Tokens of every slot, the last one drawn included.
        self._tokens = torch.zeros(slots + 1, max_length + 1, dtype=torch.int64, device=self.device)
        self._recorder = Recorder(self.device)
        self._recordings: OrderedDict[Key, Recording] = OrderedDict()
        self._chunks = ChunkPasses(model, self.cache, slots, self._recorder, chunk_view)

    @staticmethod
    def takes(model: Any) -> bool:
        """Whether a pass of this model can be recorded: its frequencies are the same at every length."""
        return model.config.rope_parameters["rope_type"] not in ("dynamic", "longrope")

    @staticmethod
    def cache_dtype(model: Any) -> torch.dtype:
        """The model's dtype on a GPU; float32 on a CPU, where torch's attention is slow in others."""
        return torch.float32 if model.device.type == "cpu" else model.dtype

    @torch.inference_mode()
    def warm_up(self) -> None:
        """Records what the first requests will need."""
        for recipe in FIRST_RECIPES:
            for rows in BUCKETS[: BUCKETS.index(bucket_for(min(self._spare, BUCKETS[-1]))) + 1]:
                self._recording(Key(rows, recipe, self._span(SHORTEST_SPAN)))
        length, longest = 1, self.cache.max_length
        while length <= longest:
            for size in CHUNKS:
                self._chunks.recording(size, self._bounded(length))
            length = self._bounded(length) + 1

    def run(self, segments: Sequence[Segment], wanted: Sequence[int] | None = None) -> Tensor:
        """As `EagerRunner.run`; by recorded passes where at most the logits behind each segment are wanted."""
        behind, at = [], 0
        for segment in segments:
            at += len(segment.tokens)
            behind.append(at - 1)
        if wanted is None or not set(wanted) <= set(behind):
            return super().run(segments, wanted)
        logits = []
        for segment, last in zip(segments, behind, strict=True):
            for first in range(0, len(segment.tokens), CHUNKS[-1]):
                tokens = segment.tokens[first : first + CHUNKS[-1]]
                piece = Segment(segment.slot, segment.start + first, tokens)
                found = self._chunks.run(piece, self._bounded(piece.end))
            if last in wanted:
                logits.append(found)
        return torch.cat(logits) if logits else torch.empty(0, 0, device=self.device)

    def sample(self, logits: Tensor, rows: list[SampleRow]) -> Draw:
        """Draws the first token of each row's sequence; later ones are drawn by `decode`."""
        for row in rows:
            sequence = row.sequence
            slot = sequence.slot.index
            self._parameters.put(slot, sequence)
            self._tokens[slot, : len(sequence.tokens)] = to_device(sequence.tokens, self.device)
        draw = super().sample(logits, rows)
        where = [[row.sequence.slot.index for row in rows], [row.position for row in rows]]
        slots, positions = to_device(where, self.device)
        self._tokens[slots, positions] = draw.tokens
        return draw

    def decode(self, segments: Sequence[Segment], rows: list[SampleRow]) -> Draw:
        """Runs the recorded pass over decoded tokens and drafted windows; `Draw.choices` waits for it."""
        places = [
            (segment.slot, position, token)
            for segment in segments
            for position, token in enumerate(segment.tokens, segment.start)
        ]
        most = BUCKETS[-1]
        draws = [
            self._replay(places[at : at + most], rows[at : at + most])
            for at in range(0, len(places), most)
        ]
        return draws[0] if len(draws) == 1 else Draws(draws)

    def _replay(self, places: list[tuple[int, int, int]], rows: list[SampleRow]) -> Draw:
        """One replay for these rows: slot, position and token of each."""
        slots, positions, tokens = (list(column) for column in zip(*places, strict=True))
        recipes = self._parameters.recipes
        recipe = Recipe.union(recipes[slot] for slot in slots)
        count = len(places)
        key = Key(bucket_for(count), recipe, self._span(max(positions) + 1))
        recording = self._recording(key)
        spare = key.rows - count
        fill(
            recording.inputs,
            [slots + [self._spare] * spare, positions + [0] * spare, tokens + [0] * spare],
        )
        recording.graph.replay()
        found, drawn, *seen = recording.graph.outputs
        logits, scores = seen if recipe.scored else (found, found)
        return self._sampler.report(
            logits[:count], scores[:count], drawn[:count], found[:count], rows
        )

    def _recording(self, key: Key) -> Recording:
        known = self._recordings.get(key)
        if known is not None:
            self._recordings.move_to_end(key)
            return known
        inputs = torch.zeros(3, key.rows, dtype=torch.int64, device=self.device)
        inputs[0] = self._spare  # the first runs must not touch what is in use
        graph = self._recorder.record(lambda: self._pass(key, inputs))
        self._recordings[key] = Recording(inputs, graph)
        if len(self._recordings) > MOST_GRAPHS:
            self._recordings.popitem(last=False)
        return self._recordings[key]

    def _pass(self, key: Key, inputs: Tensor) -> tuple[Tensor, ...]:
        """What is recorded: the forward pass over one token a row, and one draw a row.

        Returns:
            What `outcome` says, and the tokens; where the recipe asks for them, the logits and the scores.
        """
        recipe = key.recipe
        slots, positions, given = inputs
        ids = torch.where(given < 0, self._tokens[slots, positions], given)
        self._tokens[slots, positions] = ids
        hidden = self.model.model(
            input_ids=ids[None],
            position_ids=positions[None],
            past_key_values=self._rows_view(self.cache, slots, positions, key.span),
        ).last_hidden_state[0]  # (rows, hidden)
        logits = self.model.lm_head(hidden).float()
        known = logits[:, : self._valid]
        if recipe.bias:
            known = known + self._parameters.bias(slots)
        history = output_start = None
        if recipe.needs_history:
            columns = torch.arange(self._tokens.shape[1], device=self.device)
            history = torch.where(columns <= positions[:, None], self._tokens[slots], -1)
            output_start = self._parameters.output_start(slots)
        batch = self._parameters.batch(recipe, slots)
        scores = process_logits(known, batch, history, output_start=output_start)
        tokens = sample(scores, batch, positions + 1)
        self._tokens[slots, positions + 1] = tokens
        found = outcome(tokens, logits)
        return (found, tokens, logits, scores) if recipe.scored else (found, tokens)

    def _span(self, needed: int) -> int:
        """The positions that attention of a decode pass may look at."""
        return self.cache.max_length if self._any_span else self._bounded(needed)

    def _bounded(self, needed: int) -> int:
        """A power of two that is enough, or all positions."""
        span = max(SHORTEST_SPAN, 1 << (needed - 1).bit_length())
        return min(span, self.cache.max_length)


class Draws(Draw):
    """The draws of several replays as one."""

    def __init__(self, draws: list[Draw]) -> None:
        self.tokens = torch.cat([draw.tokens for draw in draws])
        self._draws = draws

    def choices(self) -> list[Choice]:
        """What was drawn; waits until the device is there."""
        return [choice for draw in self._draws for choice in draw.choices()]


def make_runner(model: Any, graphs: bool | None = None, **sizes: int) -> EagerRunner:
    """The runner for a model where it is.

    Args:
        model: a causal LM.
        graphs: whether decode passes are recorded; None does so on a GPU. On a CPU the recorded pass is called.
        **sizes: ``slots``, ``max_length`` and ``valid_vocab``, as for `EagerRunner`.
    """
    on_gpu = model.device.type == "cuda"
    if not (on_gpu if graphs is None else graphs) or not GraphRunner.takes(model):
        return EagerRunner(model, **sizes)
    if not on_gpu:
        return GraphRunner(model, **sizes)
    runner = GraphRunner(model, **sizes, **triton_views(model))
    runner.warm_up()
    return runner


def triton_views(model: Any) -> dict[str, Any]:
    """The Triton kernels as options of a `GraphRunner`; none where they are missing, or disagree with torch here."""
    try:
        from phi_model.engine.triton_rows import TritonChunk, TritonRows, agrees
    except ImportError:
        logger.info("no Triton: torch attends")
        return {}
    config = model.config
    shape = config.num_attention_heads, config.num_key_value_heads, config.head_dim
    if not agrees(*shape, model.dtype, str(model.device)):
        return {}
    return {"rows_view": TritonRows, "any_span": True, "chunk_view": TritonChunk}
