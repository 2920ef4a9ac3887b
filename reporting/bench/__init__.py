"""The bench: the house's costs as ratios inside one run, on a company drawn like the demo's. Goals are printed, never asserted."""
