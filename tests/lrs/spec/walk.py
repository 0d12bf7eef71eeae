"""A JSON Schema walked along a statement: which closed objects it has, and which property of which a pointer leads to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonschema

Node = dict[str, Any]
Property = tuple[str, str]
FREE = ({"type": "string"}, {"type": "boolean"}, {"type": "number"})


def at(instance: Any, place: str) -> Any:
    """The value at a pointer."""
    for key in place.split("/")[1:]:
        instance = instance[int(key)] if isinstance(instance, list) else instance[key]
    return instance


def closed(schema: Node) -> dict[str, Node]:
    """The objects that name their properties and admit no others."""
    named = {"statement": schema, **schema["$defs"]}
    return {name: node for name, node in named.items() if node.get("additionalProperties") is False}


def properties(schema: Node) -> dict[Property, Node]:
    return {(name, key): one for name, node in closed(schema).items() for key, one in node["properties"].items()}


def applying(schema: Node, node: Any, instance: Any) -> Iterator[Node]:
    """A node and all that it refers to, as far as it applies to the instance."""
    if not isinstance(node, dict):
        return
    yield node
    if "$ref" in node:
        yield from applying(schema, schema["$defs"][node["$ref"].rpartition("/")[2]], instance)
    for one in node.get("allOf", ()):
        yield from applying(schema, one, instance)
    if "if" in node:
        holds = jsonschema.Draft202012Validator({**node["if"], "$defs": schema["$defs"]}).is_valid(instance)
        yield from applying(schema, node.get("then" if holds else "else"), instance)


def reached(schema: Node, instance: Any, place: str) -> set[str]:
    """The names of the closed objects that describe what is at the place."""
    nodes = [schema]
    for key in place.split("/")[1:]:
        whole = [one for node in nodes for one in applying(schema, node, instance)]
        if isinstance(instance, list):
            nodes, instance = [one["items"] for one in whole if "items" in one], instance[int(key)]
        else:
            nodes, instance = [one["properties"][key] for one in whole if key in one.get("properties", ())], instance[key]
    names = {id(node): name for name, node in closed(schema).items()}
    return {names[id(one)] for node in nodes for one in applying(schema, node, instance) if id(one) in names}


def is_free(schema: Node, node: Node) -> bool:
    """Whether any value of its type is right."""
    return {key: value for key, value in node.items() if key != "description"} in FREE


def optional(owner: Node) -> set[str]:
    """Properties that may be missing whatever else is there."""
    alternatives = {key for one in owner.get("anyOf", ()) for key in one["required"]}
    needed = {key for keys in owner.get("dependentRequired", {}).values() for key in keys}
    return set(owner["properties"]) - set(owner.get("required", ())) - alternatives - needed
