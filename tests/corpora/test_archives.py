"""Archives and folders from outside: what is read, and what is refused without a trace."""

import gzip
import os
import tarfile

import pytest

from minimtl.corpora import archives
from minimtl.corpora.archives import folder_members, members_of, read_file, tar_members
from minimtl.errors import MinimtlError

FILES = {"a/one": b"1" * 700, "./a/two": b"", "b": b"\x00\xff"}


@pytest.fixture
def read(save):
    """A function: the members of an archive of these bytes, as a list."""
    return lambda content: list(tar_members(save("archive.tar.gz", content)))


def test_regular_files_are_read_in_order(read, tar_gz):
    folder = tarfile.TarInfo("a")
    folder.type = tarfile.DIRTYPE
    members = [(folder, b""), *FILES.items()]
    assert read(tar_gz(members)) == list(FILES.items())


KINDS = (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE)
LEADING_OUT = ("/etc/passwd", "../up", "a/../../up", "..", "C:/x", "a\\..\\b")
CONTROLLING = ("\x1b[2Jx", "a/one\ntwo", "\u202eb", "a\tb", "\udcff", "x" * 2000)


@pytest.mark.parametrize(
    ("name", "kind", "sentence"),
    [
        *(("a/evil", kind, r"'a/evil' in archive\.tar\.gz is a link or a dev") for kind in KINDS),
        *((name, tarfile.REGTYPE, "leads out of the archive") for name in LEADING_OUT),
        *((name, tarfile.REGTYPE, "control characters, or too long") for name in CONTROLLING),
    ],
)
def test_a_member_that_means_harm_is_refused(read, tar_gz, name, kind, sentence):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, "/etc/passwd"
    with pytest.raises(MinimtlError, match=sentence) as error:
        read(tar_gz([("a/b", b"x"), (info, b"")]))
    assert str(error.value).isprintable()
    assert len(str(error.value)) < 1200


def test_names_of_files_that_could_control_a_terminal_are_refused(tmp_path):
    (tmp_path / "a\n\x1b[2J").write_bytes(b"x")
    with pytest.raises(MinimtlError, match="has control characters in its name; rename") as error:
        list(folder_members(tmp_path))
    assert str(error.value).isprintable()


@pytest.mark.parametrize("packing", ["archive", "folder"])
@pytest.mark.parametrize(
    ("limit", "most", "sentence"),
    [
        ("MOST_MEMBERS", 1, "more than 1 files"),
        ("MEMBER_BYTES", 1999, "a in .* is larger than"),
        ("TOTAL_BYTES", 3000, "unpacks to more than"),
    ],
)
def test_each_cap_has_its_sentence(
    archive, tmp_path, unpack, monkeypatch, packing, limit, most, sentence
):
    files = {"a": b"x" * 2000, "b": b"x" * 2000}
    path = archive(files) if packing == "archive" else unpack(tmp_path / "folder", files)
    monkeypatch.setattr(archives, limit, most)
    with pytest.raises(MinimtlError, match=sentence):
        list(members_of(path))


@pytest.mark.parametrize("kind", [tarfile.REGTYPE, tarfile.XHDTYPE])
def test_a_bomb_is_refused_long_before_it_is_unpacked(read, monkeypatch, kind):
    """1 GB of zeros in 1 MB, as a member, or as a header that tarfile itself reads whole."""
    info = tarfile.TarInfo("zeros")
    info.type, info.size = kind, 1 << 30
    content = gzip.compress(info.tobuf() + b"\0" * (16 << 20))
    if kind == tarfile.REGTYPE:
        with pytest.raises(MinimtlError, match=r"zeros in .* is larger than 64 MB"):
            read(content)
    monkeypatch.setattr(archives, "MEMBER_BYTES", 1 << 31)
    with pytest.raises(MinimtlError, match="more than 100 times its size"):
        read(content)


def test_a_chain_of_extension_headers_is_damage_not_a_crash(read):
    info = tarfile.TarInfo("pax")
    info.type = tarfile.XHDTYPE
    with pytest.raises(MinimtlError, match="is damaged"):
        read(gzip.compress(info.tobuf() * 5000))


def test_every_truncation_is_noticed(read, tar_gz):
    content = tar_gz(FILES)
    for length in range(len(content)):
        with pytest.raises(MinimtlError, match=r"archive\.tar\.gz is damaged .*: get it again"):
            read(content[:length])


def test_every_flipped_bit_is_noticed_or_harmless(read, tar_gz):
    """Harmless: the time in gzip's header, and copying the tar's zeros from other zeros."""
    content = tar_gz(FILES)
    n_noticed = 0
    for position in range(len(content)):
        flipped = bytearray(content)
        flipped[position] ^= 4
        try:
            assert read(flipped) == list(FILES.items())
        except MinimtlError:
            n_noticed += 1
    assert n_noticed > 0.75 * len(content)


def test_a_broken_header_in_the_middle_is_not_the_end(read, tar_gz):
    """tarfile stops there without a word; gzip's checksum is right."""
    packed = tar_gz({f"f{i}": bytes([65 + i]) * 5000 for i in range(20)})
    content = bytearray(gzip.decompress(packed))
    content[5632 + 10] ^= 0xFF  # in the second member's header: 512 + 5,120 bytes on
    with pytest.raises(MinimtlError, match="data after the end"):
        read(gzip.compress(content))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on this platform")
@pytest.mark.parametrize(
    ("kind", "reason"), [("pipe", "is a device or a pipe"), ("link", "cannot be read")]
)
def test_links_and_pipes_in_a_folder_are_refused(tmp_path, kind, reason):
    """A pipe would block the reader for ever; a link could lead to any file of the user's."""
    if kind == "pipe":
        os.mkfifo(tmp_path / kind)
    else:
        (tmp_path / kind).symlink_to(__file__)
    with pytest.raises(MinimtlError, match=f"{kind} is a link or a device"):
        list(folder_members(tmp_path))
    with pytest.raises(MinimtlError, match=reason):
        read_file(tmp_path, kind)
