"""Sample plans: seeded, synthetic, with a documented ground truth. No real shop, no real person."""

from data.samples.demand import Truth, ground_truth
from data.samples.folder import blank, write_sample
from data.samples.specs import sample_names

__all__ = ["Truth", "blank", "ground_truth", "sample_names", "write_sample"]
