"""The language of criteria: pure Python, standard library only, no database.

tree (shape and validation) · operators (one table, NULL law, edges) · decay (integer weights by age) · behaviours
(distinct event filters) · evaluate (the oracle) · grade · edges · sentence (fr/en), its phrases
and its reader (plain text back to the tree) · differ · lint.
"""
