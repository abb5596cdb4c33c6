"""Reduce English words to stems: irregular forms by a list, the rest by Snowball's stemmer.

In goes one lower-case word, out comes its stem. Words with other than ASCII letters pass unchanged.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from snowballstemmer.basestemmer import BaseStemmer

_IRREGULAR_FORMS = """
child children|man men|woman women|person persons people|foot feet|tooth teeth|mouse mice
goose geese|life lives|wife wives|knife knives|leaf leaves|half halves|shelf shelves|wolf wolves
criterion criteria|phenomenon phenomena|datum data|analysis analyses|hypothesis hypotheses
index indices|matrix matrices|vertex vertices|appendix appendices|axis axes|crisis crises
go goes went gone|buy bought|bring brought|think thought|teach taught|catch caught|seek sought
write wrote written|speak spoke spoken|break broke broken|choose chose chosen|drive drove driven
give gave given|take took taken|know knew known|grow grew grown|draw drew drawn|throw threw thrown
fly flew flown|eat ate eaten|fall fell fallen|begin began begun|swim swam swum|sing sang sung
run ran|win won|meet met|lead led|hold held|tell told|sell sold|build built|send sent|spend spent
lend lent|lose lost|keep kept|sleep slept|leave left|feel felt|deal dealt|pay paid|say said
make made|find found|wear wore worn|rise rose risen|hide hid hidden|ride rode ridden|bear bore born
fight fought|stand stood|understand understood|become became|forget forgot forgotten|shoot shot
freeze froze frozen|steal stole stolen|show shown|see saw seen|do did done does|have has had
be is are was were been
"""
_STEM_CACHE = 50_000  # words; about 8 MB when full


@lru_cache(maxsize=_STEM_CACHE)
def stem(word: str) -> str:
    """Return the stem of a lower-case word."""
    if len(word) < 3 or not (word.isascii() and word.isalpha()):
        return word
    word = _irregular().get(word, word)
    stemmed: str = _stemmer().stemWord(word)
    return stemmed


@cache
def _irregular() -> dict[str, str]:
    groups = [group.split() for line in _IRREGULAR_FORMS.split("\n") for group in line.split("|")]
    return {form: group[0] for group in groups if group for form in group[1:]}


def _stemmer() -> BaseStemmer:
    from snowballstemmer.english_stemmer import EnglishStemmer

    return EnglishStemmer()  # keeps state while it stems, so threads must not share one
