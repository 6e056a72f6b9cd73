"""What PostgreSQL says of an error, without what people wrote: its details show whole rows, and errors go into logs."""

from __future__ import annotations

import re

from sqlalchemy import event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.ext.asyncio import AsyncEngine

# DETAIL:  Failing row contains (1, in, +351912345678, see you on Tuesday, …)
# CONTEXT:  unnamed portal parameter $3 = '…'
_ASIDE = re.compile(r"\n(?:DETAIL|CONTEXT|HINT|LINE \d+):.*", re.DOTALL)


def discreet(engine: AsyncEngine) -> AsyncEngine:
    """The same engine, whose errors say what went wrong and where."""
    event.listen(engine.sync_engine, "handle_error", _without_details)
    return engine


def _without_details(context: ExceptionContext) -> None:
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error is not None:
            error.args = tuple(_ASIDE.sub("", each) if isinstance(each, str) else each for each in error.args)
