"""The recipe of the embedded model: corpus, tokenizer, training, export and evaluation.

Nothing here is imported by the application. ``python -m training all`` runs the whole recipe; see
``training/README.md``.
"""
