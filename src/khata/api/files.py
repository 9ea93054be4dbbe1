"""Files at the API's door: a PDF with its seal, and 304 where the asker has it."""

from typing import Annotated, Any

from fastapi import Header
from starlette.responses import Response

from khata.usecases.documents.give_out_xml import XmlGivenOut
from khata.usecases.documents.keep_document import GivenOut

IfNoneMatch = Annotated[
    str | None, Header(description="The `ETag` of a copy that is there already")
]


def pdf_answers(what: str) -> dict[int | str, dict[str, Any]]:
    """Return how a route that reads a PDF answers, for the API's description."""
    return {
        200: {
            "description": f"{what} as PDF/A",
            "content": {"application/pdf": {}},
            "headers": {"ETag": {"description": "Its SHA-256", "schema": {"type": "string"}}},
        },
        304: {"description": "It is the one named in `If-None-Match`"},
    }


def pdf_answer(given: GivenOut) -> Response:
    """Return the file, to be shown rather than saved, or 304 where the asker has it already."""
    if given.content is None:
        return Response(status_code=304, headers={"ETag": f'"{given.sha256}"'})
    name = f"{given.number.replace('/', '-')}.pdf"
    return Response(
        given.content,
        media_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="{name}"',
            "ETag": f'"{given.sha256}"',
        },
    )


def xml_answers(what: str) -> dict[int | str, dict[str, Any]]:
    """Return how a route that reads XML answers, for the API's description."""
    return {
        200: {
            "description": f"{what} as XML",
            "content": {"application/xml": {"schema": {"type": "string"}}},
        }
    }


def xml_answer(given: XmlGivenOut) -> Response:
    """Return the file, to be saved under the document's number."""
    name = f"{given.number.replace('/', '-')}.xml"
    return Response(
        given.content,
        media_type="application/xml",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
