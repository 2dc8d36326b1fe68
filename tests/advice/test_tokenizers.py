"""Which tokenizer is chosen, and what each cuts a text into."""

import pytest

from minimtl.advice.tokenizers import TOKENIZERS, choose_tokenizer, make_vectorizer


@pytest.mark.parametrize(
    ("tokenizer", "text", "found"),
    [
        ("words", "Über den Fluß, 3 x", ["über", "den", "fluß"]),
        ("words", "<p>आधी नकली</p> &amp; cafe\u0301", ["आधी", "नकली", "café"]),
        ("whitespace", "C++ is \n it", ["c++", "is", "it"]),
        ("characters", "日本 x", ["日", "本", " ", "x", "日本", "本 ", " x"]),
    ],
)
def test_what_is_counted(tokenizer, text, found):
    assert set(TOKENIZERS) == {"words", "whitespace", "characters"}
    assert list(make_vectorizer(tokenizer).build_analyzer()(text)) == found


@pytest.mark.parametrize(
    ("texts", "tokenizer"),
    [
        (["这部电影很好看。", "无聊的 BBC 电影"], "characters"),
        (["とても面白い", "nice", "カタカナ"], "characters"),
        (["สวัสดีครับ"], "characters"),
        (["한국어 문장 입니다", "привет мир"], "words"),
        (["这部电影", "an English text", "another one"], "words"),
        (["Tickets for the 故事 show", "1234 5678"], "words"),
        ([], "words"),
    ],
)
def test_the_script_of_most_texts_decides(texts, tokenizer):
    assert choose_tokenizer(texts) == tokenizer
