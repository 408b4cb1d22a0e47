"""Do the simulated answers equal those of the real frameworks?"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from frameworks.cases import REQUESTS, ROUTES, sections
from frameworks.comparing import Answer, difference, load, shown, simulated
from frameworks.options import CONFIGURE

HERE = Path(__file__).parent
PYTHON = ("starlette", "litestar", "flask-cors", "django-cors-headers", "aiohttp-cors")
NODE = ("express", "koa", "fastify", "hono")


def missing(what: str) -> None:
    """Skip, or fail where everything must run."""
    if os.environ.get("WHY403_REQUIRE_ALL") == "1":
        pytest.fail(f"WHY403_REQUIRE_ALL=1, but {what}")
    pytest.skip(what)


@pytest.fixture(scope="module")
def node(request: pytest.FixtureRequest) -> list[str]:
    """The command that answers for JavaScript's frameworks, which are installed once."""
    program, npm = shutil.which("node"), shutil.which("npm")
    if program is None or npm is None:
        missing("there is no `node` or no `npm` in PATH")
    assert program is not None
    assert npm is not None
    assert request.config.cache is not None
    folder = request.config.cache.mkdir("frameworks")
    wanted = (HERE / "node" / "package.json").read_text()
    if not (folder / "installed").exists() or (folder / "installed").read_text() != wanted:
        shutil.copy(HERE / "node" / "package.json", folder)
        command = [npm, "install", "--no-package-lock", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            missing(f"npm cannot install the frameworks: {done.stderr.strip()[-300:]}")
        (folder / "installed").write_text(wanted)
    shutil.copy(HERE / "node" / "answers.js", folder)
    return [program, str(folder / "answers.js")]


def ask(command: list[str], family: str) -> list[list[Answer]]:
    """The framework's answers to every request, for each section."""
    jobs = [
        {"family": family, "options": CONFIGURE[family](section), "requests": REQUESTS}
        for section in sections(family)
    ]
    lines = "".join(f"{json.dumps(job)}\n" for job in jobs)
    done = subprocess.run(command, input=lines, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [
        [Answer(status, shown(family, fields), body) for status, fields, body in json.loads(line)]
        for line in done.stdout.splitlines()
    ]


def compare(command: list[str], family: str) -> None:
    wrong = []
    found = ask(command, family)
    for section, answers in zip(sections(family), found, strict=True):
        policy = load(section, ROUTES)
        for (method, path, fields), expected in zip(REQUESTS, answers, strict=True):
            url = f"http://api.test{path}"
            told = difference(expected, simulated(policy, family, method, url, fields))
            if told:
                wrong.append(f"{section} {method} {path} {fields}: {told}")

    assert len(found) == 36
    assert wrong == []


@pytest.mark.parametrize("family", PYTHON)
def test_a_framework_in_python_answers_as_simulated(family: str) -> None:
    module = {"django-cors-headers": "corsheaders"}.get(family, family.replace("-", "_"))
    if importlib.util.find_spec(module) is None:
        missing(f"{family} is not installed; `pip install -e '.[dev]'`")
    compare([sys.executable, str(HERE / "answers.py")], family)


@pytest.mark.parametrize("family", NODE)
def test_a_framework_in_javascript_answers_as_simulated(family: str, node: list[str]) -> None:
    compare(node, family)
