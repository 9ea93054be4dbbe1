"""/asyncapi.json: the description of all events, beside that of the API."""

from fastapi import FastAPI
from starlette.responses import JSONResponse

from khata.core.event_document import event_document


def install_asyncapi(app: FastAPI) -> None:
    """Serve the document; its topics bear this installation's prefix."""

    def described() -> JSONResponse:
        """Describe every event."""
        prefix = app.state.engine.settings.kafka_topic_prefix
        return JSONResponse(event_document(version=app.version, topic_prefix=prefix))

    app.add_api_route("/asyncapi.json", described, include_in_schema=False)
