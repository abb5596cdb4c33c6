"""What a résumé says about a person, found by rules.

In: the sections of a résumé in English or Chinese. Out: name, e-mail, phone, links, skills, and the
lines of education and experience that have a date. What the rules do not find stays empty.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

MOST_ITEMS = 40

_HEADINGS: dict[str, str] = {
    **dict.fromkeys(
        (
            "education",
            "educationalbackground",
            "academicbackground",
            "教育经历",
            "教育背景",
            "学历",
        ),
        "education",
    ),
    **dict.fromkeys(
        (
            *("experience", "workexperience", "professionalexperience", "employment", "career"),
            *(
                "employmenthistory",
                "workhistory",
                "internships",
                "工作经历",
                "工作经验",
                "实习经历",
            ),
        ),
        "experience",
    ),
    **dict.fromkeys(
        (
            *("skills", "technicalskills", "keyskills", "coreskills", "competencies", "技能"),
            *("专业技能", "技能特长", "技能证书", "个人技能"),
        ),
        "skills",
    ),
    **dict.fromkeys(
        (
            *("summary", "profile", "objective", "aboutme", "professionalsummary", "projects"),
            *("certifications", "certificates", "awards", "honors", "publications", "languages"),
            *("interests", "hobbies", "references", "volunteering", "contact", "personaldetails"),
            *("个人信息", "基本信息", "联系方式", "自我评价", "个人评价", "求职意向", "项目经历"),
            *("项目经验", "获奖情况", "荣誉奖项", "证书", "语言能力", "兴趣爱好", "校园经历"),
        ),
        "other",
    ),
}
_NO_NAMES = frozenset(
    """resume résumé curriculumvitae cv lebenslauf 个人简历 简历 求职简历 personalresume""".split()  # noqa: SIM905
)
# Its parts are bounded: a text without spaces is searched in linear time.
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_LINK = re.compile(
    r"https?://[^\s<>()，。；]+|(?:www\.|linkedin\.com/|github\.com/)[^\s<>()，。；]+",
    re.IGNORECASE,
)
_PHONE = re.compile(r"(?<![\w/])\+?\(?\d[\d ().-]{6,18}\d(?!\w)")
_YEARS = re.compile(r"(?:19|20)\d\d\D{1,5}(?:19|20)\d\d")
_DATED = re.compile(r"(?:19|20)\d\d")
_LABELLED_NAME = re.compile(r"(?:full\s+)?name\s*[:：]\s*|姓\s*名\s*[:：]\s*", re.IGNORECASE)
_WESTERN_NAME = re.compile(r"[^\W\d_][\w.'’-]*(?: [^\W\d_][\w.'’-]*){1,4}")
_HAN_NAME = re.compile(r"[\u4e00-\u9fff·]{2,4}")
_BETWEEN_SKILLS = re.compile(r"[,;、；，|•●·\n]|\s/\s")
_LABEL = re.compile(r"^[^:：]{1,30}[:：]\s*")
_FIRST_LINES = 6
_LONGEST_SKILL = 40
_LONGEST_HEADING = 40


@dataclass(frozen=True, slots=True)
class Facts:
    """Hold what is known about a person."""

    name: str = ""
    email: str = ""
    phone: str = ""
    links: tuple[str, ...] = ()
    education: tuple[str, ...] = ()
    experience: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()

    def described(self, *, chinese: bool) -> str:
        """Return a line for each fact, labelled in English or Chinese."""
        labelled = (
            ("姓名", "Name", self.name),
            ("邮箱", "E-mail", self.email),
            ("电话", "Phone", self.phone),
            ("链接", "Links", "; ".join(self.links)),
            ("教育", "Education", "; ".join(self.education)),
            ("经历", "Experience", "; ".join(self.experience)),
            ("技能", "Skills", ", ".join(self.skills)),
        )
        return "\n".join(
            f"{han}：{value}" if chinese else f"{english}: {value}"
            for han, english, value in labelled
            if value
        )

    @property
    def keywords(self) -> tuple[str, ...]:
        """Return by what the person is looked for."""
        return tuple(dict.fromkeys(word for word in (self.name, *self.skills) if word))


def kind_of_heading(words: str) -> str:
    """Return what a heading of a résumé opens; empty for what is none."""
    if len(words) > _LONGEST_HEADING:
        return ""
    return _HEADINGS.get("".join(c for c in words.casefold() if c.isalnum()), "")


def facts_of(sections: Sequence[tuple[str, str]]) -> Facts:
    """Return the facts of sections, each a kind and its text without the heading."""
    whole = "\n".join(text for _, text in sections)
    email = _EMAIL.search(whole)
    return Facts(
        name=name_in(whole),
        email=email[0] if email else "",
        phone=_phone(whole),
        links=tuple(dict.fromkeys(link.rstrip(".,;") for link in _LINK.findall(whole))),
        education=_dated(sections, "education"),
        experience=_dated(sections, "experience"),
        skills=tuple(_skills(sections)),
    )


def name_in(text: str) -> str:
    """Return the person's name: what is labelled so, else the first line that can be one."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    for line in lines:
        label = _LABELLED_NAME.search(line)
        if label:
            words = re.split(r"\s{2,}|[|,，;；\t]", line[label.end() :].strip())[0]
            return words.strip()
    for line in lines[:_FIRST_LINES]:
        plain = "".join(c for c in line.casefold() if c.isalnum())
        if plain in _NO_NAMES or kind_of_heading(line):
            continue
        if _WESTERN_NAME.fullmatch(line) or _HAN_NAME.fullmatch(line):
            return line
    return ""


def _phone(text: str) -> str:
    for found in _PHONE.findall(text):
        digits = sum(character.isdigit() for character in found)
        if 8 <= digits <= 15 and not _YEARS.search(found):
            return str(found).strip()
    return ""


def _dated(sections: Sequence[tuple[str, str]], kind: str) -> tuple[str, ...]:
    """Return the lines with a year, and the line above one that says nothing else."""
    found: list[str] = []
    for section, text in sections:
        lines = [" ".join(line.split()) for line in text.split("\n") if line.strip()]
        for index, line in enumerate(lines):
            if section != kind or not _DATED.search(line):
                continue
            lone = sum(character.isalpha() for character in line) < 12 and index > 0
            found.append(f"{lines[index - 1]} {line}" if lone else line)
    return tuple(dict.fromkeys(found))[:MOST_ITEMS]


def _skills(sections: Sequence[tuple[str, str]]) -> Iterator[str]:
    found: dict[str, None] = {}
    for section, text in sections:
        for line in text.split("\n") if section == "skills" else ():
            for item in _BETWEEN_SKILLS.split(_LABEL.sub("", line.strip("•●·-* \t"))):
                skill = item.strip(" .。-")
                if skill and len(skill) <= _LONGEST_SKILL:
                    found[skill] = None
    yield from list(found)[:MOST_ITEMS]
