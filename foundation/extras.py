"""What is installed beside the command and its environments: the extras of the distribution.

Looks for packages and imports none of them, so that a command which lacks one says so at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.util import find_spec

from foundation.errors import Unavailable

# Extra -> the modules by which it is known; pyproject.toml names the distributions.
EXTRAS: Mapping[str, tuple[str, ...]] = {
    "anonymizer": (
        "adbc_driver_manager", "adbc_driver_postgresql", "faker", "llvmlite", "numba", "numpy", "polars",
        "psycopg", "pyarrow", "pymysql", "pyrage",
    ),
    "loadtests": ("amqp", "httptools", "locust", "numpy"),
    "infra": ("pulumi", "pulumi_docker"),
    "hosts": ("ansible", "ansible_runner"),
    "spark": ("pandas", "pyspark"),
}  # fmt: skip
REHEARSAL = ("anonymizer", "loadtests")


def lacking(extra: str) -> list[str]:
    """The packages of an extra that are not installed, by the names they are imported by."""
    return [module for module in EXTRAS[extra] if find_spec(module) is None]


def require(what: str, *extras: str) -> None:
    """Raises Unavailable where an extra that `what` needs is missing, with how it is installed."""
    missing = {extra: modules for extra in extras if (modules := lacking(extra))}
    if missing:
        names = ",".join(missing)
        raise Unavailable(
            f"{what} needs peakproof[{names}], which is not installed",
            detail=[_partly(extra, modules) for extra, modules in missing.items() if _begun(extra, modules)],
            hint=how(*missing),
        )


def _begun(extra: str, modules: Sequence[str]) -> bool:
    return len(modules) < len(EXTRAS[extra])


def _partly(extra: str, modules: Sequence[str]) -> str:
    return f"of {extra} only these are missing: {', '.join(modules)}"


def how(*extras: str) -> str:
    """How extras are installed."""
    names = ",".join(extras)
    return f"pip install 'peakproof[{names}]'; in a clone, pip install '.[{names}]' (docs/install.md)"
