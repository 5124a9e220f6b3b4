"""One thread that owns the model, and asyncio callers: continuous batching over static KV slots.

What is guaranteed:

- In float32 the tokens of a request depend on its parameters and its seed alone, not on what else runs, on
  how its prompt was split, on what was reused of an earlier one, or on speculation. The logits may differ in
  their last bits (a matrix product of one row and one of many rows sum in another order), so two tokens whose
  scores agree to some seven digits are the one exception.
- In bfloat16 and float16 the same holds up to rounding: a draw that is nearly a tie may fall the other way.
- The noise of a draw is a hash of (seed, choice, position, token): it never depends on the batch.
- Log-probabilities are the model's own, over its whole vocabulary, in float32.
- Text that was delivered is final, and a token is delivered once.
"""

from phi_model.engine.engine import Engine

__all__ = ["Engine"]
