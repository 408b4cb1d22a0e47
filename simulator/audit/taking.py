"""How is a permission taken away, so that nothing else is given by it?

Less text is not always less permission: without its last key a policy asks nobody for one, without
its routes every path exists, and where a route stood a wider one may take its place. So what is
taken away is proved by comparison (simulator.compare): no request is let in that was refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from simulator.audit.permissions import Permission, at, roles_with, scopes_of_role
from simulator.audit.uses import Uses
from simulator.compare import compare, verdict_of
from simulator.edit import Edit, Insert, Put, Remove, edit_data
from simulator.message import Request
from simulator.policy import Policy, PolicyError, recompile
from simulator.problem import Fault
from simulator.source import Data, join
from simulator.space import TooMany
from simulator.standin import stand_in


class Taking(NamedTuple):
    """A permission, and the edits that take it away; `why_not`, where none do."""

    permission: Permission
    edits: tuple[Edit, ...] = ()
    why_not: str = ""


def propose(policy: Policy, unused: Sequence[Permission], uses: Uses) -> list[Taking]:
    """For each unused permission the edits that take it away."""
    gone = {permission.path for permission in unused if permission.kind in ("key", "route")}
    every_route = len({p for p in gone if p.startswith("routes/")}) == len(
        policy.tables.routes.routes
    )
    found = []
    for permission in unused:
        path, kind = permission.path, permission.kind
        if permission.owner in gone:
            continue  # goes with its key or its route
        if kind == "route" and every_route:
            found.append(Taking(permission, (), "without `routes` every path would exist"))
        elif kind == "key":
            found.append(Taking(permission, tuple(_without_key(policy, path, gone))))
        elif kind == "role":
            found.append(Taking(permission, tuple(_without_role(policy, path))))
        elif kind == "scope" and "/roles/" in path:
            found.append(Taking(permission, tuple(_without_scope(policy, permission, uses))))
        elif kind == "private network":
            found.append(Taking(permission, (Put(path, False),)))
        else:
            found.append(Taking(permission, (Remove(path),)))
    # A role that takes the place of a wider one is no longer without a key.
    given = {e.value for t in found for e in t.edits if isinstance(e, Put) and "roles/" in e.path}
    return [t for t in found if t.permission.kind != "role" or not _is_given(policy, t, given)]


def _is_given(policy: Policy, taking: Taking, given: set[Data]) -> bool:
    return bool(roles_with(policy, _name_of_role(taking.permission.path)) & given)


def _name_of_role(path: str) -> str:
    return path.partition("/")[2].replace("~1", "/").replace("~0", "~")


def _without_key(policy: Policy, path: str, gone: set[str]) -> Iterator[Edit]:
    """Keys go; but the last is revoked, since without any nobody would be asked for one."""
    left = [key for key in policy.keys if key.rule not in gone]
    first = next(key.rule for key in policy.keys if key.rule in gone)
    if not left and path == first:
        yield Put(join(path, "revoked"), True)
    else:
        yield Remove(path)


def _without_role(policy: Policy, path: str) -> Iterator[Edit]:
    """The role, and where others inherit from it."""
    name = _name_of_role(path)
    for other in roles_with(policy, name) - {name}:
        inherits = at(policy, join("roles", other, "inherits"))
        if isinstance(inherits, list) and name in inherits:
            yield Remove(join("roles", other, "inherits", inherits.index(name)))
    yield Remove(path)


def _without_scope(policy: Policy, permission: Permission, uses: Uses) -> Iterator[Edit]:
    """A key's role that is too wide gives way to the narrowest that there is, or to what is needed
    of its scopes."""
    path = permission.path
    key = next(key for key in policy.keys if key.rule == permission.owner)
    role = str(at(policy, path))
    had = scopes_of_role(policy, role)
    needed = {scope for scope in had if uses.counts["scope", f"{key.rule} {scope}"]}
    gone = Remove(path if len(key.roles) > 1 else join(key.rule, "roles"))
    if not needed:
        yield gone
        return
    roles = at(policy, "roles")
    fitting = [
        (len(scopes_of_role(policy, name)), name)
        for name in (roles if isinstance(roles, dict) else ())
        if needed <= scopes_of_role(policy, name) < had and name not in key.roles
    ]
    if fitting:
        yield Put(path, min(fitting)[1])
        return
    own = at(policy, join(key.rule, "scopes"))
    yield gone
    for scope in sorted(needed - set(map(str, own) if isinstance(own, list) else ())):
        yield Insert(join(key.rule, "scopes"), scope)


def in_order(takings: Sequence[Taking]) -> list[Edit]:
    """All edits, each once, so that none moves what another means: the last places first."""
    edits = dict.fromkeys(edit for taking in takings for edit in taking.edits)
    # Of one place: what is added below it first, then what is put there, then what goes.
    return sorted(edits, key=_place, reverse=True)


def _place(edit: Edit) -> tuple[list[tuple[int, str]], bool]:
    steps = [(int(s), "") if s.isdecimal() else (-1, s) for s in edit.path.split("/")]
    return steps, isinstance(edit, Insert)


def taken_away(policy: Policy, takings: Sequence[Taking]) -> tuple[Policy, list[Taking]]:
    """The policy without these permissions, and each with what it came to: taken away, or why not.

    INVARIANT: the policy lets in nothing that the old one refused.
    """
    found = list(takings)
    new = _without(policy, found)
    if isinstance(new, str):
        found = [_possible(policy, taking) for taking in found]
        new = _without(policy, found)
    while not isinstance(new, str):
        try:
            wider = next((d for d in compare(policy, new) if d.kind == "newly-allowed"), None)
        except TooMany:
            return policy, _none(found, "there are too many kinds of request to prove it harmless")
        if wider is None:
            return new, found
        one = f"`{wider.witness.method} {wider.witness.target.path}`"
        shown = f"then more would be let in, such as {one}: {', '.join(wider.words)}"
        blamed = _blamed(policy, found, wider.witness)
        if not blamed:
            return policy, _none(found, shown)
        found = [
            t._replace(edits=(), why_not=shown) if n in blamed else t for n, t in enumerate(found)
        ]
        new = _without(policy, found)
    return policy, _none(found, new)


def _without(policy: Policy, takings: Sequence[Taking]) -> Policy | str:
    """The policy without these permissions, or why there is none."""
    try:
        return recompile(policy, edit_data(policy.document.data, in_order(takings)))
    except PolicyError as error:
        return error.problems[0].message
    except Fault as fault:
        return str(fault)


def _possible(policy: Policy, taking: Taking) -> Taking:
    """The taking, if a policy is left by itself."""
    new = _without(policy, [taking]) if taking.edits else policy
    return taking._replace(edits=(), why_not=new) if isinstance(new, str) else taking


def _blamed(policy: Policy, takings: Sequence[Taking], witness: Request) -> set[int]:
    """Which of them let the witness in: without any of these alone it is refused as before."""
    found = set()
    for number, taking in enumerate(takings):
        if taking.edits:
            rest = [other for n, other in enumerate(takings) if n != number]
            new = _without(policy, rest)
            if isinstance(new, str) or verdict_of(stand_in(new), witness).allowed is not True:
                found.add(number)
    return found


def _none(takings: Sequence[Taking], why: str) -> list[Taking]:
    return [t._replace(edits=(), why_not=t.why_not or why) for t in takings]
