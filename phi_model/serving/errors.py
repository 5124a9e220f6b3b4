"""What an API client is told when something is wrong, in OpenAI's form."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from phi_model.backend import BusyError
from phi_model.lease import UnavailableError
from phi_model.request import RequestError

log = logging.getLogger(__name__)

RETRY_AFTER_S = 1
TYPES = {
    400: "BadRequestError",
    401: "AuthenticationError",
    404: "NotFoundError",
    405: "MethodNotAllowedError",
    409: "ConflictError",
    413: "PayloadTooLargeError",
    415: "UnsupportedMediaTypeError",
    429: "RateLimitError",
    500: "InternalServerError",
    502: "BadGatewayError",
    503: "ServiceUnavailableError",
}


class ApiError(Exception):
    """An answer that is an error.

    Attributes:
        status: of the HTTP response.
        message: for the person at the other end.
        param: the field of the request that is to blame, if one is.
        headers: of the HTTP response.
    """

    def __init__(
        self,
        status: int,
        message: str,
        param: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.param = param
        self.headers = headers

    def body(self) -> dict[str, Any]:
        """The JSON of it, for a response or a line of a stream."""
        kind = TYPES.get(self.status, "InternalServerError")
        return {
            "error": {
                "message": self.message,
                "type": kind,
                "param": self.param,
                "code": self.status,
            }
        }

    def response(self) -> Response:
        """The HTTP response."""
        return JSONResponse(self.body(), self.status, headers=self.headers)


class RemoteError(RuntimeError):
    """Another server, which this one asked, could not do it.

    Attributes:
        status: what it answered; None where no answer came.
    """

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class RemoteBusyError(BusyError):
    """Another server stayed busy however often it was asked."""

    def __init__(self, message: str) -> None:
        RuntimeError.__init__(self, message)
        self.waiting = self.limit = 0


def api_error(error: Exception) -> ApiError:
    """Says an exception as an API error. What is not the client's business goes to the log."""
    if isinstance(error, ApiError):
        return error
    if isinstance(error, RequestError):
        return ApiError(400, str(error), error.field)
    if isinstance(error, BusyError):
        return ApiError(429, str(error), headers={"Retry-After": str(RETRY_AFTER_S)})
    if isinstance(error, UnavailableError):
        return ApiError(503, str(error), headers={"Retry-After": str(error.retry_after_s)})
    if isinstance(error, RemoteError):
        return ApiError(502, str(error))
    log.error("a request failed", exc_info=error)
    return ApiError(500, "the server failed; its log says why")


class ApiRoute(APIRoute):
    """A route whose errors have OpenAI's form, in whatever app it is mounted."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                return await handler(request)
            except Exception as error:
                return api_error(error).response()

        return handle
