"""The things that a text speaks of, found without a model.

In: the passages of a document and the types of things that are wanted. Out: entities, which are
names (runs of capitalised words) and the telling words of passages, with the sentences that speak
of them; and relations between those that stand in the same sentence, as often as they do. A thing's
type is told by the words of its name and before it where it can be, else it is a category.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations

from ragflow.domain.graphs import UNTYPED, Entity, GraphShare, Relation
from ragflow.text.english import stem
from ragflow.text.key_terms import key_terms
from ragflow.text.sentences import split_sentences
from ragflow.text.stopwords import stop_words

MOST_ENTITIES = 200  # of a document
MOST_RELATIONS = 500
_TERMS_OF_PASSAGE = 16
_MOST_IN_SENTENCE = 8  # things that one sentence ties together
_SENTENCES_OF_ONE = 3
_LONGEST_SENTENCE = 300  # characters
_TAG = re.compile(r"<[^<>]{1,200}>")
_CAPITAL = r"[^\W\d_a-z\u2e80-\u9fff\uac00-\ud7af]"
_WORD = rf"{_CAPITAL}[\w'’&.-]*"
# "Bank of England" is a name, "Jane Marlow of Dover" two: one word alone stands before "of".
_NAME = re.compile(
    rf"\b(?:The\s+)?(?:{_WORD}\s+of\s+(?:the\s+)?)?{_WORD}(?:\s+(?:(?:de|la|van|von|der|und|&)\s+)*{_WORD})*"
)
_BEFORE_NOUN = "the|a|an|this|that|these|those|its|their|our|his|her|of|each|every|some"
_HEAD = re.compile(
    rf"\b(?:{_BEFORE_NOUN})\s+(?P<head>[A-Za-z][\w-]*)\b(?:\s+(?P<next>[A-Za-z]+))?", re.IGNORECASE
)
_LATIN_WORD = re.compile(r"[A-Za-z][\w-]*")
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
_TITLE = re.compile(r"(?:Mr|Mrs|Ms|Dr|Prof|Sir|President|Minister|Professor|Herr|Frau)\.?\s+$")
_BY_LAST_WORD = {
    "organization": """inc ltd llc corp corporation company co gmbh ag plc university institute
        college school committee ministry association agency bank council party foundation
        department group union court society hospital commission office museum""",
    "geo": """city river lake mountain mountains county province island islands street ocean sea
        valley district state republic kingdom bay park square region""",
    "event": """war conference festival revolution olympics summit congress championship treaty
        election expo fair crisis""",
}
_BY_LAST_LETTERS = {
    "organization": ("公司", "大学", "银行", "委员会", "集团", "部", "局", "院", "协会", "医院"),
    "geo": ("市", "省", "县", "河", "山", "湖", "岛", "区", "国", "路"),
    "event": ("会议", "战争", "运动会", "节", "革命"),
}
_SYNONYMS = {"geo": ("geo", "location", "place"), "organization": ("organization", "organisation")}


def found_things(document_id: str, passages: Sequence[str], types: Sequence[str]) -> GraphShare:
    """Return what the passages speak of."""
    plain = [_TAG.sub(" ", passage) for passage in passages]
    names = _names(plain)
    words = set(_nouns(plain))
    forms: defaultdict[str, Counter[str]] = defaultdict(Counter)
    told: defaultdict[str, list[str]] = defaultdict(list)
    ties: Counter[tuple[str, str]] = Counter()
    tied_by: dict[tuple[str, str], str] = {}
    for sentence in _sentences(plain):
        found: dict[str, None] = {}
        for form in _things_in(sentence, names, words):
            forms[_key(form)][form] += 1
            found[_key(form)] = None
        for key in found:
            told[key].append(sentence)
        for pair in combinations(sorted(list(found)[:_MOST_IN_SENTENCE]), 2):
            ties[pair] += 1
            tied_by.setdefault(pair, sentence)
    shown = {key: min(of, key=lambda form: (-of[form], form)) for key, of in forms.items()}
    kept = sorted(told, key=lambda key: (-len(told[key]), key))[:MOST_ENTITIES]
    among = set(kept)
    pairs = [pair for pair, _ in ties.most_common() if set(pair) <= among][:MOST_RELATIONS]
    return GraphShare(
        document_id,
        tuple(_entity(shown[key], told[key], types, document_id) for key in kept),
        tuple(
            Relation(
                shown[one],
                shown[other],
                (_cut(tied_by[one, other]),),
                (),
                float(ties[one, other]),
                (document_id,),
            )
            for one, other in pairs
        ),
    )


def _key(form: str) -> str:
    """Return what the forms of one word, such as singular and plural, have in common."""
    return " ".join(stem(word) for word in form.casefold().split())


def _sentences(passages: Sequence[str]) -> Iterator[str]:
    for passage in passages:
        for span in split_sentences(passage):
            yield " ".join(passage[span.start : span.end].split())


def _names(passages: Sequence[str]) -> set[str]:
    """Return the capitalised runs that are names and not only the beginnings of sentences."""
    first: Counter[str] = Counter()
    inside: Counter[str] = Counter()
    for sentence in _sentences(passages):
        for match in _NAME.finditer(sentence):
            name = _without_small_words(match[0])
            if name:
                (inside if match.start() else first)[name] += 1
    several = {name for name in first if " " in name or name.isupper()}
    return set(inside) | several


def _nouns(passages: Sequence[str]) -> Iterator[str]:
    """Yield telling words that stand somewhere as nouns do, as far as can be seen.

    That is behind an article or the like, and before a mark, a preposition or another small word.
    """
    text = " ".join(passages)
    heads = {
        match["head"].casefold()
        for match in _HEAD.finditer(text)
        if not match["next"] or match["next"].casefold() in stop_words()
    }
    for word in dict.fromkeys(w for terms in key_terms(passages, _TERMS_OF_PASSAGE) for w in terms):
        if word.casefold() in heads if word.isascii() else text.count(word) > 1:
            yield word


def _without_small_words(name: str) -> str:
    """Take articles, titles and the like off a name's beginning; nothing may be left."""
    words = name.rstrip(".-’'").split()
    titles = [place for place, word in enumerate(words) if _TITLE.fullmatch(f"{word} ")]
    del words[: titles[-1] + 1 if titles else 0]
    while words and words[0].casefold() in stop_words():
        del words[0]
    joined = " ".join(words)
    return joined if len(joined) > 1 and any(map(str.isalpha, joined)) else ""


def _things_in(sentence: str, names: set[str], words: set[str]) -> Iterator[str]:
    for match in _NAME.finditer(sentence):
        name = _without_small_words(match[0])
        if name in names:
            yield name
    spoken = _without_names(sentence, names)
    present = {word.casefold() for word in _LATIN_WORD.findall(spoken)}
    for word in words:
        if word.casefold() in present if word.isascii() else word in spoken:
            yield word


def _without_names(sentence: str, names: set[str]) -> str:
    return _NAME.sub(
        lambda match: " " if _without_small_words(match[0]) in names else match[0], sentence
    )


def _entity(thing: str, sentences: Sequence[str], types: Sequence[str], document: str) -> Entity:
    descriptions = tuple(
        dict.fromkeys(_cut(sentence) for sentence in sentences[:_SENTENCES_OF_ONE])
    )
    kind = _type(thing, sentences, types)
    return Entity(thing, kind, descriptions, document_ids=(document,))


def _type(thing: str, sentences: Sequence[str], types: Sequence[str]) -> str:
    guessed = _guess(thing, sentences)
    wanted = {kind.casefold(): kind for kind in types}
    for name in _SYNONYMS.get(guessed, (guessed,)):
        if name in wanted:
            return wanted[name]
    return UNTYPED


def _guess(thing: str, sentences: Sequence[str]) -> str:
    if _YEAR.fullmatch(thing):
        return "time"
    last = thing.split()[-1].casefold().rstrip(".")
    for kind, words in _BY_LAST_WORD.items():
        if last in words.split():
            return kind
    for kind, endings in _BY_LAST_LETTERS.items():
        if len(thing) > 2 and thing.endswith(endings):
            return kind
    if any(_TITLE.search(sentence.partition(thing)[0]) for sentence in sentences):
        return "person"
    return UNTYPED


def _cut(sentence: str) -> str:
    if len(sentence) <= _LONGEST_SENTENCE:
        return sentence
    return sentence[: _LONGEST_SENTENCE - 1] + "…"
