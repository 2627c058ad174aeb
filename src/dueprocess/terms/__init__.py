"""The vocabulary of facts and the condition language over it."""

from dueprocess.terms.tree import Tree, evaluate, facts_of, polarities
from dueprocess.terms.vocabulary import Fact, Vocabulary, read_vocabulary

__all__ = ["Fact", "Tree", "Vocabulary", "evaluate", "facts_of", "polarities", "read_vocabulary"]
