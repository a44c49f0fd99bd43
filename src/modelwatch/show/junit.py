"""A comparison as JUnit XML: one test case per column and one for the tables, for the pages of build servers.

Read from the JSON of `compare`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from modelwatch.domain.errors import InputError
from modelwatch.domain.measurement import Status


def write_junit(result: Mapping[str, Any], path: Path, *, fail_on: str) -> None:
    """Write the file; a case fails from the severity `fail_on` on.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    try:
        path.write_text(junit(result, fail_on=fail_on) + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}") from None


def junit(result: Mapping[str, Any], *, fail_on: str) -> str:
    """The XML of a comparison.

    Examples
    --------
    >>> column = {"column": "temp", "status": "critical", "metrics": {"psi": {"value": 0.3}}, "reason": None}
    >>> print(junit({"columns": [column], "quality": []}, fail_on="critical"))
    <testsuite name="modelwatch compare" tests="2" failures="1" skipped="0"><testcase ...
    """
    cases = [_column(each, result["quality"], fail_on) for each in result["columns"]]
    cases.append(_case("(table)", _worst(None, result["quality"], fail_on), ""))
    suite = ElementTree.Element(
        "testsuite",
        name="modelwatch compare",
        tests=str(len(cases)),
        failures=str(sum(case.find("failure") is not None for case in cases)),
        skipped=str(sum(case.find("skipped") is not None for case in cases)),
    )
    suite.extend(cases)
    return ElementTree.tostring(suite, encoding="unicode")


def _column(column: Mapping[str, Any], quality: list[Mapping[str, Any]], fail_on: str) -> ElementTree.Element:
    told = _worst(column["column"], quality, fail_on)
    if not told and _fails(column["status"], fail_on):
        told = f"{column['status']}: psi {column['metrics'].get('psi', {}).get('value')}"
    return _case(column["column"], told, column["reason"] if column["status"] == Status.NOT_COMPUTED else "")


def _case(name: str, failure: str, skipped: str) -> ElementTree.Element:
    case = ElementTree.Element("testcase", classname="modelwatch.compare", name=_printable(name))
    if failure:
        ElementTree.SubElement(case, "failure", message=_printable(failure))
    elif skipped:
        ElementTree.SubElement(case, "skipped", message=_printable(skipped))
    return case


def _worst(column: str | None, quality: list[Mapping[str, Any]], fail_on: str) -> str:
    found = [each for each in quality if each["column"] == column and _fails(each["status"], fail_on)]
    return "; ".join(each["message"] for each in found)


def _fails(status: str, fail_on: str) -> bool:
    return Status(status).rank >= Status(fail_on).rank


def _printable(text: str) -> str:
    """Text without the control characters that XML cannot hold."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)
