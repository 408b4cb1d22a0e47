"""What all tests share: how hypothesis searches."""

import os

from hypothesis import HealthCheck, settings

# No deadline and no complaint about slow generation: the machine is shared. A failure prints the
# blob that reproduces it. A gate asks the same every time; everybody else's run looks further.
settings.register_profile(
    "why403",
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("why403")
