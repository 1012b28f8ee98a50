"""Sample "production" data: made by the platform's own generator, cached as files of CSV."""

from __future__ import annotations

import hashlib
import importlib.util
import shutil
import sys
import tempfile
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, cast

import pyarrow as pa
from pyarrow import csv

from anonymizer import engines
from foundation import folders
from foundation.errors import InputError, PeakproofError


class Generator(Protocol):
    """What a platform's sample offers: its version, and its tables in the order of foreign keys."""

    VERSION: str

    def tables(self, size: int, seed: int) -> Iterable[tuple[str, pa.Table]]: ...


def default_cache() -> Path:
    """Where samples are kept between runs."""
    return folders.cache() / "samples"


def load_sample(module: Path, size: int, seed: int, dsn: str, cache: Path | None = None) -> dict[str, int]:
    """Fills a migrated and empty database; returns the rows by table. Generates only what is not cached.

    Raises InputError (no such generator, tables that do not fit), Refused (the database holds
    rows), Unavailable.
    """
    folder = cached(module, size, seed, cache or default_cache())
    files = {file.stem.partition("-")[2]: file for file in sorted(folder.glob("*.csv"))}
    return engines.load_sample(dsn, files)


def cached(module: Path, size: int, seed: int, cache: Path) -> Path:
    """The folder with the sample's files, made if it is not there: whole or not at all."""
    generator = _generator(module)
    folder = cache / f"{module.parent.name}-{generator.VERSION}-{_source(module)}-{size}-{seed}"
    if folder.is_dir():
        return folder
    cache.mkdir(parents=True, exist_ok=True)
    making = Path(tempfile.mkdtemp(prefix=".making-", dir=cache))
    try:
        with _failures_told(module):
            for number, (name, table) in enumerate(generator.tables(size, seed)):
                _write(making / f"{number:03d}-{name}.csv", table)
        making.rename(folder)
    except OSError:
        # Another process may have been first; any other failure is one.
        if not folder.is_dir():
            raise
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return folder


def _source(module: Path) -> str:
    """What tells one generator's text from another's."""
    files = sorted(module.rglob("*.py")) if module.is_dir() else [module]
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.relative_to(module)}\n".encode() + file.read_bytes())
    return digest.hexdigest()[:12]


def check(module: Path) -> None:
    """Raises InputError when that is no sample generator. Makes no row."""
    _generator(module)


def _generator(module: Path) -> Generator:
    """The generator: one file, or a package, whose modules import each other relatively."""
    name, package = f"sample_of_{module.parent.name}", [str(module)] if module.is_dir() else None
    file = module / "__init__.py" if package else module
    spec = importlib.util.spec_from_file_location(name, file, submodule_search_locations=package)
    if spec is None or spec.loader is None or not file.is_file():
        raise InputError(
            "no such sample generator", where=str(module), hint="platform.yaml names it as `sample`"
        )
    loaded = importlib.util.module_from_spec(spec)
    for stale in [known for known in sys.modules if known.startswith(f"{name}.")]:
        del sys.modules[stale]
    # Dataclasses and relative imports look their module up by name while it is being run.
    sys.modules[name] = loaded
    with _failures_told(module):
        spec.loader.exec_module(loaded)
    missing = [name for name in ("VERSION", "tables") if not hasattr(loaded, name)]
    if missing:
        raise InputError(f"does not define {' and '.join(missing)}", where=str(module))
    return cast(Generator, loaded)


@contextmanager
def _failures_told(module: Path) -> Iterator[None]:
    """The generator is its author's program: what it raises is told with its own file and line."""
    try:
        yield
    except (OSError, PeakproofError):
        raise
    except Exception as error:
        what = f"the sample generator fails: {type(error).__name__}: {error}"
        raise InputError(what, where=_place(module, error)) from error


def _place(module: Path, error: Exception) -> str:
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno}"
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).is_relative_to(module)]
    return f"{own[-1].filename}:{own[-1].lineno}" if own else str(module)


def _write(file: Path, table: pa.Table) -> None:
    """CSV with a header line, which names the columns; every value quoted, NULL as nothing."""
    with file.open("wb") as sink:
        csv.write_csv(table, sink, csv.WriteOptions(batch_size=1 << 16, quoting_style="all_valid"))
