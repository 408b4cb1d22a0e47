"""Which operations does this API description have, and what do they need?

OpenAPI 3.0 and 3.1 (Paths, Server and Security Requirement Objects) and Swagger 2.0, as far as a
policy speaks of the same: paths, methods, servers, security. References are followed inside the
document, at path items and security schemes. What is not understood is said, and left out.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from simulator.message import Request
from simulator.principals import Place
from simulator.problem import Fault, list_words, quote
from simulator.routes import Route, RouteTable, check_template

_METHODS = ("get", "head", "post", "put", "patch", "delete", "options", "trace", "query")
_MUST = "write an OpenAPI document, with `openapi: 3.1.0` and `paths`"
# References may name references: past so many they only lead in a circle.
_STEPS = 20

type Plain = str | int | float | bool | list[Plain] | dict[str, Plain] | None
type Object = dict[str, Plain]


class Need(NamedTuple):
    """One way to be let in: a credential in one of these places, and scopes. No place: none is
    needed."""

    places: tuple[Place, ...] = ()
    scopes: tuple[str, ...] = ()


class Operation(NamedTuple):
    """One method of one path. `needs` are alternatives; None: the document says nothing of it."""

    path: str
    method: str
    needs: tuple[Need, ...] | None = None

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


class Api:
    """A description, ready to be asked which operation a request is."""

    def __init__(
        self,
        name: str,
        operations: tuple[Operation, ...],
        base_paths: tuple[str, ...],
        hosts: tuple[str, ...],
        remarks: tuple[str, ...],
    ) -> None:
        self.name = name
        self.operations = operations
        self.base_paths = base_paths
        self.hosts = hosts
        self.remarks = remarks
        routes = [Route(n, o.path, (o.method,)) for n, o in enumerate(operations)]
        self._table = RouteTable(routes, base_paths)

    @property
    def places(self) -> tuple[Place, ...]:
        """Where it says that credentials stand."""
        needs = [need for o in self.operations for need in o.needs or ()]
        return tuple(dict.fromkeys(place for need in needs for place in need.places))

    def base_of(self, path: str) -> str | None:
        """The base path that the path is below; None where it is below none."""
        bases = sorted((base.rstrip("/") for base in self.base_paths), key=len, reverse=True)
        return next((b for b in bases if path == b or path.startswith(f"{b}/")), None)

    def find(self, request: Request) -> tuple[str | None, Operation | None]:
        """The request's path as a template, base path and all, and its operation; each None where
        the document has none."""
        target = request.target
        match = self._table.find(request.method, target.path, target.host, target.port)
        route = match.route or (match.same_path[0] if match.same_path else None)
        if route is None:
            return None, None
        template = (self.base_of(target.path) or "") + route.path
        return template, None if match.route is None else self.operations[match.route.index]


def read_openapi(text: str, *, name: str) -> Api:
    """The description in the text, YAML or JSON. Raises Fault where it is none."""
    root = _parse(text, name)
    if not isinstance(root, dict) or not isinstance(root.get("paths"), dict):
        raise Fault(f"{quote(name)} is no API description", "it has no `paths`", _MUST)
    reader = _Reader(root)
    operations = tuple(reader.operations())
    if not operations:
        raise Fault(f"{quote(name)} describes no operation", "`paths` holds no method", _MUST)
    bases, hosts = reader.servers()
    return Api(name, operations, bases, hosts, tuple(dict.fromkeys(reader.remarks)))


def _parse(text: str, name: str) -> Plain:
    text = text.removeprefix("\ufeff")
    try:
        if text.lstrip().startswith("{"):
            loaded: Plain = json.loads(text)
            return loaded
        from ruamel.yaml import YAML

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a reused anchor is legal; ruamel warns of it
            yaml = YAML(typ="safe", pure=True)
            yaml.allow_duplicate_keys = True  # whose fault is it here? the first counts
            loaded = yaml.load(text)
            return loaded
    except json.JSONDecodeError as error:
        cause = f"{error.msg[0].lower()}{error.msg[1:]}, in line {error.lineno}"
    except RecursionError:
        cause = "it is nested too deeply"
    except Exception as error:
        # ruamel lets malformed input end in many ways, plain exceptions among them.
        mark = getattr(error, "problem_mark", None)
        cause = getattr(error, "problem", None) or type(error).__name__
        cause = f"{cause}, in line {mark.line + 1}" if mark is not None else cause
    raise Fault(f"{quote(name)} cannot be read as YAML or JSON", cause, "correct it")


class _Reader:
    """Reads on after what it does not understand."""

    def __init__(self, root: Object) -> None:
        self.root = root
        self.remarks: list[str] = []
        components = root.get("components")
        found = components.get("securitySchemes") if isinstance(components, dict) else None
        # Swagger 2.0 has them at the top.
        self.schemes = found if isinstance(found, dict) else root.get("securityDefinitions")

    def operations(self) -> Iterator[Operation]:
        paths = self.root["paths"]
        assert isinstance(paths, dict)
        seen: set[tuple[str, str]] = set()
        for path, item in paths.items():
            if not isinstance(path, str) or path.startswith("x-"):
                continue
            try:
                check_template(path)
                if any(mark in path for mark in ("+}", "*}")):
                    raise Fault(f"`{path}` is greedy", "a policy's parameter is one segment")
            except Fault as fault:
                self.remarks.append(f"the path {quote(path)} was left out: {fault.cause}")
                continue
            for method, operation in self._methods(path, item):
                if (path, method) not in seen:
                    seen.add((path, method))
                    yield Operation(path, method, self._needs(operation))

    def _methods(self, path: str, item: Plain) -> Iterator[tuple[str, Object]]:
        whole = self._follow(item, path)
        if whole is None:
            return
        if "servers" in whole:
            self.remarks.append(f"the `servers` of `{path}` were left out: the document's count")
        for name in _METHODS:
            operation = whole.get(name)
            if isinstance(operation, dict):
                yield name.upper(), operation

    def _follow(self, item: Plain, where: str) -> Object | None:
        """The object itself, or that which `$ref` names inside the document."""
        for _ in range(_STEPS):
            if not isinstance(item, dict):
                break
            reference = item.get("$ref")
            if not isinstance(reference, str):
                return item
            if not reference.startswith("#/"):
                self.remarks.append(f"{quote(where)} was left out: it stands in another document")
                return None
            item = self._at(reference[2:])
        self.remarks.append(f"{quote(where)} was left out: nothing stands where it points to")
        return None

    def _at(self, pointer: str) -> Plain:
        """What stands at a JSON Pointer (RFC 6901)."""
        value: Plain = self.root
        for step in pointer.split("/"):
            step = step.replace("~1", "/").replace("~0", "~")
            value = value.get(step) if isinstance(value, dict) else None
        return value

    def _needs(self, operation: Object) -> tuple[Need, ...] | None:
        """The ways to be let in. An operation's own replace the document's."""
        said = operation.get("security", self.root.get("security"))
        if not isinstance(said, list):
            return None
        if not said:
            return (Need(),)
        return tuple([self._need(way) for way in said if isinstance(way, dict)]) or None

    def _need(self, way: Object) -> Need:
        places: list[Place] = []
        scopes: list[str] = []
        for name, wanted in way.items():
            place = self._place(name)
            if place is not None:
                places.append(place)
            if isinstance(wanted, list):
                scopes += [scope for scope in wanted if isinstance(scope, str)]
        if len(places) > 1:
            said = list_words([str(name) for name in way], last="and")
            self.remarks.append(f"{said} are needed together: a policy looks at the first alone")
        return Need(tuple(places), tuple(dict.fromkeys(scopes)))

    def _place(self, name: str) -> Place | None:
        scheme = self.schemes.get(name) if isinstance(self.schemes, dict) else None
        found = self._follow(scheme, name)
        if found is None:
            return None
        kind, where, title = found.get("type"), found.get("in"), found.get("name")
        if kind == "apiKey" and isinstance(title, str) and where in ("header", "query", "cookie"):
            return Place(str(where), title.lower() if where == "header" else title)
        if kind == "http" and str(found.get("scheme")).lower() in ("bearer", "basic"):
            return Place(str(found["scheme"]).lower())
        if kind in ("oauth2", "openIdConnect"):
            return Place("bearer")
        if kind == "basic":  # Swagger 2.0
            return Place("basic")
        self.remarks.append(f"the security scheme {quote(name)} is none that a policy has")
        return None

    def servers(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The base paths, and the hosts where they are said."""
        bases: list[str] = []
        hosts: list[str] = []
        for url in self._urls():
            try:
                parts = urlsplit(url)
            except ValueError:
                self.remarks.append(f"the server {quote(url)} is no URL")
                continue
            path = parts.path.rstrip("/")
            if "{" in url:
                self.remarks.append(f"the server {quote(url)} was left out: it has a variable")
                continue
            bases.append(path if path.startswith("/") or not path else f"/{path}")
            if parts.netloc:
                hosts.append(parts.netloc.rpartition("@")[2].lower())
        if not any(bases):
            bases = []  # all stand at the root
        return tuple(dict.fromkeys(base or "/" for base in bases)), tuple(dict.fromkeys(hosts))

    def _urls(self) -> Iterator[str]:
        servers = self.root.get("servers")
        for server in servers if isinstance(servers, list) else ():
            if isinstance(server, dict) and isinstance(server.get("url"), str):
                yield _filled(str(server["url"]), server.get("variables"))
        base = self.root.get("basePath")  # Swagger 2.0
        if isinstance(base, str) and "servers" not in self.root:
            host = self.root.get("host")
            yield f"//{host}{base}" if isinstance(host, str) else base


def _filled(url: str, variables: Plain) -> str:
    """The URL with the defaults of its variables."""
    given: Mapping[str, Plain] = variables if isinstance(variables, dict) else {}
    for name, variable in given.items():
        default = variable.get("default") if isinstance(variable, dict) else None
        if default is not None:
            url = url.replace(f"{{{name}}}", str(default))
    return url
