"""TF-IDF: how often a word is in a text, times how rare it is in the collection.

====== ======================== ================= ====================================
symbol meaning                  shape             value
====== ======================== ================= ====================================
tf     weight of a count c > 0  (n_docs, n_words) c; or 1 + ln c when ``sublinear_tf``
idf    rarity of word j         (n_words,)        see `minimtl.text.weights`
X      the result               (n_docs, n_words) tf · idf, rows scaled to norm 1
====== ======================== ================= ====================================
"""

import sys
import warnings
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import partial, wraps
from importlib import import_module
from numbers import Integral
from typing import Any, ParamSpec

import numpy as np
from scipy import sparse

from minimtl.estimator.base import BaseEstimator, check_is_fitted
from minimtl.estimator.sparse import check_sparse
from minimtl.estimator.validation import is_sparse
from minimtl.text.counts import count_known, count_threads, count_words
from minimtl.text.stopwords import ENGLISH
from minimtl.text.tokenize import (
    TOKEN_PATTERN,
    CharacterAnalyzer,
    WordAnalyzer,
    char_ngrams,
    char_wb_ngrams,
    find_unicode_words,
    plain_text,
    word_splitter,
)
from minimtl.text.weights import (
    check_limits,
    inverse_document_frequencies,
    select_words,
    weigh,
)

# Parameters of scikit-learn's class that this one lacks.
LACKING = ("input", "encoding", "decode_error", "strip_accents", "preprocessor", "tokenizer",
           "vocabulary")  # fmt: skip
CHAR_NGRAMS = {"char": char_ngrams, "char_wb": char_wb_ngrams}
OUTPUTS = ("default", "pandas", "polars")
Params = ParamSpec("Params")


def _refuse_lacking(init: Callable[Params, None]) -> Callable[Params, None]:
    """`init` with one sentence for the parameters of scikit-learn's class that are not here."""

    @wraps(init)
    def checked(*args: Params.args, **params: Params.kwargs) -> None:
        for name in LACKING:
            if name in params:
                raise TypeError(
                    f"TfidfVectorizer has no {name}: pass analyzer=, a function that returns the "
                    "terms of a document, and do it there."
                )
        init(*args, **params)

    return checked


class TfidfVectorizer(BaseEstimator):
    r"""TF-IDF features of texts, the same numbers as scikit-learn's class of this name.

    Parameters
    ----------
    lowercase : bool, default=True
        Lower-case each text first.
    unicode : bool, default=False
        Take texts by Unicode's rules, which suit all languages, in place of scikit-learn's:
        without HTML, accents and vowel signs as parts of their words. `minimtl.text.tokenize` has
        the rules; those of words hold for the default `token_pattern` only.
    analyzer : {"word", "char", "char_wb"} or callable, default="word"
        What is counted: words, n-grams of characters, n-grams of characters within words, or what
        the callable returns for a document, which may then be of any type.
    stop_words : collection of str, "english" or None, default=None
        Words not to count. "english" is the list of `minimtl.text.stopwords`, words of grammar;
        it is not scikit-learn's list.
    token_pattern : str, default=r"(?u)\\b\\w\\w+\\b"
        Regular expression of a word, with at most one capturing group.
    ngram_range : (int, int), default=(1, 1)
        Smallest and largest n of the n-grams of words or characters.
    max_df, min_df : int or float, default=1.0 and 1
        Words in more, or fewer, documents than this are dropped; a float is a share of them.
    max_features : int, optional
        Keep only the words with the highest counts over all documents.
    binary : bool, default=False
        Every count above 0 becomes 1.
    dtype : numpy.float64 or numpy.float32, default=numpy.float64
        Of the result.
    norm : {"l1", "l2"} or None, default="l2"
        Norm by which each row is divided.
    use_idf, smooth_idf, sublinear_tf : bool, default=True, True and False
        Weights as in the formulas of this module and of `minimtl.text.weights`.
    n_jobs : int, optional
        How many threads work on the documents: None is one, -1 one for each core. The result is
        the same for any number. Python's lock leaves them little to share where words are found by
        another pattern, as n-grams or by a callable, which stays in the caller's thread.

    Attributes
    ----------
    vocabulary_ : dict of str to int
        The column of each word; columns are in alphabetical order.
    idf_ : ndarray, shape (n_words,)
        Rarity of each word; ones when ``use_idf`` is false.
    """

    @_refuse_lacking
    def __init__(
        self,
        *,
        lowercase: bool = True,
        unicode: bool = False,
        analyzer: str | Callable[[Any], Iterable[str]] = "word",
        stop_words: Collection[str] | str | None = None,
        token_pattern: str = TOKEN_PATTERN,
        ngram_range: tuple[int, int] = (1, 1),
        max_df: float = 1.0,
        min_df: float = 1,
        max_features: int | None = None,
        binary: bool = False,
        dtype: Any = np.float64,
        norm: str | None = "l2",
        use_idf: bool = True,
        smooth_idf: bool = True,
        sublinear_tf: bool = False,
        n_jobs: int | None = None,
    ) -> None:
        self.lowercase = lowercase
        self.unicode = unicode
        self.analyzer = analyzer
        self.stop_words = stop_words
        self.token_pattern = token_pattern
        self.ngram_range = ngram_range
        self.max_df = max_df
        self.min_df = min_df
        self.max_features = max_features
        self.binary = binary
        self.dtype = dtype
        self.norm = norm
        self.use_idf = use_idf
        self.smooth_idf = smooth_idf
        self.sublinear_tf = sublinear_tf
        self.n_jobs = n_jobs

    def fit(self, raw_documents: Iterable[Any], y: Any = None) -> "TfidfVectorizer":
        """Learn the vocabulary and its idf; `y` is part of the convention and ignored."""
        self._learn(raw_documents)
        return self

    def fit_transform(self, raw_documents: Iterable[Any], y: Any = None) -> Any:
        """The features of documents, after `fit` to the same; counts them only once."""
        return self._output(self._weigh(self._learn(raw_documents)), raw_documents)

    def transform(self, raw_documents: Iterable[Any]) -> Any:
        """The features of documents; words that `fit` did not see are ignored.

        Returns
        -------
        X : csr_matrix of `dtype`, shape (n_docs, n_words)
            Or what `set_output` has set.

        Raises
        ------
        NotFittedError
            Before `fit`.
        ValueError
            If a document is not a string, or `raw_documents` is a single one.
        """
        check_is_fitted(self)
        documents, n_threads = self._checked(raw_documents), count_threads(self.n_jobs)
        counts = count_known(documents, self.build_analyzer(), self.vocabulary_, n_threads)
        return self._output(self._weigh(counts), raw_documents)

    def _learn(self, raw_documents: Iterable[Any]) -> sparse.csr_matrix:
        """Set the fitted attributes, and return the counts of the words kept."""
        self._check_params()
        self._warn_of_unused_params()
        documents, n_threads = self._checked(raw_documents), count_threads(self.n_jobs)
        counts, spell = count_words(documents, self.build_analyzer(), n_threads)
        if not counts.shape[1]:
            raise ValueError("empty vocabulary; perhaps the documents only contain stop words")
        if self.binary:
            counts.data.fill(1)
        dtype = np.dtype(self.dtype)

        columns = select_words(counts, self.min_df, self.max_df, self.max_features, dtype)
        counts = counts[:, columns]
        self.vocabulary_ = {word: column for column, word in enumerate(spell(columns))}
        if self.use_idf:
            self.idf_ = inverse_document_frequencies(counts, bool(self.smooth_idf), dtype)
        else:
            self.idf_ = np.ones(len(columns), dtype=dtype)
        return counts

    def _weigh(self, counts: sparse.csr_matrix) -> sparse.csr_matrix:
        if self.binary:
            counts.data.fill(1)
        return weigh(counts, self.idf_, sublinear=self.sublinear_tf, norm=self.norm)

    def build_analyzer(self) -> Callable[[Any], Iterable[str]]:
        """The function that returns the terms of one document."""
        if callable(self.analyzer):
            return self.analyzer
        if self.analyzer == "word":
            shortest, longest = self.ngram_range
            split, stop_words = word_splitter(self.token_pattern), frozenset(self._stop_words())
            if self.unicode and self.token_pattern == TOKEN_PATTERN:
                split = find_unicode_words
            return WordAnalyzer(split, (shortest, longest), stop_words, self._preparation())
        cut = CHAR_NGRAMS[self.analyzer]
        return CharacterAnalyzer(cut, self.ngram_range, self._preparation())

    def _preparation(self) -> Callable[[str], str] | None:
        """The change of a text before it is cut."""
        if self.unicode:
            return partial(plain_text, lowercase=self.lowercase)
        return str.lower if self.lowercase else None

    def _stop_words(self) -> Collection[str]:
        """The words that are not counted."""
        return ENGLISH if self.stop_words == "english" else self.stop_words or ()

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """The word of each column, an array of str; `input_features` is ignored, by convention."""
        check_is_fitted(self)
        return np.array(list(self.vocabulary_), dtype=object)

    def inverse_transform(self, X: Any) -> list[np.ndarray]:
        """The words with a weight other than 0 in each row of `X`, dense or sparse.

        Raises ValueError for another number of columns than words, or a malformed sparse `X`.
        """
        words = self.get_feature_names_out()
        X = sparse.csr_matrix(check_sparse(X) if is_sparse(X) else X)
        if X.shape[1] != len(words):
            raise ValueError(f"X has {X.shape[1]} features, but there are {len(words)} words.")
        return [words[row.nonzero()[1]] for row in X]

    def set_output(self, *, transform: str | None = None) -> "TfidfVectorizer":
        """Choose what `transform` and `fit_transform` return.

        ``"default"``: a CSR matrix; ``"pandas"``: a data frame with sparse columns named after
        the words, and the documents' index if they are a series; ``"polars"``: a data frame with
        a dense column for each word, as Polars has no sparse ones; None: no change. Without a
        choice, ``sklearn.set_config(transform_output=...)`` decides.
        """
        if transform not in (None, *OUTPUTS):
            raise ValueError(f"transform must be one of {OUTPUTS} or None; got {transform!r}.")
        if transform is not None:
            self._sklearn_output_config = {"transform": transform}  # the name clone() copies
        return self

    def _output(self, X: sparse.csr_matrix, raw_documents: Any) -> Any:
        form = self._output_form()
        if form == "polars":
            return _polars_frame(X, list(self.vocabulary_))
        if form != "pandas":
            return X
        import pandas as pd  # type: ignore[import-untyped]

        index = raw_documents.index if isinstance(raw_documents, pd.Series) else None
        names = self.get_feature_names_out()
        return pd.DataFrame.sparse.from_spmatrix(X, index=index, columns=names)

    def _output_form(self) -> str:
        """The form set for this vectorizer, else in scikit-learn's configuration if loaded."""
        sklearn = sys.modules.get("sklearn")
        general = sklearn.get_config()["transform_output"] if sklearn else "default"
        chosen: str = getattr(self, "_sklearn_output_config", {}).get("transform", general)
        return chosen

    def _checked(self, raw_documents: Iterable[Any]) -> Iterator[Any]:
        if isinstance(raw_documents, str):
            raise ValueError("Iterable over raw text documents expected, string object received.")
        if callable(self.analyzer):
            return iter(raw_documents)
        return _strings(raw_documents)

    def _check_params(self) -> None:
        """Raise ValueError for parameters out of range."""
        is_pair = isinstance(self.ngram_range, tuple | list) and len(self.ngram_range) == 2
        if not (is_pair and all(isinstance(n, Integral) for n in self.ngram_range)):
            raise ValueError(f"ngram_range must be two whole numbers; got {self.ngram_range}.")
        shortest, longest = self.ngram_range
        if shortest > longest:
            raise ValueError(
                f"Invalid value for ngram_range={self.ngram_range} "
                "lower boundary larger than the upper boundary."
            )
        if shortest < 1:
            raise ValueError(f"ngram_range must begin at 1 or above; got {self.ngram_range}.")
        if not (callable(self.analyzer) or self.analyzer in ("word", *CHAR_NGRAMS)):
            raise ValueError(f"{self.analyzer!r} is not a valid analyzer.")
        if self.norm not in ("l1", "l2", None):
            raise ValueError(f"norm must be 'l1', 'l2' or None; got {self.norm!r}.")
        if not _is_float(self.dtype):
            raise ValueError(f"dtype must be numpy.float32 or numpy.float64; got {self.dtype!r}.")
        stop_words = self._stop_words()
        is_listed = isinstance(stop_words, Collection) and not isinstance(stop_words, str)
        if not (is_listed and all(isinstance(word, str) for word in stop_words)):
            raise ValueError(
                f"stop_words must be a collection of words, or 'english'; got {stop_words!r:.60}."
            )
        if self.analyzer == "word":
            word_splitter(self.token_pattern)
        check_limits(self.min_df, self.max_df, self.max_features)
        count_threads(self.n_jobs)

    def _warn_of_unused_params(self) -> None:
        if self.analyzer == "word":
            return
        unused, reason = ["stop_words", "token_pattern"], "'analyzer' != 'word'"
        if callable(self.analyzer):
            unused, reason = [*unused, "unicode", "ngram_range"], "'analyzer' is callable"
        defaults = type(self)().get_params()
        for name in unused:
            if getattr(self, name) != defaults[name]:
                message = f"The parameter {name!r} will not be used since {reason}"
                warnings.warn(message, stacklevel=4)  # the caller of fit or fit_transform

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        return tags


def _polars_frame(X: sparse.csr_matrix, words: list[str]) -> Any:
    try:
        polars = import_module("polars")
    except ImportError:
        raise ImportError(
            "set_output(transform='polars') needs Polars, which is not installed: "
            "pip install polars"
        ) from None
    return polars.DataFrame(X.toarray(), schema=words, orient="row")


def _is_float(dtype: Any) -> bool:
    """True for a way to say float32 or float64."""
    try:
        return np.dtype(dtype) in (np.float32, np.float64)
    except TypeError:
        return False


def _strings(documents: Iterable[Any]) -> Iterator[str]:
    for row, document in enumerate(documents):
        if not isinstance(document, str):
            raise ValueError(
                f"Document {row} is of type {type(document).__name__}; expected a string."
            )
        yield document
