import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragflow.text.tokenise import tokenise


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("The studies were running", ["the", "studi", "be", "run"]),
        ("high-speed aircraft.The children", ["high", "speed", "aircraft", "the", "child"]),
        ("AX-200", ["ax-200", "ax", "200"]),
        ("v0.20.5 costs 3.14", ["v0.20.5", "v", "0.20.5", "cost", "3.14"]),
        ("1,000,000.50 USD", ["1000000.50", "usd"]),
        ("snake_case C++ C#", ["snake_case", "snake", "case", "c++", "c#"]),
        ("O'Neill's", ["o", "neill", "s"]),
        ("ＡＢＣ　１２３", ["abc", "123"]),
        ("Häuser Straße déjà", ["hauser", "strass", "deja"]),
        ("清华大学", ["清华大学", "清华", "华大", "大学"]),
        ("iPhone15手机", ["iphone15", "iphon", "15", "手机"]),
        ("高い", ["高", "い"]),
        ("서울에서", ["서울", "울에", "에서"]),
        ("हिन्दी भाषा", ["हिन्दी", "भाषा"]),
        ("مُحَمَّد", ["محمد"]),
        ("", []),
        (" \x00—…!? ", []),
    ],
)
def test_each_script_is_cut_into_findable_tokens(text: str, tokens: list[str]) -> None:
    assert tokenise(text) == tokens


def test_traditional_and_simplified_chinese_meet() -> None:
    assert tokenise("計算語言學研究所") == tokenise("计算语言学研究所")


def test_a_digest_is_kept_whole_only() -> None:
    digest = "3f2a9c77e1b20d44aa"

    assert tokenise(digest) == [digest]


@given(st.text())
def test_tokens_hold_no_space_and_are_never_empty(text: str) -> None:
    assert all(token and not any(sign.isspace() for sign in token) for token in tokenise(text))


@given(st.text())
def test_tokenising_ignores_case(text: str) -> None:
    assert tokenise(text.lower().upper().lower()) == tokenise(text.lower().upper())
