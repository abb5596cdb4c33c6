"""Charsets of texts that do not name theirs, long and short."""

from __future__ import annotations

import pytest

from ragflow.ingest.parse.encoding import SAMPLE, decode

GERMAN = "Die Größe der Pumpe beträgt fünf Meter; über Öl läuft sie länger.\n" * 4
CHINESE = "总则第一条为了规范公司的组织和行为，保护公司、股东和债权人的合法权益，维护社会经济秩序。"
TAIWANESE = "這是一個測試文件，請閱讀。"
JAPANESE = "日本語の文章です。今日は天気がいいので、散歩に行きましょう。"
RUSSIAN = "Привет, как дела? Сегодня хорошая погода, и мы идём гулять в парк."


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        *(("utf-8", text) for text in (GERMAN, CHINESE, "ñ", "Größe café naïve")),
        *(("utf-8-sig", text) for text in (GERMAN, "é")),
        *(("utf-16", text) for text in (GERMAN, CHINESE, "naïve")),
        *(("utf-16-le", text) for text in (GERMAN, "Grüße")),
        *(("utf-16-be", text) for text in (GERMAN, "São")),
        *(("gb18030", text) for text in (CHINESE, CHINESE[:6], "中文", "第一章 总则")),
        *(("gb18030", text) for text in ("test测试", "x" + CHINESE * 2000, "A 总 B 则")),
        *(("big5", text) for text in (TAIWANESE, "繁體中文測試", "這是 test 文件")),
        *(("shift_jis", text) for text in (JAPANESE, "日本語", "テスト", "日本語 text 文書")),
        *(("euc_jp", text) for text in (JAPANESE, "日本語の文章です")),
        ("euc_kr", "한국어 문장입니다"),
        *(("cp1251", text) for text in (RUSSIAN, "Привет", "Да, я иду", "ПРИВЕТ МИР")),
        ("cp1251", "Report: Привет мир, version 2"),
        *(("koi8_r", text) for text in (RUSSIAN, "Привет, как дела?")),
        ("cp866", "Привет, мир"),
        *(("latin-1", text) for text in ("Größe café naïve", "Fußgängerübergänge", "año")),
        *(("cp1252", text) for text in (GERMAN, "Größe", "café", "naïve", "El niño comió piñas")),
        *(("cp1252", text) for text in ("Ça va très bien, garçon", "São Paulo não é longe", "ÄÖÜ")),
        *(("cp1252", text) for text in ("Smörgåsbord på svenska", "Blåbærgrød", "íslenska þjóð")),
        *(("cp1252", text) for text in ("“Quoted” – it’s 5 €", "§ 5 Abs. 2", "£5 ½", "¿Qué tal?")),
        *(("cp1252", text) for text in ("°C 25 ± 3 µm", "5 m³ à 20 °C", "Über façade España")),
        *(("cp1250", text) for text in ("Zażółć gęślą jaźń", "Łódź", "Čeština", "Dvořák žije")),
        *(("cp1250", text) for text in ("Árvíztűrő tükörfúrógép", "ş şi ţară împărat")),
        *(("iso8859_2", text) for text in ("Zażółć gęślą jaźń", "Příliš žluťoučký kůň")),
        ("cp1254", "İstanbul'da çalışıyorum, ağaç"),
    ],
)
def test_the_charset_of_a_text_is_found(encoding: str, text: str) -> None:
    assert decode("a.txt", text.encode(encoding)) == text


def test_a_charset_is_found_where_much_plain_english_comes_before() -> None:
    text = "English words. " * SAMPLE + "Größe"
    assert decode("a.txt", text.encode("cp1252")) == text


@pytest.mark.parametrize(("encoding", "text"), [("cp1252", GERMAN), ("gb18030", CHINESE)])
@pytest.mark.parametrize("shift", [0, 1])
def test_a_sample_may_end_inside_a_character(encoding: str, text: str, shift: int) -> None:
    long = "x" * shift + text * (2 * SAMPLE // len(text))
    assert decode("a.txt", long.encode(encoding)) == long


def test_a_few_damaged_bytes_do_not_change_the_encoding() -> None:
    data = (CHINESE * 5).encode()
    text = decode("a.txt", data[:60] + b"\xff" + data[60:])
    assert text == (CHINESE * 5)[:20] + "\ufffd" + (CHINESE * 5)[20:]


def test_a_long_text_is_guessed_from_its_beginning() -> None:
    for text, encoding in ((RUSSIAN, "cp1251"), (TAIWANESE, "big5"), (GERMAN, "cp1252")):
        long = "x " + text * (2 * SAMPLE // len(text))
        assert decode("a.txt", long.encode(encoding)) == long
