"""Settings for every test: a plain terminal of fixed width, and a fixed hypothesis profile."""

import os

from hypothesis import HealthCheck, settings

os.environ.update(TERM="dumb", COLUMNS="100", NO_COLOR="1", OPENBLAS_NUM_THREADS="1")
settings.register_profile(
    "gate", deadline=None, derandomize=True, max_examples=50, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("gate")
