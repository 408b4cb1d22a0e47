"""What does `mitmdump -s addons/why403.py` load?

The addons, in order: options first, then the verdict, then whatever acts on it, and last the
journal, which closes the case. mitmproxy puts this file's folder on the path and not the project,
so the project has to be installed where mitmproxy is.
"""

import logging

try:
    from addons.annotate import Annotate
    from addons.enforce import Enforce
    from addons.explain import Explain
    from addons.failures import Failures
    from addons.journal import Cases, Journal
    from addons.policies import Policies
    from addons.settings import Settings
    from addons.simulate import Simulate
    from addons.sink import Sink
except ImportError as missing:
    # An error at start-up ends mitmproxy: better than a proxy that judges nothing.
    logging.getLogger("why403").error(
        "why403 cannot start: %s; install it where mitmproxy is installed: "
        "`pip install why403`, or `pip install -e .` in a checkout",
        str(missing).lower(),
    )
    addons: list[object] = []
else:

    def build_addons() -> list[object]:
        cases: Cases = {}
        failures = Failures()
        policies = Policies(failures)
        settings = Settings(policies)
        journal = Journal(cases)
        return [
            settings,
            policies,
            Simulate(settings, policies, cases, journal, failures),
            Enforce(settings, cases, Sink(), failures),
            Annotate(settings, cases, failures),
            Explain(settings, cases, failures),
            journal,
        ]

    addons = build_addons()
