"""Tiny byte-level BPE tokenizers, trained on the spot, in each form that repositories have them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, processors, trainers

END = "<|endoftext|>"
CORPUS = [
    "def print_prime(n):\n    for i in range(2, n):\n        if n % i == 0:\n            return False\n",
    "class A:\n\tdef f(self, x):\r\n\t\treturn [x + 1 for x in self.items]\n",
    "héllo wörld, naïve café 🙂🙃 日本語のテキスト Ελληνικά",
    "import os\nimport sys\n\nwith open(path) as f:\n    print(f.read())\n",
] * 8
TEXTS = [
    "",
    " ",
    "\n",
    "def f(x):\n    return x + 1\n",
    "  two   three    four                                        many",
    "trailing spaces   \n   leading",
    "\tone\t\ttwo\t\t\tthree",
    "carriage\r\nreturn\r\n\r\n",
    "naïve café 日本語 Ελληνικά",
    "🙂🙃 👩‍👩‍👧‍👦 é (combining) \u200b\ufeff",
    f"{END} between {END}{END} two",
    "<|endoftext",
    "x" * 300,
    "'s 't 're it's I'll we'd 12345 3.14",
    "\x00\x01\x7f\u0085\u2028",
    "Ġ Ċ ĉ é ÿ",
    "def f( x ) : return ( x , y ) . z ! ?",
]
CONFIG: dict[str, Any] = {
    "tokenizer_class": "CodeGenTokenizer",
    "model_max_length": 2048,
    "bos_token": END,
    "eos_token": END,
    "unk_token": END,
    "add_prefix_space": False,
    "clean_up_tokenization_spaces": True,
}


def backend(vocab_size: int = 420, template: bool = False, corpus: list[str] = CORPUS) -> Tokenizer:
    """A trained tokenizer with runs of spaces and tabs as added tokens, as CodeGen's."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(
        corpus,
        trainers.BpeTrainer(
            vocab_size=vocab_size,
            special_tokens=[END],
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    tokenizer.add_tokens([AddedToken(" " * count) for count in range(31, 1, -1)])
    tokenizer.add_tokens([AddedToken("\t" * count) for count in range(9, 1, -1)])
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    if template:
        tokenizer.add_special_tokens(["<s>", "</s>"])
        tokenizer.post_processor = processors.TemplateProcessing(
            single="<s> $A </s> </s>",
            special_tokens=[(name, tokenizer.token_to_id(name)) for name in ("<s>", "</s>")],
        )
    return tokenizer


def write(folder: Path, tokenizer: Tokenizer, config: dict[str, Any] | None = None) -> Path:
    """A folder with tokenizer.json and, unless None, tokenizer_config.json."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    if config is not None:
        (folder / "tokenizer_config.json").write_text(json.dumps(config))
    (folder / "config.json").write_text(json.dumps({"model_type": "phi"}))
    return folder


def write_old_files(folder: Path, tokenizer: Tokenizer, config: dict[str, Any] | None) -> Path:
    """The same as the first releases have it: vocab.json, merges.txt, added_tokens.json."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.model.save(str(folder))
    known = tokenizer.get_vocab(with_added_tokens=False)
    added = {
        token.content: id_
        for id_, token in tokenizer.get_added_tokens_decoder().items()
        if token.content not in known
    }
    (folder / "added_tokens.json").write_text(json.dumps(added))
    special = {"bos_token": END, "eos_token": END, "unk_token": END}
    (folder / "special_tokens_map.json").write_text(json.dumps(special))
    if config is not None:
        (folder / "tokenizer_config.json").write_text(json.dumps(config))
    (folder / "config.json").write_text(json.dumps({"model_type": "phi"}))
    return folder
