"""Classification heads on the Phi trunk: one label for a sequence, or one for each token."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from phi_model.cache import Cache
from phi_model.config import PhiConfig
from phi_model.model import IGNORED_LABEL, PhiModel, _asked
from phi_model.outputs import SequenceClassifierOutputWithPast, TokenClassifierOutput
from phi_model.pretrained import PhiPreTrainedModel

DEFAULT_CLASSIFIER_DROPOUT = 0.1


class PhiForSequenceClassification(PhiPreTrainedModel):
    """Scores the last token that is not padding."""

    def __init__(self, config: PhiConfig) -> None:
        super().__init__(config)
        self.num_labels = config.num_labels
        self.model = PhiModel(config)
        self.score = nn.Linear(config.hidden_size, config.num_labels, bias=False)
        self.init_weights()

    def forward(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        position_ids: Tensor | None = None,
        past_key_values: Cache | None = None,
        inputs_embeds: Tensor | None = None,
        labels: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        cache_position: Tensor | None = None,
        return_dict: bool | None = None,
    ) -> SequenceClassifierOutputWithPast | tuple[Any, ...]:
        """Classifies each row.

        Args:
            As for `PhiModel.forward`, and:
            labels: (batch,) class ids, (batch, labels) of 0 and 1, or numbers to regress to; which of them,
                `config.problem_type` says, or the labels' dtype and number where it is None.

        Returns:
            `logits` (batch, labels).

        Raises:
            ValueError: more than one row and no `pad_token_id`, or an unknown `problem_type`.
        """
        trunk = self.model(
            input_ids=input_ids,
            attention_mask=attention_mask,
            position_ids=position_ids,
            past_key_values=past_key_values,
            inputs_embeds=inputs_embeds,
            use_cache=use_cache,
            output_attentions=output_attentions,
            output_hidden_states=output_hidden_states,
            return_dict=True,
        )
        hidden = trunk.last_hidden_state
        rows = torch.arange(hidden.shape[0], device=hidden.device)
        logits = self.score(hidden[rows, self._last_token(input_ids, hidden)])  # (batch, labels)
        output = SequenceClassifierOutputWithPast(
            loss=None if labels is None else self._loss(logits, labels.to(logits.device)),
            logits=logits,
            past_key_values=trunk.past_key_values,
            hidden_states=trunk.hidden_states,
            attentions=trunk.attentions,
        )
        return output if _asked(return_dict, self.config.return_dict) else output.to_tuple()

    def _last_token(self, input_ids: Tensor | None, hidden: Tensor) -> Tensor | int:
        """Index of each row's last token that is not padding, told by its id; 0 for a row of padding only."""
        pad = self.config.pad_token_id
        if pad is None and hidden.shape[0] != 1:
            raise ValueError(
                "pad_token_id must be set in the configuration to classify a batch of more than one row, "
                f"got {hidden.shape[0]} rows"
            )
        if pad is None or input_ids is None:
            return -1
        index = torch.arange(input_ids.shape[1], device=input_ids.device)
        return (index * (input_ids != pad)).argmax(dim=-1).to(hidden.device)

    def _loss(self, logits: Tensor, labels: Tensor) -> Tensor:
        problem = self.config.problem_type
        if problem is None:
            if self.num_labels == 1:
                problem = "regression"
            elif labels.dtype in (torch.int64, torch.int32):
                problem = "single_label_classification"
            else:
                problem = "multi_label_classification"
        if problem == "regression":
            if self.num_labels == 1:
                return F.mse_loss(logits.squeeze(), labels.squeeze())
            return F.mse_loss(logits, labels)
        if problem == "single_label_classification":
            return F.cross_entropy(logits, labels.view(-1), ignore_index=IGNORED_LABEL)
        if problem == "multi_label_classification":
            return F.binary_cross_entropy_with_logits(logits, labels)
        raise ValueError(
            "problem_type must be regression, single_label_classification or multi_label_classification, "
            f"got {problem!r}"
        )


class PhiForTokenClassification(PhiPreTrainedModel):
    """Scores every token."""

    def __init__(self, config: PhiConfig) -> None:
        super().__init__(config)
        self.num_labels = config.num_labels
        self.model = PhiModel(config)
        rate = getattr(config, "classifier_dropout", None)
        if rate is None:
            rate = getattr(config, "hidden_dropout", None)
        self.dropout = nn.Dropout(DEFAULT_CLASSIFIER_DROPOUT if rate is None else rate)
        self.score = nn.Linear(config.hidden_size, config.num_labels)
        self.init_weights()

    def forward(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        position_ids: Tensor | None = None,
        past_key_values: Cache | None = None,
        inputs_embeds: Tensor | None = None,
        labels: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        cache_position: Tensor | None = None,
        return_dict: bool | None = None,
    ) -> TokenClassifierOutput | tuple[Any, ...]:
        """Classifies each token.

        Args:
            As for `PhiModel.forward`, and:
            labels: (batch, tokens) class ids; -100 is left out.

        Returns:
            `logits` (batch, tokens, labels), `loss` in float32; no cache.
        """
        trunk = self.model(
            input_ids=input_ids,
            attention_mask=attention_mask,
            position_ids=position_ids,
            past_key_values=past_key_values,
            inputs_embeds=inputs_embeds,
            use_cache=use_cache,
            output_attentions=output_attentions,
            output_hidden_states=output_hidden_states,
            return_dict=True,
        )
        logits = self.score(self.dropout(trunk.last_hidden_state))
        loss = None
        if labels is not None:
            loss = F.cross_entropy(
                logits.float().flatten(0, 1),
                labels.to(logits.device).flatten(),
                ignore_index=IGNORED_LABEL,
            )
        output = TokenClassifierOutput(
            loss=loss,
            logits=logits,
            hidden_states=trunk.hidden_states,
            attentions=trunk.attentions,
        )
        return output if _asked(return_dict, self.config.return_dict) else output.to_tuple()
