"""Train the byte-level BPE tokenizer of the embedded model.

Like CodeGen's, it has runs of spaces as added tokens that are not special, so one token is one
indent and decoding keeps it. The merges are learnt on text without those runs.

    python -m training.tokenizer
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from training.corpus import read_lines
from training.sources import MODEL_DIR, WORK

VOCABULARY = 8192
END_OF_TEXT = "<|endoftext|>"
SPACES = range(2, 25)
TABS = range(2, 7)
CONTEXT = 1024


def train_tokenizer(texts: Iterable[str], vocabulary: int = VOCABULARY) -> Tokenizer:
    """Train a tokenizer.

    Args:
        texts: documents.
        vocabulary: number of ids, with the end-of-text token and the runs of spaces and tabs.

    Returns:
        A tokenizer of exactly ``vocabulary`` ids; id 0 is ``<|endoftext|>``.

    Raises:
        ValueError: the texts are too few for a vocabulary of that size.
    """
    runs = [" " * n for n in SPACES] + ["\t" * n for n in TABS]
    tokenizer = Tokenizer(models.BPE())
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False)
    without_runs = pre_tokenizers.Split(Regex(" {2,}|\t{2,}"), behavior="removed")
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([without_runs, byte_level])
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary - len(runs),
        special_tokens=[END_OF_TEXT],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.pre_tokenizer = byte_level
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_tokens([AddedToken(run, normalized=False, special=False) for run in runs])
    size = tokenizer.get_vocab_size()
    if size != vocabulary:
        raise ValueError(f"vocabulary: the texts must yield {vocabulary} ids, got {size}")
    return tokenizer


def save_tokenizer(tokenizer: Tokenizer, folder: Path) -> None:
    """Write ``tokenizer.json`` and the ``tokenizer_config.json`` that transformers reads."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    config = {
        "add_prefix_space": False,
        "bos_token": END_OF_TEXT,
        "clean_up_tokenization_spaces": False,
        "eos_token": END_OF_TEXT,
        "model_max_length": CONTEXT,
        "tokenizer_class": "PreTrainedTokenizerFast",
        "unk_token": END_OF_TEXT,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=2) + "\n")


def _texts(path: Path) -> Iterator[str]:
    for document in read_lines(path):
        yield document.text


def main(argv: list[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="training.tokenizer", description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, default=WORK, help="folder with train.jsonl")
    parser.add_argument("--output", type=Path, default=MODEL_DIR, help="folder to write into")
    parser.add_argument("--vocabulary", type=int, default=VOCABULARY)
    args = parser.parse_args(argv)
    tokenizer = train_tokenizer(_texts(args.work / "train.jsonl"), args.vocabulary)
    save_tokenizer(tokenizer, args.output)
    sample = [d.text for d in read_lines(args.work / "held_out.jsonl")]
    count = sum(len(e.ids) for e in tokenizer.encode_batch(sample))
    size = sum(len(text.encode()) for text in sample)
    print(json.dumps({"vocabulary": args.vocabulary, "held_out_bytes_per_token": size / count}))


if __name__ == "__main__":
    main()
