"""`/docs`: the OpenAPI document to read and try, with no internet: its files come with a package."""

from __future__ import annotations

from importlib import resources

from fastapi import APIRouter
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

router = APIRouter(include_in_schema=False)


def static() -> StaticFiles:
    """Return the page's script and style."""
    return StaticFiles(directory=str(resources.files("fastapi_offline") / "static"))


@router.get("/docs")
async def page() -> HTMLResponse:
    """Show the OpenAPI document."""
    return get_swagger_ui_html(
        openapi_url="/openapi.json",
        title="Contribution ledger",
        swagger_js_url="/docs/static/swagger-ui-bundle.js",
        swagger_css_url="/docs/static/swagger-ui.css",
        swagger_favicon_url="/docs/static/favicon.png",
    )
