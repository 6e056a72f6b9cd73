"""`askarsan playground`: served on this machine alone, until it is told to stop."""

from __future__ import annotations

import asyncio
from threading import Thread

import uvicorn

from bot import claims
from bot.house import UTC
from bot.playground.door import playground_app
from bot.playground.game import Game
from bot.playground.view import HERE
from bot.terminal.screen import standard_output
from bot.terminal.trouble import Trouble
from dialogs.understanding import Context, understand

HOST = "127.0.0.1"


def serve_playground(port: int) -> None:
    asyncio.run(_serve(port))


async def _serve(port: int) -> None:
    game = Game()
    # A language is made ready by the first words read in it: not while a newcomer waits for the first answer.
    Thread(target=understand, args=("", Context(game.scenario.now, UTC)), daemon=True).start()
    try:
        await game.begin()
        with claims.port(HOST, port) as door:
            console = standard_output()
            console.print(f"http://{HOST}:{door.getsockname()[1]}{HERE}", style="bold cyan", soft_wrap=True)
            console.print(
                "Play all parts in your browser. Nobody is real, nothing leaves this machine. Ctrl-C ends it."
            )
            config = uvicorn.Config(
                playground_app(game),
                log_config=None,
                access_log=False,
                lifespan="off",
                server_header=False,
                timeout_graceful_shutdown=1,  # a page that is open listens for ever
            )
            await uvicorn.Server(config).serve(sockets=[door])
    except claims.Taken as taken:
        raise Trouble(f"Port {port} is taken; choose another with --port.") from taken
    finally:
        await game.close()
