"""An exact PyTorch implementation of the Phi language models.

>>> from phi_model import PhiForCausalLM, PhiTokenizer
"""

from phi_model.cache import Cache, DynamicCache, StaticCache
from phi_model.config import PhiConfig
from phi_model.heads import PhiForSequenceClassification, PhiForTokenClassification
from phi_model.model import PhiForCausalLM, PhiModel
from phi_model.request import CompletionRequest, RequestError

__all__ = [
    "Cache",
    "CompletionRequest",
    "DynamicCache",
    "PhiConfig",
    "PhiForCausalLM",
    "PhiForSequenceClassification",
    "PhiForTokenClassification",
    "PhiModel",
    "PhiTokenizer",
    "RequestError",
    "StaticCache",
    "pipeline",
]


def __getattr__(name: str) -> object:
    # These two import the tokenizers library and the loaders, which a training loop needs not.
    if name == "PhiTokenizer":
        from phi_model.tokenizer import PhiTokenizer

        return PhiTokenizer
    if name == "pipeline":
        from phi_model.pipelines import pipeline

        return pipeline
    raise AttributeError(f"module 'phi_model' has no attribute {name!r}")
