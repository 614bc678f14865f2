"""A proposal as a Word document, and as a PDF."""

from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from docx import Document
from docx.oxml.ns import qn
from pypdf import PdfReader

from shanzhi.kernel.actor import Actor
from shanzhi.ui import formatting
from shanzhi.ventures import queries
from shanzhi.ventures.demo.projects import PROJECTS
from shanzhi.ventures.exchange import file_name, proposal_document, proposal_pdf
from shanzhi.ventures.models import Proposal
from tests.ventures.support import World, bring, day, make_call


@pytest.fixture
def one(world: World) -> Proposal:
    """A proposal under public notice."""
    return bring(world, make_call(world), "notice").proposals.get(number=1)


def read(viewer: Actor, one: Proposal) -> tuple[str, Any]:
    """Open the document; give all its text, and itself."""
    found = queries.proposal(viewer=viewer, proposal_id=one.pk)
    document = Document(BytesIO(proposal_document(viewer=viewer, proposal=found)))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(p.text for p in document.paragraphs), *cells]), document


class TestTheDocument:
    def test_holds_every_field_that_the_team_typed(self, world: World, one: Proposal) -> None:
        text, _document = read(world.team, one)
        project = PROJECTS[0]
        for wanted in (project.title, project.summary, project.need, project.aims, project.risks, project.team):
            assert wanted in text
        for step, *_rest in project.steps:
            assert step in text
        for item, *_rest in project.lines:
            assert item in text
        assert all(name in text for name, _part in project.members)

    def test_masks_names_for_everybody_else(self, world: World, one: Proposal) -> None:
        text, _document = read(Actor.anonymous(), one)
        assert not any(name in text for name, _part in PROJECTS[0].members)
        assert "王*国" in text

    def test_says_that_the_form_is_an_example(self, world: World, one: Proposal) -> None:
        assert "非官方" in read(world.team, one)[0]
        with translation.override("en"):
            text = read(world.team, one)[0]
        assert "not official" in text
        assert "Budget" in text

    def test_names_a_chinese_face(self, world: World, one: Proposal) -> None:
        _text, document = read(world.team, one)
        for style in ("Normal", "Heading 2"):
            fonts = document.styles[style].element.rPr.rFonts
            assert fonts.get(qn("w:eastAsia")) in ("宋体", "黑体")

    def test_is_saved_under_number_and_title(self, one: Proposal) -> None:
        assert file_name(one, "docx") == "001-三单元亮起来楼道声控灯改造.docx"


class TestThePdf:
    def text(self, viewer: Actor, one: Proposal) -> str:
        """Give all words of the PDF."""
        found = queries.proposal(viewer=viewer, proposal_id=one.pk)
        pages = PdfReader(BytesIO(proposal_pdf(viewer=viewer, proposal=found, at=day("notice")))).pages
        return "".join("".join(page.extract_text().split()) for page in pages)

    def test_says_what_the_word_document_says(self, world: World, one: Proposal) -> None:
        _text, document = read(world.team, one)
        text = self.text(world.team, one)
        cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
        for wanted in (*(paragraph.text for paragraph in document.paragraphs), *cells):
            for line in wanted.replace(formatting.NONE, "").split("\n"):  # the sheet leaves empty cells white
                assert "".join(line.split()) in text

    def test_masks_names_for_everybody_else(self, world: World, one: Proposal) -> None:
        text = self.text(Actor.anonymous(), one)
        assert not any(name in text for name, _part in PROJECTS[0].members)

    def test_opens_in_the_browser_to_be_printed(self, world: World, one: Proposal) -> None:
        answer = Client().get(f"/proposals/{one.pk}/document.pdf")
        assert answer["Content-Type"] == "application/pdf"
        assert answer["Content-Disposition"].startswith("inline")
        assert answer.content.startswith(b"%PDF-")
