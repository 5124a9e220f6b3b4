"""The two classifier heads that ship with the project: data, training, figures and cards."""
