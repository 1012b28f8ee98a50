"""A load test's verdict as JUnit XML, for a build server: one test case a finding. Pure.

A missed objective is a failure; a run that proves nothing is an error.
"""

from __future__ import annotations

from xml.etree import ElementTree as Xml  # written here, never read

from foundation.verdict import Finding, Verdict, Weight
from loadtests.judging.measurements import Measurements


def document(measured: Measurements, verdict: Verdict) -> str:
    """The document, with the run's facts as properties."""
    broken = verdict.broken
    invalid = sum(finding.weight is Weight.VALIDITY for finding in broken)
    job = measured.job
    suite = Xml.Element(
        "testsuite",
        name=f"peakproof load {job.run}",
        tests=str(len(verdict.findings)),
        failures=str(len(broken) - invalid),
        errors=str(invalid),
        skipped="0",
        time=f"{job.duration:g}",
    )
    properties = Xml.SubElement(suite, "properties")
    facts = {"verdict": verdict.status, "target": job.target, "journey": job.main, "profile": job.profile,
             "rate": f"{job.rate:g}/s", "seed": str(job.seed)}  # fmt: skip
    for name, value in facts.items():
        Xml.SubElement(properties, "property", name=name, value=_legal(value))
    suite.extend(_case(finding) for finding in verdict.findings)
    Xml.indent(suite)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(suite, encoding="unicode") + "\n"


def _case(finding: Finding) -> Xml.Element:
    case = Xml.Element("testcase", classname=f"load.{finding.weight}", name=_legal(finding.name), time="0")
    seen = f"expected: {finding.expected}\nobserved: {finding.observed}\n{finding.reason}".rstrip()
    if finding.holds:
        Xml.SubElement(case, "system-out").text = _legal(seen)
    else:
        kind = "error" if finding.weight is Weight.VALIDITY else "failure"
        told = Xml.SubElement(case, kind, message=_legal(f"{finding.name}: {finding.observed}"))
        told.text = _legal(seen)
    return case


def _legal(text: str) -> str:
    """Without what XML 1.0 has no way to say: control characters, half of a surrogate pair."""
    return "".join(letter if _is_legal(letter) else "?" for letter in text)


def _is_legal(letter: str) -> bool:
    if letter < " ":
        return letter in "\n\t"
    return not ("\ud800" <= letter <= "\udfff" or letter in "\ufffe\uffff")
