"""Edits of a policy's text: what is meant changes, and nothing else does."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from yaml_texts import VALUES, comments, edits, texts, values

import simulator.edit
from simulator.edit import Edit, Insert, Put, Remove, edit_data, edit_document, edit_text, text_diff
from simulator.edit.changes import same
from simulator.problem import Fault
from simulator.source import Data, Document, join, read_document

IN_LINES = [
    pytest.param(
        "allow:\n  - a\n  - b\n",
        Insert("allow", "c"),
        "allow:\n  - a\n  - b\n  - c\n",
        id="an item at the end",
    ),
    pytest.param(
        "allow:\n  - a\n  - b\n",
        Insert("allow", "c", 1),
        "allow:\n  - a\n  - c\n  - b\n",
        id="an item in the middle",
    ),
    pytest.param(
        "allow:\n- a\ndeny: []\n",
        Insert("allow", "b"),
        "allow:\n- a\n- b\ndeny: []\n",
        id="an item of a list that is not indented",
    ),
    pytest.param(
        "allow:\n      - a\ndeny: []\n",
        Insert("allow", "b", 0),
        "allow:\n      - b\n      - a\ndeny: []\n",
        id="an item of a list that is indented far",
    ),
    pytest.param(
        "allow:\n  -   a\n",
        Insert("allow", "b"),
        "allow:\n  -   a\n  -   b\n",
        id="an item with as much space after the dash",
    ),
    pytest.param(
        "allow:\n  - a  # hq\n  # later:\n  # - c\ndeny: []\n",
        Insert("allow", "b"),
        "allow:\n  - a  # hq\n  - b\n  # later:\n  # - c\ndeny: []\n",
        id="an item at the end comes ahead of comments as deep as it",
    ),
    pytest.param(
        "allow:\n  - a\n    # a remark on a\n\n# about deny\ndeny: []\n",
        Insert("allow", "b"),
        "allow:\n  - a\n    # a remark on a\n  - b\n\n# about deny\ndeny: []\n",
        id="an item at the end comes after comments deeper than it",
    ),
    pytest.param(
        "allow:\n  # about a\n  - a\n  # about b, first\n  # about b, second\n  - b\n",
        Insert("allow", "c", 1),
        "allow:\n  # about a\n  - a\n  - c\n  # about b, first\n  # about b, second\n  - b\n",
        id="an item ahead of another comes ahead of its comments",
    ),
    pytest.param(
        "allow:  # offices\n  # about a\n  - a\n",
        Insert("allow", "c", 0),
        "allow:  # offices\n  - c\n  # about a\n  - a\n",
        id="the first item comes ahead of the next one's comments",
    ),
    pytest.param(
        "# the list\n- a\n",
        Insert("", "b", 0),
        "# the list\n- b\n- a\n",
        id="the first item of the whole text comes after the text's comment",
    ),
    pytest.param(
        "keys:\n  - id: a\n\n  - id: b\n\nroutes: []\n",
        Insert("keys", {"id": "c", "key": "x"}),
        "keys:\n  - id: a\n\n  - id: b\n\n  - id: c\n    key: x\n\nroutes: []\n",
        id="blank lines between items are between all of them",
    ),
    pytest.param(
        "keys:\n  - id: a\n\n  - id: b\n",
        Insert("keys", {"id": "c"}, 1),
        "keys:\n  - id: a\n\n  - id: c\n\n  - id: b\n",
        id="blank lines between items are between all of them, in the middle too",
    ),
    pytest.param(
        "keys:\n  - {id: a, key: x}\n",
        Insert("keys", {"id": "b", "roles": ["r", "s"]}, comment="for tests"),
        "keys:\n  - {id: a, key: x}\n  - {id: b, roles: [r, s]}  # for tests\n",
        id="a mapping in braces where its neighbours are",
    ),
    pytest.param(
        "keys:\n  - id: a\n    roles: [r]\n    networks:\n      - n\n",
        Insert("keys", {"id": "b", "roles": ["r", "s"], "networks": ["m"]}, comment="for tests"),
        "keys:\n  - id: a\n    roles: [r]\n    networks:\n      - n\n"
        "  - id: b  # for tests\n    roles: [r, s]\n    networks:\n      - m\n",
        id="a mapping in lines where its neighbours are, each list as there",
    ),
    pytest.param(
        "a:\n  - - x\n    - y\n  - - z\n",
        Insert("a/0", "w", 0),
        "a:\n  - - w\n    - x\n    - y\n  - - z\n",
        id="an item of a list that begins on its owner's line",
    ),
    pytest.param(
        "a:\n  - - x\n    - y\n  - - z\n",
        Insert("a", ["v", "w"]),
        "a:\n  - - x\n    - y\n  - - z\n  - - v\n    - w\n",
        id="a list in a list",
    ),
    pytest.param(
        "keys:\n  - id: a\n    key: x\n  - id: b\n",
        Put("keys/0/roles", ["r"]),
        "keys:\n  - id: a\n    key: x\n    roles: [r]\n  - id: b\n",
        id="a key of a mapping that begins at a dash",
    ),
    pytest.param(
        "network:\n  allow: [a]\n# the end\n",
        Put("network/default", "deny"),
        "network:\n  allow: [a]\n  default: deny\n# the end\n",
        id="a key",
    ),
    pytest.param(
        "network:\n    allow: [a]\n",
        Put("cors/credentials", True),
        "network:\n    allow: [a]\ncors:\n    credentials: true\n",
        id="a key with the mapping around it, indented as elsewhere",
    ),
    pytest.param(
        "network:\n  allow:\n  - a\n",
        Insert("network/deny", "b"),
        "network:\n  allow:\n  - a\n  deny:\n  - b\n",
        id="a list that is missing, in lines and indented as the one beside it",
    ),
    pytest.param(
        "network:\n  allow: [a]\n",
        Insert("network/deny", "b"),
        "network:\n  allow: [a]\n  deny: [b]\n",
        id="a list that is missing, in brackets as the one beside it",
    ),
    pytest.param(
        "a: {b: [1]}\n",
        Insert("x/y", "z", comment="why"),
        "a: {b: [1]}\nx: {y: [z]}  # why\n",
        id="a list that is missing and what is around it, in brackets as beside it",
    ),
    pytest.param(
        "# head\n\nnetwork:\n  default: deny\n\n# about cors\ncors:\n  max_age: 600\n\n# end\n",
        Put("hosts", ["a.example"], comment="ours"),
        "# head\n\nnetwork:\n  default: deny\n\n# about cors\ncors:\n  max_age: 600\n"
        "\nhosts: [a.example]  # ours\n\n# end\n",
        id="sections that blank lines part",
    ),
    pytest.param(
        "routes:\n  - a\n  # - b\n\n    # - c\n",
        Put("order", ["x"]),
        "routes:\n  - a\n  # - b\n\n    # - c\norder:\n  - x\n",
        id="a key comes after the comments in the section above",
    ),
    pytest.param(
        "allow:\n  - a\n  - b",
        Insert("allow", "c"),
        "allow:\n  - a\n  - b\n  - c",
        id="a text without a line break at its end stays so",
    ),
    pytest.param(
        "allow:\r\n  - a  # x\r\n\r\n# end\r\n",
        Insert("allow", {"file": "b", "n": 1}),
        "allow:\r\n  - a  # x\r\n  - file: b\r\n    n: 1\r\n\r\n# end\r\n",
        id="carriage returns",
    ),
    pytest.param(
        "\ufeffallow: [a]\n",
        Insert("allow", "b"),
        "\ufeffallow: [a, b]\n",
        id="a byte order mark",
    ),
    pytest.param(
        "%YAML 1.2\n---\nallow:\n  - a\n...\n",
        Insert("allow", "b"),
        "%YAML 1.2\n---\nallow:\n  - a\n  - b\n...\n",
        id="directives and the marks of a document's beginning and end",
    ),
    pytest.param(
        "---\na: 1\n...\n",
        Put("b", 2),
        "---\na: 1\nb: 2\n...\n",
        id="a key comes ahead of the document's end",
    ),
    pytest.param(
        "body: |\n  one\n\n  two\n\n\nallow: [a]\n",
        Put("status", 404),
        "body: |\n  one\n\n  two\n\n\nallow: [a]\n\nstatus: 404\n",
        id="blank lines at the end of a text part it from what follows",
    ),
    pytest.param(
        "a:\n  - |\n    one\n    # no comment\n\n  - two\n",
        Insert("a", "x", 1),
        "a:\n  - |\n    one\n    # no comment\n\n  - x\n\n  - two\n",
        id="an item after a text in lines",
    ),
    pytest.param(
        "a:\n  - x\n  - |+\n    one\n\n\nb: 1\n",
        Insert("a", "y"),
        "a:\n  - x\n  - |+\n    one\n\n\n  - y\nb: 1\n",
        id="an item after a text that keeps its blank lines",
    ),
    pytest.param(
        "a: one\n  two  # c\nb: 'x\n\n  y'\n",
        Put("c", 1),
        "a: one\n  two  # c\nb: 'x\n\n  y'\nc: 1\n",
        id="a key after a text over several lines",
    ),
    pytest.param(
        "a:\n  - x # 1\n  -\n    # 2\n    k: v\n  # 3\n",
        Insert("a", "y"),
        "a:\n  - x # 1\n  -\n    # 2\n    k: v\n  - y\n  # 3\n",
        id="an item after one that stands below its dash",
    ),
    pytest.param(
        "? a\n: 1\n? b\n: - x\n",
        Insert("b", "y"),
        "? a\n: 1\n? b\n: - x\n  - y\n",
        id="an item below a key with a question mark",
    ),
    pytest.param(
        "allow:\n  - a\n",
        Insert("allow", "b", comment="one\n\ntwo"),
        "allow:\n  - a\n  # one\n  #\n  - b  # two\n",
        id="a comment of several lines",
    ),
    pytest.param(
        '"/x":\n  - \'a\'\n  - "b"\n',
        Insert("~1x", "c"),
        '"/x":\n  - \'a\'\n  - "b"\n  - "c"\n',
        id="a quoted neighbour",
    ),
    pytest.param(
        '- "*"\n',
        Insert("", "c"),
        '- "*"\n- c\n',
        id="a neighbour that must be quoted says nothing",
    ),
]

FITTING = [
    pytest.param(
        "network:\n  deny:\n    - a # one\n    - b # two\n",
        Insert("network/allow", "c", comment="first\nlast"),
        "network:\n  deny:\n    - a # one\n    - b # two\n  allow:\n    # first\n    - c # last\n",
        id="the comment of an item stands with it, as far off as others",
    ),
    pytest.param(
        "keys:\n  - { id: web, roles: [a] }\n",
        Insert("keys", {"id": "b", "roles": ["r"], "x": {}}),
        "keys:\n  - { id: web, roles: [a] }\n  - { id: b, roles: [r], x: {} }\n",
        id="spaces in braces, and none in brackets",
    ),
    pytest.param(
        "a: [ x ]\nb: []\n",
        Insert("b", "y"),
        "a: [ x ]\nb: [ y ]\n",
        id="spaces in brackets that were empty",
    ),
    pytest.param(
        "routes:\n  - path: /a\n    methods: [GET]\n    limits:\n      - {per: client}\n",
        Insert("routes", {"path": "/b", "scopes": ["s"], "limits": [{"per": "key"}]}),
        "routes:\n  - path: /a\n    methods: [GET]\n    limits:\n      - {per: client}\n"
        "  - path: /b\n    scopes: [s]\n    limits:\n      - {per: key}\n",
        id="a list of words as another, and a list of mappings as another",
    ),
    pytest.param(
        "hosts:\n  - a\ncors:\n  credentials: true\n",
        Insert("cors/origins", "https://a.example", comment="c"),
        "hosts:\n  - a\ncors:\n  credentials: true\n  origins:\n    - https://a.example  # c\n",
        id="a list as those elsewhere in the text, where none is beside it",
    ),
    pytest.param(
        "cors:\n  origins:\n",
        Insert("cors/origins", {"file": "x"}, comment="c"),
        "cors:\n  origins:\n    - file: x  # c\n",
        id="a comment on the first item of what was nothing",
    ),
]

IN_BRACKETS = [
    pytest.param("a: [x, y]  # c\n", Insert("a", "z"), "a: [x, y, z]  # c\n", id="at the end"),
    pytest.param("a: [x, y]\n", Insert("a", "z", 0), "a: [z, x, y]\n", id="at the beginning"),
    pytest.param("a: [x, y]\n", Insert("a", "z", 1), "a: [x, z, y]\n", id="in the middle"),
    pytest.param("a: [x,]\n", Insert("a", "z"), "a: [x, z,]\n", id="a comma at the end stays"),
    pytest.param("a: [ x ]\n", Insert("a", "z"), "a: [ x, z ]\n", id="spaces inside stay"),
    pytest.param("a: []  # none\n", Insert("a", "z"), "a: [z]  # none\n", id="empty"),
    pytest.param("a: [ ]\n", Insert("a", "z"), "a: [ z ]\n", id="empty but for a space"),
    pytest.param("a: {}\nb: 1\n", Put("a/k", "v"), "a: {k: v}\nb: 1\n", id="an empty mapping"),
    pytest.param(
        "a: [\n  # none\n]\n",
        Insert("a", "z", comment="c"),
        "a: [\n  # none\n  z  # c\n]\n",
        id="empty but for a comment",
    ),
    pytest.param(
        "a: {p: 1}\n", Put("a/q", {"r": [True]}), "a: {p: 1, q: {r: [true]}}\n", id="a key"
    ),
    pytest.param(
        "a: [x]\n",
        Insert("a", "z", comment="c"),
        "a: [x, z]  # c\n",
        id="a comment at the end of the line",
    ),
    pytest.param(
        "n:\n  - k: {a: [x]}  # b\n",
        Insert("n/0/k/a", "z", comment="c\nd"),
        "n:\n  # c\n  # d\n  - k: {a: [x, z]}  # b\n",
        id="a comment where the line has one",
    ),
    pytest.param(
        "a: [\n    x,  # 1\n    y   # 2\n  ]  # 3\n",
        Insert("a", "z", comment="c"),
        "a: [\n    x,  # 1\n    y,   # 2\n    z  # c\n  ]  # 3\n",
        id="a line of its own, and the comma for the one above",
    ),
    pytest.param(
        "a: [\n  x,\n  y,\n  # later\n]\n",
        Insert("a", "z"),
        "a: [\n  x,\n  y,\n  z,\n  # later\n]\n",
        id="a line of its own, and a comma where all have one",
    ),
    pytest.param(
        "a: [\n  x,\n  # about y\n  y\n]\n",
        Insert("a", "z", 1),
        "a: [\n  x,\n  z,\n  # about y\n  y\n]\n",
        id="a line of its own ahead of another's comment",
    ),
    pytest.param(
        "a: [x,\n    y]\n",
        Insert("a", "z"),
        "a: [x,\n    y,\n    z]\n",
        id="a line of its own, and the bracket stays at its end",
    ),
    pytest.param(
        "a: [w, x,\n    y, u]\n",
        Insert("a", "z"),
        "a: [w, x,\n    y, u, z]\n",
        id="several in a line",
    ),
    pytest.param(
        f"a: [x,\n    y, {'u' * 88}]\n",
        Insert("a", "zzz"),
        f"a: [x,\n    y, {'u' * 88},\n    zzz]\n",
        id="a full line is followed by another",
    ),
    pytest.param(
        "a: [{p: 1}, {p: 2}]\n",
        Insert("a", {"p": "3"}),
        'a: [{p: 1}, {p: 2}, {p: "3"}]\n',
        id="a mapping",
    ),
    pytest.param("a: [p: 1]\n", Put("a/0/q", 2), "a: [{p: 1, q: 2}]\n", id="a pair without braces"),
    pytest.param("a: {p, q: }\n", Put("a/r", 2), "a: {p, q: , r: 2}\n", id="keys without a value"),
    pytest.param("a: {p, q: }\n", Put("a/p", 2), "a: {p: 2, q: }\n", id="a value for a key alone"),
    pytest.param(
        '{"a": ["x"], "b": {}}',
        Insert("a", "y", comment="JSON has none"),
        '{"a": ["x", "y"], "b": {}}',
        id="JSON",
    ),
    pytest.param(
        '{"a": []}', Insert("a", {"k": None}), '{"a": [{"k": null}]}', id="JSON without examples"
    ),
    pytest.param(
        '{\n\t"a": [\n\t\t"x"\n\t],\n\t"b": {}\n}\n',
        Put("c/d", [1, "2"]),
        '{\n\t"a": [\n\t\t"x"\n\t],\n\t"b": {},\n\t"c": {\n\t\t"d": [\n\t\t\t1,\n\t\t\t"2"\n'
        "\t\t]\n\t}\n}\n",
        id="JSON in lines, indented by tabs",
    ),
    pytest.param(
        '{\n  "k": [\n    {\n      "id": "a"\n    }\n  ]\n}\n',
        Insert("k", {"id": "b", "r": []}),
        '{\n  "k": [\n    {\n      "id": "a"\n    },\n    {\n      "id": "b",\n      "r": []\n'
        "    }\n  ]\n}\n",
        id="JSON in lines, a mapping in a list",
    ),
    pytest.param(
        "keys: [\n  {id: a}, {id: b},\n  {id: c},\n]\n",
        Insert("keys", {"id": "d"}, 0),
        "keys: [\n  {id: d}, {id: a}, {id: b},\n  {id: c},\n]\n",
        id="ahead of one that shares its line",
    ),
]

REPLACED = [
    pytest.param("a: x  # c\n", Put("a", "y"), "a: y  # c\n", id="a word"),
    pytest.param("a: x\n", Put("a", "y", comment="c"), "a: y  # c\n", id="a comment on it"),
    pytest.param(
        "a: x  # b\n", Put("a", "y", comment="c"), "# c\na: y  # b\n", id="a comment above it"
    ),
    pytest.param("a: 'x'\n", Put("a", "it's"), "a: 'it''s'\n", id="a word in single quotes"),
    pytest.param('a: "x"\n', Put("a", "y\n"), 'a: "y\\n"\n', id="a word in double quotes"),
    pytest.param("a: 'x'\n", Put("a", 3), "a: 3\n", id="a quoted word by a number"),
    pytest.param("a: 3\n", Put("a", "3"), 'a: "3"\n', id="a number by a word like a number"),
    pytest.param("a:   # c\nb: 1\n", Put("a", "x"), "a: x   # c\nb: 1\n", id="nothing"),
    pytest.param("a:\nb: 1\n", Insert("a", "x"), "a: [x]\nb: 1\n", id="nothing by a list"),
    pytest.param("a: ~\nb: 1\n", Put("a/k", 1), "a:\n  k: 1\nb: 1\n", id="null by a mapping"),
    pytest.param("- \n- x\n", Put("0", "y"), "- y \n- x\n", id="an item that is nothing"),
    pytest.param("a: [x, y]\n", Put("a/1", ","), 'a: [x, ","]\n', id="an item in brackets"),
    pytest.param("a: [x, y]\n", Put("a/0", ["z"]), "a: [[z], y]\n", id="an item by a list"),
    pytest.param(
        "a:\n  - x  # 1\n  - y  # 2\n",
        Put("a/0", "z"),
        "a:\n  - z  # 1\n  - y  # 2\n",
        id="an item",
    ),
    pytest.param(
        "a:  # c\n  # d\n  - x\n  - y  # e\n# f\nb: 1\n",
        Put("a", "all"),
        "a: all  # c\n  # d\n# f\nb: 1\n",
        id="a block by a word",
    ),
    pytest.param(
        "a:  # c\n    # d\n    - x\n    - y  # e\nb: 1\n",
        Put("a", ["z", "w"]),
        "a:  # c\n    # d\n    - z\n    - w\nb: 1\n",
        id="a block by a block",
    ),
    pytest.param(
        "a: x  # c\nb:\n  - y\n",
        Put("a", ["z"]),
        "a:  # c\n  - z\nb:\n  - y\n",
        id="a word by a block",
    ),
    pytest.param(
        "- x  # c\n- k: v\n  l: w\n",
        Put("0", {"k": 1, "l": 2}),
        "- k: 1\n  l: 2  # c\n- k: v\n  l: w\n",
        id="an item by a block",
    ),
    pytest.param(
        "- k: v\n  l: w\n- x\n", Put("0", "y"), "- y\n- x\n", id="an item's block by a word"
    ),
    pytest.param(
        "a: |  # c\n  one\n  two\n\nb: 1\n", Put("a", "x"), "a: x\n\nb: 1\n", id="a text in lines"
    ),
    pytest.param(
        "a: |+\n  one\n\nb: 1\n", Put("a", "x"), "a: x\nb: 1\n", id="a text with its blanks"
    ),
    pytest.param(
        "a:\n  x y\n  z  # c\n", Put("a", "w"), "a:\n  w  # c\n", id="a text below its key"
    ),
    pytest.param("a: [\n  x,\n  y\n]\n", Put("a", ["z"]), "a: [\n  z\n]\n", id="brackets in lines"),
    pytest.param("a: !!str 3\n", Put("a", 4), "a: 4\n", id="a value with a tag"),
    pytest.param("a: 1.0\n", Put("a", 1), "a: 1\n", id="a number of another kind"),
    pytest.param(
        "a: 0x10  # c\n", Put("a", 16), "a: 0x10  # c\n", id="the same value in other words"
    ),
    pytest.param(
        'expires: 2027-01-31\nkey: "k"\n',
        Put("expires", "2028-02-01"),
        'expires: 2028-02-01\nkey: "k"\n',
        id="a date",
    ),
]

REMOVED = [
    pytest.param(
        "a:\n  # about x\n  - x  # 1\n  # about y\n  - y  # 2\nb: 1\n",
        Remove("a/0"),
        "a:\n  # about x\n  # about y\n  - y  # 2\nb: 1\n",
        id="an item and the comment beside it",
    ),
    pytest.param(
        "a:\n  - x\n  - y\nb: 1\n", Remove("a/1"), "a:\n  - x\nb: 1\n", id="the last item"
    ),
    pytest.param(
        "a:\n  - x\n    # deeper\n  # as deep\n  - y\n",
        Remove("a/0"),
        "a:\n  # as deep\n  - y\n",
        id="an item and the comments inside it",
    ),
    pytest.param(
        "a:   # 1\n  # 2\n  - x  # 3\n  # 4\nb: 1\n",
        Remove("a/0"),
        "a: []   # 1\n  # 2\n  # 4\nb: 1\n",
        id="the only item",
    ),
    pytest.param(
        "a: 1\n\n# about b\nb: 2\n\nc: 3\n\nd: 4\n",
        Remove("c"),
        "a: 1\n\n# about b\nb: 2\n\nd: 4\n",
        id="a section and the blank line that parts it",
    ),
    pytest.param(
        "a: 1\n\n# about b\nb: 2\n\nc: 3\n",
        Remove("b"),
        "a: 1\n\n# about b\n\nc: 3\n",
        id="a section, whose comment stays where it is",
    ),
    pytest.param("a: 1\n\nb: 2\n", Remove("b"), "a: 1\n", id="the last section"),
    pytest.param("a: 1\n\nb: 2\n", Remove("a"), "b: 2\n", id="the first section"),
    pytest.param("a:\n- x\n", Remove("a/0"), "a: []\n", id="the only item, not indented"),
    pytest.param("a:\n  k: v\nb: 1\n", Remove("a/k"), "a: {}\nb: 1\n", id="the only key"),
    pytest.param(
        "- k: v  # c\n- x\n", Remove("0/k"), "- {}  # c\n- x\n", id="the only key at a dash"
    ),
    pytest.param(
        "# c\na: 1  # d\n# e\n", Remove("a"), "# c\n{}  # d\n# e\n", id="the only key of all"
    ),
    pytest.param(
        "a: 1\ncors:\n  x: 1  # c\n\n  # - d\n\n# about b\nb: 1\n",
        Remove("cors"),
        "a: 1\n\n# about b\nb: 1\n",
        id="a section and the comments inside it",
    ),
    pytest.param(
        "- k: v  # c\n  l: w\n- x\n", Remove("0/k"), "- l: w\n- x\n", id="the key at a dash"
    ),
    pytest.param(
        "- k: v  # c\n  # about l\n  l: w\n",
        Remove("0/k"),
        "- \n  # about l\n  l: w\n",
        id="the key at a dash, with a comment on the next",
    ),
    pytest.param("- - x\n  - y\n", Remove("0/0"), "- - y\n", id="the item at its owner's dash"),
    pytest.param(
        "a:\n  - x\n  - y", Remove("a/1"), "a:\n  - x", id="at the end, without a line break"
    ),
    pytest.param("a:\n  - y", Remove("a/0"), "a: []", id="the only one, without a line break"),
    pytest.param(
        "a: 1\r\nb: 2  # c\r\nc: 3\r\n", Remove("b"), "a: 1\r\nc: 3\r\n", id="with carriage returns"
    ),
    pytest.param("a:\n  - |\n    t\n\n  - y\n", Remove("a/0"), "a:\n  - y\n", id="a text in lines"),
    pytest.param(
        "a:\n  - |+\n    t\n\n  - y\n", Remove("a/0"), "a:\n  - y\n", id="a text with its blanks"
    ),
    pytest.param(
        "a: [x, y, z]  # c\n", Remove("a/0"), "a: [y, z]  # c\n", id="the first in brackets"
    ),
    pytest.param("a: [x, y, z]\n", Remove("a/1"), "a: [x, z]\n", id="one in brackets"),
    pytest.param("a: [x, y , z]\n", Remove("a/2"), "a: [x, y ]\n", id="the last in brackets"),
    pytest.param("a: [x, y,]\n", Remove("a/1"), "a: [x,]\n", id="the last with its comma"),
    pytest.param("a: [ x ]  # c\n", Remove("a/0"), "a: []  # c\n", id="the only one in brackets"),
    pytest.param("a: {k: v, l: w}\n", Remove("a/l"), "a: {k: v}\n", id="a key in braces"),
    pytest.param(
        "a: [k: v]\n", Remove("a/0/k"), "a: [{}]\n", id="the key of a pair without braces"
    ),
    pytest.param(
        "a: [\n  x,  # 1\n  # about y\n  y,  # 2\n  z  # 3\n]\n",
        Remove("a/1"),
        "a: [\n  x,  # 1\n  # about y\n  z  # 3\n]\n",
        id="a line in brackets",
    ),
    pytest.param(
        "a: [\n  x,  # 1\n  y  # 2\n]\n",
        Remove("a/1"),
        "a: [\n  x  # 1\n]\n",
        id="the last line in brackets, and the comma above it",
    ),
    pytest.param("a: [\n  x,\n]\n", Remove("a/0"), "a: []\n", id="the only line in brackets"),
    pytest.param(
        "a: [\n  # c\n  x\n]\n",
        Remove("a/0"),
        "a: [\n  # c\n]\n",
        id="all but a comment in brackets",
    ),
    pytest.param(
        "a: [x,\n    y]\n", Remove("a/1"), "a: [x]\n", id="the last, ahead of the bracket"
    ),
    pytest.param("a: [x,\n    y]\n", Remove("a/0"), "a: [y]\n", id="the first, after the bracket"),
    pytest.param("a: [x,  # 1\n    y]\n", Remove("a/0"), "a: [  # 1\n    y]\n", id="but a comment"),
    pytest.param(
        "a: [x, y,  # 1\n    z, w]\n",
        Remove("a/2"),
        "a: [x, y,  # 1\n    w]\n",
        id="the first of a line that others share",
    ),
    pytest.param(
        '{\n  "a": 1,\n  "b": [\n    2\n  ]\n}', Remove("b"), '{\n  "a": 1\n}', id="in JSON"
    ),
    pytest.param("{a: 1}\n", Remove("a"), "{}\n", id="everything"),
]

BEGUN = [
    pytest.param("{}\n", Put("a/b", 1), "a:\n  b: 1\n", id="braces with nothing in them"),
    pytest.param("# c\n{}  # d\n# e\n", Put("a", 1), "# c\n# d\na: 1\n# e\n", id="and a comment"),
    pytest.param("--- {}\n", Put("a", 1), "--- \na: 1\n", id="braces beside the document's mark"),
    pytest.param("", Put("a", 1), "a: 1\n", id="an empty text"),
    pytest.param("# c\n\n", Put("a", [1], comment="d"), "# c\n\na: [1]  # d\n", id="comments"),
    pytest.param("# c", Put("a", 1), "# c\na: 1\n", id="a comment without a line break"),
    pytest.param(
        "---\n# c\n...\n", Put("a", 1), "---\n# c\na: 1\n...\n", id="a document of nothing"
    ),
    pytest.param("null\n", Put("a", 1), "a: 1\n", id="null"),
    pytest.param("{\n  # c\n}\n", Put("a", 1), "{\n  # c\n  a: 1\n}\n", id="a comment in braces"),
]


ROWS = [*IN_LINES, *FITTING, *IN_BRACKETS, *REPLACED, *REMOVED, *BEGUN]


@pytest.mark.parametrize(("text", "edit", "new"), ROWS)
def test_an_edit_changes_the_text_where_it_is_meant(text: str, edit: Edit, new: str) -> None:
    assert edit_text(text, [edit]) == new


def test_the_cases_are_all_different() -> None:
    rows = [(row.values[0], row.values[1]) for row in ROWS]

    assert len({repr(row) for row in rows}) == len(rows)


# Several edits


def test_each_path_is_meant_in_what_the_edits_before_it_left() -> None:
    text = "allow:\n  - a\n  - b  # two\ncors: {}\n"

    new = edit_text(
        text,
        [
            Insert("allow", "z", 0, comment="new"),
            Remove("allow/1"),
            Put("allow/1", "c"),
            Put("cors/max_age", 600),
            Remove("allow/0"),
            Insert("allow", "d"),
        ],
    )

    assert new == "allow:\n  - c  # two\n  - d\ncors: {max_age: 600}\n"


def test_what_comes_after_an_edit_moves_with_it() -> None:
    document = read_document("a:\n  - x\n  - k: v\nb:\n  - y\n", name="p.yaml")

    new = edit_document(document, [Insert("a", {"p": 1, "q": 2}, 0), Remove("b/0")])

    assert new == read_document("a:\n  - p: 1\n    q: 2\n  - x\n  - k: v\nb: []\n", name="p.yaml")
    assert new.span("a/2/k").line == 5


def test_a_document_that_was_read_already_is_not_read_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = "".join(f"k{number}: {number}\n" for number in range(100))
    document = read_document(text, name="p.yaml")
    seen: list[int] = []

    def read(part: str, *, name: str) -> Document:
        seen.append(len(part.splitlines()))
        return read_document(part, name=name)

    monkeypatch.setattr(simulator.edit, "read_document", read)
    new = edit_text(text, [Put("k50", "x")], document=document)

    assert new == text.replace("k50: 50\n", "k50: x\n")
    assert seen == [3]


def test_a_document_of_another_text_is_not_believed() -> None:
    document = read_document("a: [1]\n", name="p.yaml")

    assert edit_text("b: [2]\n", [Insert("b", 3)], document=document) == "b: [2, 3]\n"


def test_no_edit_leaves_the_text_alone() -> None:
    text = "a:   [ 1,2 ] # c"

    assert edit_text(text, []) == text
    assert edit_text(text, [Put("a", [1, 2], comment="no change"), Put("a/0", 1)]) == text


# What cannot be done


@pytest.mark.parametrize(
    ("text", "edit", "message"),
    [
        pytest.param(
            "a: &x [1]\nb: *x\n",
            Insert("b", 2),
            "what `b` holds stands in several places: `*x` repeats it; write it out in each of "
            "them first",
            id="an alias",
        ),
        pytest.param(
            "a: &x [1]\nb: *x\n",
            Insert("a", 2),
            "what `a` holds stands in several places: `*x` repeats it; write it out in each of "
            "them first",
            id="what an alias repeats",
        ),
        pytest.param(
            "a:\n  - &x\n    k: [1]\n  - *x\n",
            Put("a/0/k/0", 2),
            "what `a/0` holds stands in several places: `*x` repeats it; write it out in each of "
            "them first",
            id="something in what an alias repeats",
        ),
        pytest.param(
            "a:\n  - &x 1\n  - *x\n",
            Remove("a/0"),
            "what goes holds `&x`: `*x` repeats it elsewhere; write it out in each place first",
            id="what an alias elsewhere needs",
        ),
        pytest.param(
            "a: &x {p: 1}\nb:\n  <<: *x\n  q: 2\n",
            Put("b/p", 2),
            "`b/p` does not stand in its mapping: `<<` brings it there from another; change it "
            "where it comes from, or write it out first",
            id="what a merge brings",
        ),
        pytest.param(
            "a: &x {p: 1}\nb:\n  <<: *x\n  p: 2\n",
            Remove("b/p"),
            "the edit at `b/p` cannot be made in the policy's text: the text would not read as it "
            "should; change it by hand",
            id="what a merge would bring back",
        ),
        pytest.param(
            "a: 1\nb: 2\na: 3\n",
            Remove("a"),
            "the edit at `a` cannot be made in the policy's text: the text would not read as it "
            "should; change it by hand",
            id="a key that stands twice",
        ),
        pytest.param(
            "a: |\n  text",
            Put("b", 1),
            "nothing can be written below the policy's last line: a text in lines ends there "
            "without a line break, and would get one; end the policy with a line break",
            id="below a text that would get a line break",
        ),
        pytest.param(
            "a: [1\n",
            Put("b", 1),
            "the policy cannot be read as YAML from here on: line 2: while parsing a flow sequence "
            "expected ',' or ']', but got '<stream end>'; look at this line and the one before it",
            id="a text that cannot be read",
        ),
        pytest.param(
            "a: x\n",
            Put("b", "\ud800"),
            "the text holds half of a character: a surrogate stands alone in it; write the "
            "character itself",
            id="a text that cannot be written",
        ),
        pytest.param(
            "a: x\n",
            Remove("b"),
            "there is nothing at `b`: only what stands there can be removed",
            id="what is not there",
        ),
    ],
)
def test_what_cannot_be_done_truly_is_not_done(text: str, edit: Edit, message: str) -> None:
    with pytest.raises(Fault) as error:
        edit_text(text, [edit])

    assert str(error.value) == message


@pytest.mark.parametrize(
    ("text", "edit", "new"),
    [
        pytest.param(
            "a: &x [1]\nb: *x\nc: 2\n", Put("c", 3), "a: &x [1]\nb: *x\nc: 3\n", id="elsewhere"
        ),
        pytest.param("a: &x 1\nb: *x  # c\n", Put("b", 2), "a: &x 1\nb: 2  # c\n", id="an alias"),
        pytest.param("a: &x 1\nb: [*x, 2]\n", Remove("b/0"), "a: &x 1\nb: [2]\n", id="its item"),
        pytest.param("a: &x 1\nb: 2\n", Put("a", 2), "a: 2\nb: 2\n", id="an anchor nobody uses"),
        pytest.param(
            "a: &x {p: 1}\nb:\n  <<: *x\n",
            Put("b/q", 2),
            "a: &x {p: 1}\nb:\n  <<: *x\n  q: 2\n",
            id="a key beside a merge",
        ),
        pytest.param(
            "%YAML 1.1\n---\na: [1]\n",
            Insert("a", 2),
            "%YAML 1.1\n---\na: [1, 2]\n",
            id="another version of YAML",
        ),
        pytest.param(
            "b: 1\na: 1\nb: 2\n", Put("a", 2), "b: 1\na: 2\nb: 2\n", id="beside a key that is twice"
        ),
        pytest.param("a: !x 1\nb: 1\n", Put("b", 2), "a: !x 1\nb: 2\n", id="beside a tag"),
    ],
)
def test_what_stands_beside_anchors_and_mistakes_can_be_changed(
    text: str, edit: Edit, new: str
) -> None:
    assert edit_text(text, [edit]) == new


def test_a_document_without_its_text_cannot_be_changed() -> None:
    document = Document("p.yaml", {"a": 1}, {})

    with pytest.raises(Fault) as error:
        edit_document(document, [Put("a", 2)])

    assert str(error.value) == (
        "`p.yaml` has no text: it was made of data; read the text with `read_document`"
    )


# Differences


def test_a_difference_is_shown_with_three_lines_around_it() -> None:
    old = "".join(f"k{number}: {number}\n" for number in range(12))
    new = edit_text(old, [Put("k5", "x")])

    assert text_diff(old, new, name="p.yaml") == (
        "--- p.yaml\n+++ p.yaml (fixed)\n@@ -3,7 +3,7 @@\n k2: 2\n k3: 3\n k4: 4\n-k5: 5\n+k5: x\n"
        " k6: 6\n k7: 7\n k8: 8\n"
    )


@pytest.mark.parametrize(
    ("old", "new", "diff"),
    [
        pytest.param("a: 1\n", "a: 1\n", "", id="none"),
        pytest.param(
            "a: 1",
            "a: 2",
            "--- p\n+++ p (fixed)\n@@ -1 +1 @@\n-a: 1\n\\ No newline at end of file\n+a: 2\n"
            "\\ No newline at end of file\n",
            id="a text that ends without a line break",
        ),
        pytest.param(
            "", "a: 1\n", "--- p\n+++ p (fixed)\n@@ -0,0 +1 @@\n+a: 1\n", id="an empty text"
        ),
        pytest.param(
            "a: 1\r\n",
            "a: 2\r\n",
            "--- p\n+++ p (fixed)\n@@ -1 +1 @@\n-a: 1\r\n+a: 2\r\n",
            id="carriage returns",
        ),
    ],
)
def test_a_difference_is_what_patch_reads(old: str, new: str, diff: str) -> None:
    assert text_diff(old, new, name="p") == diff


# Properties


def is_in_order(some: Sequence[str], all_: Sequence[str]) -> bool:
    rest = iter(all_)
    return all(one in rest for one in some)


@given(texts(), st.data())
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_text_says_what_the_data_says_after_the_same_edits(
    text: str, data: st.DataObject
) -> None:
    document = read_document(text, name="p.yaml")
    assume(not document.problems)
    assume(text.endswith("\n") or not re.search("[|>]", text))  # a text may need its line break
    meant, done = document.data, []
    for _ in range(data.draw(st.integers(1, 3))):
        done.append(data.draw(edits(meant)))
        meant = edit_data(meant, done[-1:])

    new = edit_document(document, done)

    assert same(new.data, meant)
    assert new == read_document(new.text, name="p.yaml")
    assert is_in_order(comments(new.text), comments(text))
    assert new.text.startswith("\ufeff") == text.startswith("\ufeff")
    assert "\r\n" not in text or re.search(r"(?<!\r)\n", new.text) is None


@given(texts(), st.data())
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_is_inserted_and_removed_again_leaves_no_trace(text: str, data: st.DataObject) -> None:
    document = read_document(text, name="p.yaml")
    lists = [(path, len(v)) for path, v in values(document.data) if isinstance(v, list) and v]
    assume(not document.problems and lists and text.endswith("\n"))
    path, length = data.draw(st.sampled_from(lists))
    index = data.draw(st.integers(0 if path else 1, length))

    new = edit_document(document, [Insert(path, data.draw(st.sampled_from(VALUES)), index)])
    back = edit_document(new, [Remove(join(path, index))])

    assert comments(new.text) == comments(text)
    assert len(new.text) > len(text)
    assert back == document


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["x", "*", "a: b", "é"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("klmn"), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from("abc"), JSON, min_size=1), st.data())
@settings(max_examples=60, deadline=None)
def test_json_stays_json_as_it_was_printed(content: dict[str, Data], data: st.DataObject) -> None:
    manners = [{}, {"indent": 2}, {"indent": "\t"}, {"separators": (",", ":")}]
    manner = data.draw(st.sampled_from(manners))
    edit = data.draw(edits(content))
    meant = edit_data(content, [edit])
    assume(meant)

    new = edit_text(json.dumps(content, ensure_ascii=False, **manner), [edit])

    assert new == json.dumps(meant, ensure_ascii=False, **manner)
