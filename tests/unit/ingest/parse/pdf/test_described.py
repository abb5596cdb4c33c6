"""A vision model that `layout_recognize` names reads the pages."""

import io

import pytest
from PIL import Image

from ragflow.domain.errors import ModelUnavailable, UnknownModel

ANSWER = """# Pumps

The pump *moves* water.

| Pump | Litres |
|------|--------|
| A    | 40     |
"""


class Eyes:
    """Answer what was given for each page, in order."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []

    def describe(self, picture, prompt, model=""):
        self.asked.append((picture, prompt, model))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def transcribe(self, name, sound):
        return None

    def complete(self, instruction, text):
        return None


def two_pages(pdf):
    return pdf.make(
        lambda canvas: pdf.write(canvas, ["First embedded text."]),
        lambda canvas: pdf.write(canvas, ["Second embedded text."]),
    )


def test_the_markdown_of_the_model_becomes_blocks_on_its_pages(pdf):
    eyes = Eyes(ANSWER, "```markdown\nThe end.\n```")

    document = pdf.parse(two_pages(pdf), layout="sight@Vendor", models=eyes)

    assert [block.kind for block in document.blocks] == ["title", "text", "table", "text"]
    assert document.blocks[2].table.rows[1][1].text == "40"
    assert pdf.texts(document)[-1] == "The end."
    assert [page.number for page in document.pages] == [1, 2]
    assert {line.box.page for line in document.lines} == {1, 2}
    last = document.lines[-1].box
    assert (last.x0, last.x1, last.top, last.bottom) == (0, pdf.width, 0, pdf.height)
    assert document.warnings == ()


def test_the_model_sees_a_picture_of_each_page_and_is_asked_for_markdown(pdf):
    eyes = Eyes("One.", "Two.")

    pdf.parse(two_pages(pdf), layout="sight@Vendor", models=eyes)

    picture, prompt, model = eyes.asked[1]
    with Image.open(io.BytesIO(picture)) as page:
        assert page.height > page.width > 900
    assert "Markdown" in prompt
    assert model == "sight@Vendor"


def test_where_the_model_says_nothing_of_a_page_its_embedded_text_is_kept(pdf):
    document = pdf.parse(two_pages(pdf), layout="sight", models=Eyes("One.", "  "))

    assert pdf.texts(document) == ["One.", "Second embedded text."]
    assert document.warnings == ("The model read nothing on page 2; its embedded text was kept.",)


@pytest.mark.parametrize("answer", [None, UnknownModel(name="sight")])
def test_a_model_that_nobody_knows_leaves_the_file_to_the_built_in_analysis(pdf, answer):
    document = pdf.parse(two_pages(pdf), layout="sight", models=Eyes(answer))

    assert pdf.texts(document) == ["First embedded text.", "Second embedded text."]
    assert any("sight" in warning for warning in document.warnings)


def test_a_model_that_does_not_answer_ends_the_step(pdf):
    eyes = Eyes("One.", ModelUnavailable(name="sight", reason="busy"))

    with pytest.raises(ModelUnavailable):
        pdf.parse(two_pages(pdf), layout="sight", models=eyes)
