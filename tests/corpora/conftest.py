"""Small corpora in every packing, and archives that mean harm."""

import gzip
import io
import tarfile

import pytest

from minimtl.corpora.newsgroups import TOPICS


@pytest.fixture(scope="session")
def posts():
    """Two training posts and one test post of each group, by path: ``{name: content}``."""
    content = {}
    for topic in TOPICS:
        for folder, identity in (("train", "100"), ("train", "99"), ("test", "7")):
            text = f"From: ann\n\n{topic} {identity} caf\xe9\n> quoted\n\nfooter {identity}"
            content[f"20news-bydate-{folder}/{topic}/{identity}"] = text.encode("latin-1")
    return content


@pytest.fixture(scope="session")
def tar_gz():
    """A function: ``{name: content}``, or a list of (TarInfo, content), as a gzipped tar."""

    def build(members):
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as archive:
            for member, content in members.items() if isinstance(members, dict) else members:
                info = tarfile.TarInfo(member) if isinstance(member, str) else member
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
        return gzip.compress(buffer.getvalue(), compresslevel=1, mtime=0)

    return build


@pytest.fixture
def archive(save, tar_gz):
    """A function: write members to an archive and return its path."""
    return lambda members: save("archive.tar.gz", tar_gz(members))


@pytest.fixture(scope="session")
def reviews():
    """Two reviews of each kind in each domain, by path."""
    return {
        f"processed_acl/{domain}/{label}.review": (
            f"good_{domain}:2 the:1 #label#:{label}\nthe:3 {label}:1 the:1 #label#:{label}\n"
        ).encode()
        for domain in ("books", "dvd", "electronics", "kitchen")
        for label in ("positive", "negative", "unlabeled")
    }


@pytest.fixture
def save(tmp_path):
    """A function: write a file of this name and content, and return its path."""

    def write(name, content):
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


@pytest.fixture
def unpack():
    """A function: write ``{name: content}`` below a folder and return the folder."""

    def write(folder, members):
        for name, content in members.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return folder

    return write
