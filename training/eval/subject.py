"""What is measured: a model with its tokenizer, and completions by the batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from phi_model import PhiForCausalLM, PhiTokenizer

ROWS = 40
# Where a function at the left margin is over.
BODY_ENDS = ("\ndef ", "\nclass ", "\n@", "\n#", "\nif ", "\nfor ", "\nimport ", "\nfrom ", "\nprint", "\n>>>", '\n"""')  # fmt: skip


@dataclass(frozen=True)
class Sampling:
    """How completions are drawn.

    Attributes:
        new_tokens: the most tokens of each.
        temperature: 0 takes the likeliest token.
        top_p: of the nucleus.
        stop: strings behind which a completion ends.
    """

    new_tokens: int
    temperature: float = 0.0
    top_p: float = 0.95
    stop: tuple[str, ...] = ()

    def options(self) -> dict[str, object]:
        """Return the options of ``generate``."""
        found: dict[str, object] = {"max_new_tokens": self.new_tokens, "do_sample": False}
        if self.temperature:
            found.update(do_sample=True, temperature=self.temperature, top_p=self.top_p, top_k=0)
        if self.stop:
            found["stop_strings"] = list(self.stop)
        return found


@dataclass(frozen=True)
class Subject:
    """A model with its tokenizer.

    Attributes:
        name: folder or repository.
        valid: number of ids that the tokenizer knows; the others are given no probability.
    """

    name: str
    model: PhiForCausalLM
    tokenizer: PhiTokenizer
    valid: int

    @classmethod
    def load(
        cls, name: str, revision: str | None, dtype: torch.dtype, device: str = "cpu"
    ) -> Subject:
        """Load a folder or a repository of the hub."""
        tokenizer = PhiTokenizer.from_pretrained(name, revision=revision)
        model = PhiForCausalLM.from_pretrained(name, revision=revision, dtype=dtype).to(device)
        return cls(name, model, tokenizer, min(len(tokenizer), model.config.vocab_size))

    @property
    def context(self) -> int:
        """Tokens that the model was made for."""
        return self.model.config.max_position_embeddings

    def complete(
        self, prompts: Sequence[str], sampling: Sampling, *, samples: int = 1, seed: int = 0
    ) -> list[list[str]]:
        """Complete every prompt ``samples`` times.

        Prompts of similar length run together, padded on the left; one longer than the context less the new
        tokens loses its beginning.

        Args:
            prompts: what is to be continued.
            sampling: how.
            samples: completions of each.
            seed: of the noise; each batch has its own.

        Returns:
            For each prompt its completions, without the prompt.
        """
        room = self.context - sampling.new_tokens
        ids = [self.tokenizer.encode(prompt)[-room:] for prompt in prompts]
        order = sorted(range(len(ids)), key=lambda number: len(ids[number]))
        found: list[list[str]] = [[] for _ in ids]
        at_once = max(1, ROWS // samples)
        for start in range(0, len(order), at_once):
            group = order[start : start + at_once]
            texts = self._batch([ids[number] for number in group], sampling, samples, seed + start)
            for row, number in enumerate(group):
                found[number] = texts[row * samples : (row + 1) * samples]
        return found

    def _batch(
        self, rows: list[list[int]], sampling: Sampling, samples: int, seed: int
    ) -> list[str]:
        width = max(map(len, rows))
        pad = self.tokenizer.eos_token_id or 0
        tokens = [[pad] * (width - len(row)) + row for row in rows]
        mask = [[0] * (width - len(row)) + [1] * len(row) for row in rows]
        device = self.model.device
        out = self.model.generate(
            torch.tensor(tokens, device=device),  # (rows, width)
            torch.tensor(mask, device=device),
            tokenizer=self.tokenizer,
            num_return_sequences=samples,
            pad_token_id=pad,
            seed=seed,
            **sampling.options(),
        )
        return [self.tokenizer.decode(row) for row in out[:, width:].tolist()]
