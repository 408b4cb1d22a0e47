"""What did somebody write, and what is wrong with it?

Keys, roles and routes are read one by one and rules across sections see whatever is right, so that
one mistake never hides another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from simulator.addresses import read_list
from simulator.application import response_problems
from simulator.checks import network
from simulator.checks.network import BlockList, Entry
from simulator.cors_section import cors_problems
from simulator.credentials import (
    KeySection,
    RoleSection,
    parse_instant,
    place_problems,
)
from simulator.grammar import ORDER, REASONS, PolicySection, RouteSection
from simulator.principals import resolve_roles
from simulator.problem import Problem, did_you_mean, list_words, quote
from simulator.routes import template_key
from simulator.section import read_section
from simulator.source import Data, Document, join


class Draft:
    """A policy as written: its sections, and everything that is wrong with them in `found`."""

    def __init__(
        self,
        document: Document,
        read_file: Callable[[str], str] | None,
        environment: Mapping[str, str],
    ) -> None:
        self.document = document
        self.read_file = read_file
        self.environment = environment
        self.found: list[Problem] = list(document.problems)
        self.lists: dict[str, list[tuple[int, str]]] = {}
        self.list_names: dict[str, str] = {}
        self.keys: list[tuple[int, KeySection]] = []
        self.routes: list[tuple[int, RouteSection]] = []
        self.roles: dict[str, RoleSection] = {}
        self.role_names: set[str] = set()
        self.head = self._read()
        if self.head is not None:
            self._check(self.head)
        self._check_roles()
        self._check_keys()
        self._check_routes()

    # Reading: data to sections, each item of a list for itself.

    def _read(self) -> PolicySection | None:
        data = self.document.data
        if not isinstance(data, dict):
            self._complain(
                "", "the policy is no mapping", "its keys stand at the top", "write `routes: […]`"
            )
            return None
        rest = dict(data)
        keys, routes, roles = data.get("keys"), data.get("routes"), data.get("roles")
        if isinstance(keys, list):
            rest.pop("keys")
            for index, item in enumerate(keys):
                key = read_section(KeySection, self.document, join("keys", index), item, self.found)
                if key is not None:
                    self.keys.append((index, key))
        if isinstance(routes, list):
            rest.pop("routes")
            for index, item in enumerate(routes):
                found = read_section(
                    RouteSection, self.document, join("routes", index), item, self.found
                )
                if found is not None:
                    self.routes.append((index, found))
        if isinstance(roles, dict):
            rest.pop("roles")
            self.role_names = set(roles)
            for name, item in roles.items():
                if isinstance(item, list):
                    self.roles[name] = RoleSection(scopes=self._scopes(name, item))
                    continue
                role = read_section(
                    RoleSection, self.document, join("roles", name), item, self.found
                )
                if role is not None:
                    self.roles[name] = role
        return read_section(PolicySection, self.document, "", rest, self.found)

    def _scopes(self, name: str, items: list[Data]) -> tuple[str, ...]:
        """The scopes of a role that is written as a list of them."""
        found: list[str] = []
        for index, item in enumerate(items):
            if isinstance(item, str):
                found.append(item)
                continue
            here = join("roles", name, index)
            shown = quote(item) if isinstance(item, (bool, int, float)) else "not a word"
            self._complain(here, f"{quote(here)} is {shown}", "it must be text", "put it in quotes")
        return tuple(found)

    def _complain(self, path: str, problem: str, cause: str, remedy: str = "") -> None:
        self.found.append(self.document.problem(path, problem, cause, remedy))

    def _add(self, problems: list[Problem]) -> None:
        """What is wrong with several values together, unless one of them is wrong by itself."""
        wrong = [p.path for p in self.found]
        for problem in problems:
            below = f"{problem.path}/"
            if not any(path == problem.path or path.startswith(below) for path in wrong):
                self.found.append(problem)

    # Checking: what shows only when several values are seen together.

    def _check(self, head: PolicySection) -> None:
        self._check_order(head)
        self._check_statuses(head)
        for path, entry in self._entries(head):
            if isinstance(entry, BlockList):
                self._read_list(path, entry.file)
        if head.network:
            self._add(network.problems(head.network, "network", self.document))
        if head.cors:
            self._add(cors_problems(head.cors, "cors", self.document))
        if head.response:
            self._add(response_problems(head.response, "response", self.document))
        for index, section in self.routes:
            here = join("routes", index)
            if section.response:
                self._add(
                    response_problems(section.response, join(here, "response"), self.document)
                )
            if section.network:
                self._add(network.problems(section.network, join(here, "network"), self.document))
            if section.cors:
                self._add(cors_problems(section.cors, join(here, "cors"), self.document))
        for index, place in enumerate(head.credentials):
            self._add(place_problems(place, join("credentials", index), self.document))

    def _check_order(self, head: PolicySection) -> None:
        missing = [name for name in ORDER if name not in head.order]
        wrong = any(p.path.startswith("order") for p in self.found)
        for index, name in enumerate(head.order):
            if name in head.order[:index]:
                self._complain(
                    join("order", index), f"`{name}` stands twice in `order`", "it is asked once",
                    "remove one",
                )  # fmt: skip
                wrong = True
        if missing and not wrong:
            self._complain(
                "order",
                f"`order` leaves out {list_words(missing, last='and')}",
                "a check without a section has no opinion, but none is left unasked",
                f"add {list_words(missing, last='and')} where it belongs",
            )

    def _check_statuses(self, head: PolicySection) -> None:
        for code, status in head.errors.statuses.items():
            path = join("errors", "statuses", code)
            if code not in REASONS:
                having = [known for known, reason in REASONS.items() if reason.status]
                guess = did_you_mean(code, having)
                self._complain(
                    path,
                    f"{quote(code)} is not the code of a reason",
                    "only a reason has a status",
                    f"did you mean `{guess}`?" if guess else "see `why403 reasons`",
                )
            elif not REASONS[code].status:
                self._complain(
                    path,
                    f"{quote(code)} has no status of its own",
                    "a browser says it of an answer, which keeps its status",
                    "remove it",
                )
            if not 400 <= status <= 599:
                self._complain(
                    path,
                    f"`{status}` is not an error status",
                    "errors are 400 to 599",
                    "write `403`",
                )

    def _entries(self, head: PolicySection) -> Iterator[tuple[str, Entry]]:
        """Every entry that may name a list file, with its path."""
        sections = [("network", head.network)]
        sections += [(join("routes", index, "network"), r.network) for index, r in self.routes]
        for index, entry in enumerate(head.trusted_proxies):
            yield join("trusted_proxies", index), entry
        for path, section in sections:
            if section is None:
                continue
            for name in ("allow", "deny"):
                for index, entry in enumerate(getattr(section, name)):
                    yield join(path, name, index), entry
            for index, rule in enumerate(section.rules):
                for ordered in (rule.allow, rule.deny):
                    if ordered is not None:
                        yield join(path, "rules", index), ordered

    def _read_list(self, path: str, file: str) -> None:
        folder = self.document.name.rpartition("/")[0]
        shown = file if file.startswith("/") or not folder else f"{folder}/{file}"
        self.list_names[path] = shown
        if file in self.lists:
            return
        self.lists[file] = []
        try:
            if self.read_file is None:
                raise OSError("this policy was loaded without access to files")
            text = self.read_file(file)
        except (OSError, ValueError) as error:
            cause = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            self._complain(
                path, f"the list {quote(file)} cannot be read", cause.lower(), "correct its path"
            )
            return
        wrong = 0
        for line, block, fault in read_list(text):
            if fault is None:
                self.lists[file].append((line, block))
            else:
                wrong += 1
                if wrong <= 20:
                    self.found.append(
                        Problem(shown, line, path, fault.problem, fault.cause, fault.remedy)
                    )
        if wrong > 20:
            self._complain(path, f"the list {quote(file)} has {wrong} bad lines", "20 are shown")
        elif not wrong and not self.lists[file]:
            self._complain(
                path, f"the list {quote(file)} is empty", "it holds no block", "remove the entry"
            )

    def _check_roles(self) -> None:
        for name, role in self.roles.items():
            for index, other in enumerate(role.inherits):
                if other not in self.role_names:
                    self._unknown_role(join("roles", name, "inherits", index), other)
        shape = {name: (role.inherits, role.scopes) for name, role in self.roles.items()}
        for name in resolve_roles(shape).circular:
            self._complain(
                join("roles", name, "inherits"),
                f"role {quote(name)} inherits from itself",
                "following `inherits` leads back to it",
                "break the circle",
            )

    def _unknown_role(self, path: str, name: str) -> None:
        guess = did_you_mean(name, self.role_names)
        self._complain(
            path,
            f"there is no role {quote(name)}",
            f"the roles are {list_words(sorted(self.role_names), last='and')}"
            if self.role_names
            else "the policy has no `roles`",
            f"did you mean `{guess}`?" if guess else "add it to `roles`",
        )

    def _check_keys(self) -> None:
        ids: dict[str, int] = {}
        secrets: dict[tuple[str, str], str] = {}
        broken = {p.path for p in self.found}
        for index, key in self.keys:
            here = join("keys", index)
            if key.id in ids:
                self._complain(
                    join(here, "id"),
                    f"two keys have the id {quote(key.id)}",
                    f"the other is key {ids[key.id] + 1} of the list",
                    "give each its own",
                )
            ids.setdefault(key.id, index)
            forms = [f for f in ("key", "sha256", "env") if getattr(key, f) is not None]
            # A secret under a wrong name, or one that cannot be read, has been told already.
            unread = {p for p in broken if p.startswith(f"{here}/")}
            if len(forms) > 1 or (not forms and not unread):
                self._complain(
                    here,
                    f"key {quote(key.id)} has "
                    + (list_words(forms, last="and") if forms else "no secret"),
                    "exactly one of `key`, `sha256` and `env` says what it is compared with",
                    "keep one" if forms else "add one of them",
                )
            for form in forms:
                secret = (form, str(getattr(key, form)))
                if secret in secrets:
                    self._complain(
                        join(here, form),
                        f"keys {quote(secrets[secret])} and {quote(key.id)} have the same secret",
                        "a request could be either's",
                        "give each its own",
                    )
                secrets.setdefault(secret, key.id)
            if key.env is not None and not self.environment.get(key.env):
                what = "empty" if key.env in self.environment else "not set"
                self._complain(
                    join(here, "env"),
                    f"the environment variable {quote(key.env)} of key {quote(key.id)} is {what}",
                    "its value would be the secret",
                    f"set it: `export {key.env}=…`",
                )
            for n, name in enumerate(key.roles):
                if name not in self.role_names:
                    self._unknown_role(join(here, "roles", n), name)
            if (
                key.expires is not None
                and key.not_before is not None
                and parse_instant(key.expires) <= parse_instant(key.not_before)
            ):
                self._complain(
                    join(here, "expires"),
                    f"key {quote(key.id)} is never valid",
                    "it expires before it begins",
                    "correct `expires` or `not_before`",
                )

    def _check_routes(self) -> None:
        seen: dict[tuple[str, str, tuple[str, ...]], int] = {}
        for index, section in self.routes:
            for method in section.methods or ("*",):
                same = (template_key(section.path), method, tuple(sorted(section.hosts)))
                if same in seen:
                    what = "every method" if method == "*" else method
                    self._complain(
                        join("routes", index),
                        f"`{section.path}` has {what} twice",
                        f"route {seen[same] + 1} of the list takes it already",
                        "remove one, or merge the two",
                    )
                    break
                seen[same] = index
