"""The security baseline as data: pieces, each as Terraform and, where it has the types, as CloudFormation.

``data/pieces.toml`` names each piece: in which account it belongs (its stage), what it is for (the rules that it makes
pass), and which answers it takes. Its code is a file of its own in ``data/terraform/STAGE`` and
``data/cloudformation/STAGE``, so that a piece that is left out leaves no trace in the others.
"""

from bartizan.baseline.load import pieces, stages, text_of, variables
from bartizan.baseline.types import Kind, Language, Piece, Stage, Variable

__all__ = ["Kind", "Language", "Piece", "Stage", "Variable", "pieces", "stages", "text_of", "variables"]
