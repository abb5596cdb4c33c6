"""Words that every text has and no question is about: articles, auxiliaries, question words.

They are kept in the index, since `to be or not to be` is a question too, and left out of questions
that say anything else. The lists hold tokens as `ragflow.text.tokenise` makes them.
"""

from __future__ import annotations

from functools import cache

_ENGLISH = """
a an the this that these those i me my mine we us our ours you your yours he him his she her
hers it its they them their theirs who whom whose what which when where why how whatever
whichever whoever be am is are was were been being do does did doing done have has had having
will would shall should can could may might must ought cannot of in on at by for with about
against between into through during before after above below to from up down out off over under
again further then once here there all any both each few more most other some such no nor not
only own same so than too very and but if or because as until while also just s t d ll m re ve
don isn aren wasn weren doesn didn haven hasn hadn won wouldn shouldn couldn please tell give
show explain describe let upon within without among per via toward towards across along around
"""
_CHINESE = """
的 了 着 过 吗 呢 吧 啊 呀 么 嘛 哦 和 与 及 或 而 且 但 但是 并 并且 以及
因为 所以 如果 虽然 是 在 有 为 被 把 给 对 从 向 到 由 于 以 之 其 这 那
这个 那个 这些 那些 这里 那里 我 你 您 他 她 它 我们 你们 他们 她们 它们 自己
也 都 就 还 又 再 很 太 更 最 不 没 没有 个 什么 为什么 怎么 怎样 怎么样 如何
哪 哪个 哪些 哪里 哪儿 谁 何 何时 何地 何种 几 多少 是否 能否 可否 是不是 有没有
能 可以 会 要 应该 请 请问 告诉 介绍 一下 关于 等 所
"""


@cache
def stop_words() -> frozenset[str]:
    """Return the tokens that carry no meaning of their own."""
    from ragflow.text.tokenise import tokenise

    return frozenset(tokenise(_ENGLISH)) | frozenset(_CHINESE.split())
