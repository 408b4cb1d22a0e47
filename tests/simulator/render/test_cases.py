"""Is a case that turns out otherwise told with what did, and why?"""

from simulator import load_policy
from simulator.cases import read_cases, run_case
from simulator.render.cases import case_list
from simulator.render.terminal import as_text

POLICY = "network: {deny: [203.0.113.0/24]}"
CASES = """\
cases:
  - {name: from inside, request: {url: https://api.example/}, expect: {status: 200}}
  - name: from a blocked address
    request: {url: https://api.example/}
    client: 203.0.113.9
    expect: {status: 200}
"""


def test_each_case_is_a_line_and_a_wrong_one_says_why() -> None:
    policy = load_policy(POLICY)
    results = [run_case(policy, case) for case in read_cases(CASES).cases]

    text = as_text(case_list("shop.yaml", results))

    assert text == (
        "shop.yaml\n"
        "  ✓ from inside\n"
        "  ✗ from a blocked address  network.denied\n"
        "    reason is `network.denied`, none was expected\n"
        "    status is `403`, `200` was expected\n"
        "    the address 203.0.113.9 is denied by `203.0.113.0/24`\n"
        "  1 of 2 otherwise\n"
    )
