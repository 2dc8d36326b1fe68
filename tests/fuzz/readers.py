"""Every reader of bytes from outside, as a function that may only return or refuse.

A `Reader` takes any bytes. It raises nothing but what its reader promises to raise; whatever
else comes out of it is a finding. A new reader is one more entry in `READERS`, with a seed or two
that it reads.
"""

import contextlib
import gzip
import io
import lzma
import shutil
import signal
import sqlite3
import tarfile
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from minimtl.advice.features import read_feature_set
from minimtl.audit.bingel import PATTERN, read_logs
from minimtl.audit.kerineclogs import (
    parse_efficiency,
    parse_features,
    parse_log,
    parse_scan,
    read_released,
)
from minimtl.audit.released import released_files
from minimtl.corpora.amazon import DOMAINS, LABELS, read_amazon
from minimtl.corpora.archives import GZIP_MAGIC, tar_members
from minimtl.corpora.files import read_text_set
from minimtl.corpora.newsgroups import TOPICS, read_newsgroups
from minimtl.corpora.packaged import unpack
from minimtl.errors import MinimtlError
from minimtl.jobs.store import SCHEMA, STORE_NAME, checksum, open_existing_store, open_store
from minimtl.models.saving import load_model, save_model
from minimtl.models.textmodel import TextModel
from minimtl.nn.classifier import MultiTaskMLPClassifier
from minimtl.stats.logistic import LogisticRegression
from minimtl.tasks.modeljobs import JobResult, decode, encode
from minimtl.tasks.readmanifest import NAME as MANIFEST
from minimtl.tasks.readmanifest import read_manifest
from minimtl.text.tfidf import TfidfVectorizer
from tests.fuzz.matrices import use_matrix


class Reader(NamedTuple):
    """`read` takes bytes and an empty folder to work in, and may raise `refusal`."""

    read: Callable[[bytes, Path], object]
    seeds: tuple[bytes, ...]
    refusal: type[Exception] = MinimtlError

    def __call__(self, content: bytes, folder: Path) -> None:
        """Read `content`; every exception but a refusal in one sentence comes through."""
        folder.mkdir()
        try:
            self.read(content, folder)
        except self.refusal as error:
            if not str(error) or "\n" in str(error):
                raise AssertionError("a refusal that is not one sentence") from error
        finally:
            shutil.rmtree(folder)


def _saved(read: Callable[[Path], object], name: str) -> Callable[[bytes, Path], object]:
    """A reader of a file, as one of bytes."""

    def read_bytes(content: bytes, folder: Path) -> object:
        (folder / name).write_bytes(content)
        return read(folder / name)

    return read_bytes


def _tar(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def _gzipped(read: Callable[[Path], object]) -> Callable[[bytes, Path], object]:
    """A reader of a .tar.gz, given the tar: behind gzip's checksum no mutation would be seen."""

    def read_bytes(content: bytes, folder: Path) -> object:
        is_packed = content.startswith(GZIP_MAGIC)
        path = folder / "any.tar.gz"
        path.write_bytes(content if is_packed else gzip.compress(content, 1, mtime=0))
        return read(path)

    return read_bytes


POSTS = {
    f"20news-bydate-{part}/{topic}/1": f"From: a\n\n{topic} words\n".encode()
    for part in ("train", "test")
    for topic in TOPICS
}


def _read_reviews(content: bytes, folder: Path) -> object:
    for domain in DOMAINS:
        (folder / domain).mkdir()
        for label in LABELS:
            path = folder / domain / f"{label}.review"
            path.write_bytes(f"a:1 b_c:2 #label#:{label}\n".encode())
    (folder / DOMAINS[0] / "positive.review").write_bytes(content)
    return read_amazon(folder)


LOG_LINE = b"Epoch 0, loss 0.69, val_loss 0.69, cacc 0.5, acc 0.5, val_acc 0.5, f1 0.5\n"
JOINT_LINE = (
    b"Epoch 0, cacc 0.5, f1 0.5, activation_62_loss 0.69, activation_62_acc 0.5, "
    b"val_activation_62_acc 0.5\n"
)
EFFICIENCY = b"All features\nAccuracy 0.75 (+/- 0.1)\nCoeffs [" + b" ".join([b"0.5"] * 30) + b"]\n"


def _npz(save: Callable[..., None] = np.savez, **arrays: Any) -> bytes:
    buffer = io.BytesIO()
    save(buffer, **arrays)
    return buffer.getvalue()


FEATURES = _npz(arr_0=np.zeros((2, 30)))
CSR = {"data": np.ones(3), "indices": np.arange(3), "indptr": np.arange(4), "shape": [3, 3]}
FEATURE_SETS = (
    _npz(X=np.eye(3), y=np.array(["a", "b", "a"])),
    _npz(np.savez_compressed, X=np.eye(3), y=np.array(["a", "b", "a"])),
    _npz(**CSR, y=np.arange(3)),
)
SCAN = (
    b"5\n\nGlobal mean: 0.1\n\nnb improvment: 9.8 compare to 52\n\n"
    b"mean simple 0.5\nmean multi 0.5\n"
)
LOGS_OF_BINGEL = {
    "logs/a/loss_tr.log": b"Iter 10, task a, loss 7.16\n",
    "logs/a/loss_dv.log": b"Iter 100, task a, loss 7, acc 0.5, f1 0.5\n",
}
LOGS_OF_KERINEC = {
    "exp1_0/results200/simple/rec.autos_sci.med": LOG_LINE,
    "exp1_0/results200/80array_features_log_reg.npz": FEATURES,
    "exp1_0/results200/efficiency_epoch80": EFFICIENCY,
    "gains_1": SCAN,
}
IDENTITY = {"seed": 1, "backend": "numpy"}


def _read_store(content: bytes, folder: Path) -> None:
    """As a report does, and as a resumed study does, which may set it aside."""
    (folder / STORE_NAME).write_bytes(content)
    with contextlib.suppress(MinimtlError), open_existing_store(folder) as store:
        assert all(isinstance(store[key], bytes) for key in store)
    with open_store(folder, IDENTITY, announce=lambda line: None) as store:
        assert all(isinstance(store[key], bytes) for key in store)


def _read_forged(content: bytes, folder: Path) -> None:
    """A store whose checksums are right and whose values are whatever somebody put there.

    The bytes are an identity, a key and a result, between bytes 0xFF.
    """
    identity, key, payload = (content + b"\xff\xff").split(b"\xff")[:3]
    row = (identity, checksum(b"identity", identity))
    result = (key, payload, checksum(key, payload))
    with contextlib.closing(sqlite3.connect(folder / "forged")) as connection, connection:
        connection.executescript(";".join(["PRAGMA page_size = 4096", *SCHEMA]))
        connection.execute("INSERT INTO identity VALUES (CAST(? AS TEXT), ?)", row)
        connection.execute("INSERT INTO results VALUES (CAST(? AS TEXT), ?, ?)", result)
    _read_store((folder / "forged").read_bytes(), folder)


def _store_bytes() -> bytes:
    with tempfile.TemporaryDirectory() as name:
        with open_store(Path(name), IDENTITY, announce=print) as store:
            store.add((f"{number:064x}", bytes([number]) * 900) for number in range(12))
        return (Path(name) / STORE_NAME).read_bytes()


SCORES = dict.fromkeys(("accuracy", "f1", "f1_negative", "log_loss"), np.ones((2, 2)))
RESULT = encode(JobResult(np.ones((2, 3)), np.array([0, 2]), SCORES, 0.5))
MANIFEST_TEXT = (
    b'{"minimtl": "0", "finished": true, "features": "code", "command": ["study"], '
    b'"identity": {"seed": 0, "backend": "numpy"}, "protocols": {"paper": {}}, "problems": '
    b'{"paper": {"related": {"pairs": 52, "runs": 5}}}, "corpus": '
    b'{"edition": "bydate", "source": "a", "sha256": "b", "digest": "c", "train": 2, "test": 1, '
    b'"tree": {"a": {"b": ["c", "d"], "e": ["f", "g"]}}}}'
)


def _models() -> tuple[bytes, ...]:
    vectorizer = TfidfVectorizer()
    X, y = vectorizer.fit_transform(["one two", "two three"]), ["a", "b"]
    logistic = LogisticRegression().fit(X, y)
    fitted = (
        vectorizer,
        logistic,
        MultiTaskMLPClassifier((2,), n_epochs=1, random_state=0).fit(X, y),
        TextModel([vectorizer], [logistic], {"way": "alone"}),
    )
    with tempfile.TemporaryDirectory() as name:
        for model in fitted:
            save_model(model, Path(name, type(model).__name__))
        return tuple(path.read_bytes() for path in sorted(Path(name).iterdir()))


MODELS = _models()


def _members(model: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(model)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _use_forged(content: bytes, folder: Path) -> None:
    """Load a model whose description is these bytes, behind right checksums, and use it.

    The arrays are those of one of the `MODELS`. What is loaded must be of use within seconds.
    """
    for model in MODELS:
        with zipfile.ZipFile(folder / "model", "w") as archive:
            for name, member in (_members(model) | {"model.json": content}).items():
                archive.writestr(name, member)
        with contextlib.suppress(MinimtlError):
            with time_limit(5):
                _use(load_model(folder / "model"))
            return
    load_model(folder / "model")


def _use(model: Any) -> None:
    """Predict and train on; a model that tells of its input what is wrong raises ValueError."""
    texts = ["a" * 3000 + "!", "one two " * 200]
    with warnings.catch_warnings(), contextlib.suppress(ValueError):
        warnings.simplefilter("ignore")
        if isinstance(model, TfidfVectorizer):
            model.set_output(transform="default").transform(texts)
        elif isinstance(model, TextModel):
            model.predict(texts)
        else:
            X = np.ones((2, model.n_features_in_))
            model.predict_proba(X)
            if isinstance(model, MultiTaskMLPClassifier) and not isinstance(model.classes_, list):
                model.partial_fit(X, model.classes_[:2])


@contextlib.contextmanager
def time_limit(seconds: int) -> Iterator[None]:
    """AssertionError in what takes longer."""

    def give_up(*_: object) -> None:
        raise AssertionError(f"not done after {seconds} s")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


READERS = {
    "tar": Reader(
        _gzipped(lambda path: list(tar_members(path))),
        (_tar({"a/b": b"x" * 700, "c": b""}), gzip.compress(_tar({"a": b"x"}), mtime=0)),
    ),
    "bydate": Reader(_gzipped(read_newsgroups), (_tar(POSTS),)),
    "packaged": Reader(_saved(unpack, "words.xz"), (lzma.compress(b"{}\na\nb\n" * 9),)),
    "reviews": Reader(_read_reviews, (b"a:1 b_c:2 #label#:positive\n" * 2,)),
    "csv": Reader(_saved(read_text_set, "a.csv"), (b'text,label\n"one, two",a\nthree,b\n',)),
    "tsv": Reader(_saved(read_text_set, "a.tsv"), (b"label\ttext\na\tone two\nb\tthree\n",)),
    "fasttext": Reader(_saved(read_text_set, "a.txt"), (b"__label__a one\n__label__b two\n",)),
    "jsonl": Reader(_saved(read_text_set, "a.jsonl"), (b'{"text": "one", "label": "a"}\n' * 2,)),
    "npz": Reader(_saved(read_feature_set, "a.npz"), FEATURE_SETS),
    "log": Reader(lambda content, _: parse_log(content, "a.log"), (LOG_LINE, JOINT_LINE)),
    "features": Reader(lambda content, _: parse_features(content, "a.npz"), (FEATURES,)),
    "efficiency": Reader(lambda content, _: parse_efficiency(content, "a"), (EFFICIENCY,)),
    "scan": Reader(lambda content, _: parse_scan(content, "a"), (SCAN,)),
    "bingel": Reader(
        _gzipped(lambda path: read_logs(released_files(path, PATTERN))), (_tar(LOGS_OF_BINGEL),)
    ),
    "released": Reader(_gzipped(read_released), (_tar(LOGS_OF_KERINEC),)),
    "result": Reader(lambda content, _: decode(content), (RESULT,), ValueError),
    "manifest": Reader(_saved(lambda path: read_manifest(path.parent), MANIFEST), (MANIFEST_TEXT,)),
    "model": Reader(_saved(load_model, "any.npz"), MODELS),
    "forged model": Reader(_use_forged, tuple(_members(model)["model.json"] for model in MODELS)),
    "matrix": Reader(
        lambda content, _: use_matrix(content),
        (
            bytes([0, 2, 4, 3, 0, 0, 1, 2, 3, 0, 1, 3]),  # csr, 3 rows
            bytes([1, 2, 5, 3, 1, 0, 1, 2, 3, 3, 0, 1, 2]),  # csc
            bytes([3, 2, 3, 3, 0, 0, 1, 2, 3, 0, 1]),  # coo
            bytes([4, 2, 2, 2, 0, 0, 1, 0, 0]),  # dia
            bytes([5, 2, 2, 2, 0, 0, 1, 0, 0]),  # lil
            bytes([6, 2, 2, 2, 0, 0, 1, 0, 1]),  # dok
        ),
        ValueError,
    ),
    "store": Reader(_read_store, (_store_bytes(),)),
    "forged store": Reader(
        _read_forged, (b'{"backend": "numpy", "seed": 1, "store_format": 3}\xffk\xffp',)
    ),
}
