"""Changes in the order of the law, made ready to be asked for the one in force: once, however many pieces of leads ask."""

import numpy as np

Ints = np.ndarray


class Order:
    """`subject` ascending, `effective` instants; changes of a subject stand in the order of the law."""

    def __init__(self, subject: Ints, effective: Ints):
        order = np.lexsort((effective, subject))
        self.subject = subject
        self.best = np.maximum.accumulate(order)  # later subjects stand later: the greatest so far is the subject's own
        self.instants, rank = np.unique(effective, return_inverse=True)
        self.span = len(self.instants) + 1
        self.keys = subject[order] * self.span + rank[order]

    def latest(self, wanted: Ints, at: Ints) -> Ints:
        """For each (subject wanted, instant): the place of the last change, -1 for none."""
        if not len(self.subject):
            return np.full(len(wanted), -1, np.int64)
        place = wanted * self.span + np.searchsorted(self.instants, at, "right") - 1
        place = np.searchsorted(self.keys, place, "right") - 1
        found = self.best[np.maximum(place, 0)]
        return np.where((place >= 0) & (wanted >= 0) & (self.subject[found] == wanted), found, -1)
