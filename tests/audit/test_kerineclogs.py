"""The readers of the authors' files of every kind: whole, damaged and hostile bytes."""

import io
import pickle
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimtl.audit.kerineclogs import (
    ScannedEpoch,
    parse_document_ids,
    parse_efficiency,
    parse_features,
    parse_log,
    parse_scan,
)
from minimtl.errors import MinimtlError
from tests.audit.madeup import EFFICIENCY, ids_npz, npz

LINE = "Epoch 0, loss 0.7, val_loss 0.7, cacc 0.5, acc 0.5, val_acc 0.5, f1 0.0, p 0.0, r 0.0"


class TestLogs:
    @pytest.mark.parametrize(
        "line",
        [
            LINE.replace("Epoch 0", "Epoch 1"),
            LINE.replace("loss 0.7,", "loss nan,", 1),
            LINE.replace("loss 0.7,", "loss 1e999,", 1),
            LINE.replace("loss 0.7,", "loss 0_7,", 1),
            LINE.replace("loss 0.7,", "loss -0.7,", 1),
            LINE.replace("f1 0.0", "f1 1.5"),
            LINE.replace("f1 0.0,", ""),
            LINE + " stray",
            LINE + " f1 0.4",
            "\x00" + LINE,
            "activation_" * 10_000,
        ],
    )
    def test_a_bad_line_is_named(self, line):
        with pytest.raises(MinimtlError, match=r"some\.log, line 1:"):
            parse_log(line.encode(), "some.log")

    def test_bytes_that_are_no_text(self):
        with pytest.raises(MinimtlError, match="line 2"):
            parse_log(LINE.encode() + b"\n\xff\xfe", "some.log")

    def test_an_empty_log(self):
        with pytest.raises(MinimtlError, match="empty"):
            parse_log(b"", "some.log")

    @given(st.integers(0, len(LINE) - 1), st.characters(max_codepoint=127))
    def test_a_changed_character_gives_finite_values_or_is_refused(self, place, character):
        line = LINE[:place] + character + LINE[place + 1 :]
        try:
            log = parse_log(line.encode(), "some.log")
        except MinimtlError:
            return
        assert np.isfinite([log.loss, log.printed_accuracy, log.accuracy, log.f1]).all()


class TestFeatures:
    def test_a_table_comes_back(self):
        table = np.random.default_rng(0).normal(size=(7, 30))
        np.testing.assert_array_equal(parse_features(npz(table), "f.npz", 30), table)

    @pytest.mark.parametrize(
        "array",
        [
            np.ones((7, 29)),
            np.ones(30),
            np.ones((7, 30), dtype=np.float32),
            np.array([["=cmd()"] * 30]),
            np.asfortranarray(np.random.default_rng(0).normal(size=(7, 30))),
        ],
    )
    def test_another_array_is_refused(self, array):
        with pytest.raises(MinimtlError, match=r"f\.npz is no table of 30 features"):
            parse_features(npz(array), "f.npz", 30)

    def test_a_value_that_is_not_finite_is_named(self):
        table = np.ones((7, 30))
        table[4, 2] = np.nan
        with pytest.raises(MinimtlError, match=r"f\.npz, row 5"):
            parse_features(npz(table), "f.npz", 30)

    def test_nothing_is_unpickled(self):
        class Bomb:
            def __reduce__(self):
                return pytest.fail, ("unpickled",)

        objects = np.array([[Bomb()] * 30], dtype=object)
        for content in (npz(objects), pickle.dumps(Bomb())):
            with pytest.raises(MinimtlError, match="no table"):
                parse_features(content, "f.npz", 30)

    def test_a_header_that_promises_too_much(self):
        header = io.BytesIO()
        np.lib.format.write_array_header_1_0(
            header, {"descr": "<f8", "fortran_order": False, "shape": (10**12, 30)}
        )
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("arr_0.npy", header.getvalue() + b"\0" * 240)
        with pytest.raises(MinimtlError, match="no table"):
            parse_features(buffer.getvalue(), "f.npz", 30)

    def test_a_zip_bomb(self):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("arr_0.npy", bytes(20 * 2**20))
        with pytest.raises(MinimtlError, match="no table"):
            parse_features(buffer.getvalue(), "f.npz", 30)

    WHOLE = npz(np.random.default_rng(0).normal(size=(3, 30)))

    @given(st.integers(0, len(WHOLE) - 1), st.integers(0, 255))
    def test_a_changed_byte_gives_a_finite_table_or_is_refused(self, place, byte):
        damaged = bytearray(self.WHOLE)
        damaged[place] = byte
        try:
            table = parse_features(bytes(damaged), "f.npz", 30)
        except MinimtlError:
            return
        assert table.shape[1] == 30
        assert np.isfinite(table).all()


class TestEfficiency:
    @pytest.mark.parametrize("numbers", ["", "0.5 " * 29, "0.5 " * 29 + "nan", "x " * 30])
    def test_other_than_30_coefficients(self, numbers):
        with pytest.raises(MinimtlError, match=r"eff does not list 30"):
            parse_efficiency(EFFICIENCY.format(numbers).encode(), "eff")


BLOCK = (
    "{}\n\nGlobal mean: {}\n\nnb improvment: {} compare to {}\n\n"
    "mean simple {}\nmean multi {}\n\n\n"
)
FIVE = (5, 0.00529042205621, 9.8, 52, 0.522179175391, 0.526398820838)
TEN = (10, -1.5e-05, 46, 516, 0.5, 0.25)


def test_blocks_come_back():
    text = BLOCK.format(*FIVE) + BLOCK.format(*TEN)
    assert parse_scan(text.encode(), "gains_1") == [ScannedEpoch(*FIVE), ScannedEpoch(*TEN)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "5\n",
        BLOCK.format(*FIVE) + "and more",
        BLOCK.format(*FIVE[:-1], "nan"),
        BLOCK.format(*FIVE[:-1], "1e999"),
        BLOCK.format(*FIVE).replace("mean multi", "mean"),
        "5\n\nGlobal mean: " + "1" * 100_000,
        "é",
    ],
)
def test_what_is_no_scan(text):
    with pytest.raises(MinimtlError, match="gains_1"):
        parse_scan(text.encode(), "gains_1")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        ids_npz([-1], [0], [0], [0]),
        ids_npz([1], [2], [0], [0]),
        ids_npz([1, 2], [0], [0], [0]),
        ids_npz([1.0], [0], [0], [0]),
        ids_npz([[1]], [[0]], [0], [0]),
        ids_npz(np.zeros(200_000, int), np.zeros(200_000, int), [0], [0]),
        ids_npz(np.array([None]), [0], [0], [0]),
    ],
)
def test_what_are_no_ids(content):
    with pytest.raises(MinimtlError, match=r"array\.npz is no array of documents"):
        parse_document_ids(content, "array.npz")
