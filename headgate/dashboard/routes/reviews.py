"""The HTML reviews."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from headgate.dashboard.failures import not_found
from headgate.dashboard.pages import page
from headgate.dashboard.reviews import review_page, reviews_in
from headgate.dashboard.routes.methods import READING

router = APIRouter()


@router.api_route("/review/", methods=READING)
def reviews(request: Request) -> HTMLResponse:
    """List the pages of reviews and balances."""
    return page(request, "reviews.html", reviews=reviews_in(request.app.state.settings.reviews_folder))


@router.api_route("/review/{name}", methods=READING)
def review(request: Request, name: str) -> Response:
    """Show one as it was written, under a policy that allows its own style alone."""
    found = review_page(request.app.state.settings.reviews_folder, name)
    if found is None:
        return not_found(request, f"There is no review page {name!r}.", [("/review/", "All reviews")])
    return HTMLResponse(found[0], headers={"Content-Security-Policy": found[1]})
