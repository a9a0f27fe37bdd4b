"""The small part of JSON Schema 2020-12 that bodies and parameters need: builders, and a check with clear faults."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

Shape = dict[str, Any]
_KINDS: dict[str, tuple[type, ...]] = {
    "string": (str,), "integer": (int,), "number": (int, float), "boolean": (bool,), "array": (list,),
    "object": (dict,), "null": (type(None),),
}


def text(most: int = 1000, least: int = 0, **more: Any) -> Shape:
    """A string of ``least`` to ``most`` characters."""
    return {"type": "string", "maxLength": most, **({"minLength": least} if least else {}), **more}


def number(least: int = 0, most: int | None = None, **more: Any) -> Shape:
    """A whole number."""
    return {"type": "integer", "minimum": least, **({"maximum": most} if most is not None else {}), **more}


def one_of(*values: str, **more: Any) -> Shape:
    """One of these words."""
    return {"type": "string", "enum": list(values), **more}


def array(of: Shape, most: int | None = None) -> Shape:
    """A list."""
    return {"type": "array", "items": of, **({"maxItems": most} if most is not None else {})}


def thing(_optional: tuple[str, ...] = (), **properties: Shape) -> Shape:
    """An object with these members and no others; all but ``_optional`` are there."""
    required = [name for name in properties if name not in _optional]
    return {"type": "object", "properties": properties, "additionalProperties": False,
            **({"required": required} if required else {})}


def parts(**properties: Shape) -> Shape:
    """An object of which any of these members may be given, at least one: what a PATCH takes."""
    return {"type": "object", "properties": properties, "additionalProperties": False, "minProperties": 1}


def ref(name: str) -> Shape:
    """The shape of this name among the components."""
    return {"$ref": f"#/components/schemas/{name}"}


def maybe(shape: Shape) -> Shape:
    """The shape, or null."""
    if "$ref" in shape:
        return {"anyOf": [shape, {"type": "null"}]}
    kinds = shape["type"] if isinstance(shape["type"], list) else [shape["type"]]
    return {**shape, "type": [*kinds, "null"], **({"enum": [*shape["enum"], None]} if "enum" in shape else {})}


FLAG: Shape = {"type": "boolean"}
REAL: Shape = {"type": "number"}
ANY_TEXT: Shape = {"type": "string"}
DAY: Shape = {"type": "string", "format": "date"}
MOMENT: Shape = {"type": "string", "format": "date-time"}
KEY: Shape = {"type": "string", "pattern": "^[0-9A-Za-z]{10}$", "minLength": 10, "maxLength": 10}
COUNT = number()


def fault(shape: Mapping[str, Any], value: Any, named: Mapping[str, Shape], place: str = "") -> str:
    """What is wrong with ``value``, in one sentence with its place; empty when nothing is.

    ``named``: shapes by name, for references. Checked: type, enum, lengths, bounds, pattern, date, members, items.
    """
    here = place or "the body"
    if "$ref" in shape:
        return fault(named[shape["$ref"].rpartition("/")[2]], value, named, place)
    if "anyOf" in shape:
        found = [fault(one, value, named, place) for one in shape["anyOf"]]
        return "" if "" in found else found[0]
    kinds = shape.get("type", [])
    kinds = kinds if isinstance(kinds, list) else [kinds]
    if kinds and not any(_is(kind, value) for kind in kinds):
        return f"{here}: expected {' or '.join(kinds)}"
    if "enum" in shape and value not in shape["enum"]:
        return f"{here}: one of {', '.join(str(one) for one in shape['enum'])}"
    if isinstance(value, str):
        return _text_fault(shape, value, here)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _number_fault(shape, value, here)
    if isinstance(value, list):
        return _list_fault(shape, value, named, here)
    return _object_fault(shape, value, named, place) if isinstance(value, dict) else ""


def _is(kind: str, value: Any) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    if kind == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, _KINDS[kind])


def _text_fault(shape: Mapping[str, Any], value: str, here: str) -> str:
    if len(value) < shape.get("minLength", 0):
        return f"{here}: at least {shape['minLength']} characters"
    if len(value) > shape.get("maxLength", len(value)):
        return f"{here}: at most {shape['maxLength']} characters"
    if "pattern" in shape and not re.search(shape["pattern"], value):
        return f"{here}: must match {shape['pattern']}"
    if shape.get("format") == "date":
        try:
            if len(value) != 10:
                raise ValueError
            date.fromisoformat(value)
        except ValueError:
            return f"{here}: a day, as in 2026-05-12"
    return ""


def _number_fault(shape: Mapping[str, Any], value: float, here: str) -> str:
    if value < shape.get("minimum", value) or value > shape.get("maximum", value):
        return f"{here}: a number from {shape.get('minimum', '-∞')} to {shape.get('maximum', '∞')}"
    return ""


def _list_fault(shape: Mapping[str, Any], value: list[Any], named: Mapping[str, Shape], here: str) -> str:
    if len(value) > shape.get("maxItems", len(value)) or len(value) < shape.get("minItems", 0):
        return f"{here}: from {shape.get('minItems', 0)} to {shape.get('maxItems', 'any number of')} items"
    return next((said for place, one in enumerate(value)
                 if (said := fault(shape.get("items", {}), one, named, f"{here}[{place}]"))), "")


def _object_fault(shape: Mapping[str, Any], value: dict[str, Any], named: Mapping[str, Shape], place: str) -> str:
    properties = shape.get("properties", {})
    inside = f"{place}." if place else ""
    for name in shape.get("required", ()):
        if name not in value:
            return f"{inside}{name}: is missing"
    if len(value) < shape.get("minProperties", 0):
        return f"{place or 'the body'}: needs one of {', '.join(properties)}"
    for name, one in value.items():
        if name not in properties:
            if shape.get("additionalProperties") is False:
                return f"{inside}{name[:60]}: there is no such member; known: {', '.join(properties) or 'none'}"
            continue
        if said := fault(properties[name], one, named, f"{inside}{name}"):
            return said
    return ""
