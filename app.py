"""The house put together: every command there is, and what each one is for."""

from __future__ import annotations

import gc
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from bot.terminal.calendar_commands import (
    AVAILABILITY_EXAMPLE,
    HOURS_EXAMPLE,
    availability,
    calendar,
    hours,
    keys,
)
from bot.terminal.channel_commands import channels
from bot.terminal.link_commands import MEETINGS_EXAMPLE, link, meetings
from bot.terminal.people_commands import inbox, people
from bot.terminal.prelude import Json, example, logs, settings_now
from bot.terminal.template_commands import templates

if TYPE_CHECKING:
    from bot.terminal.second import Second

# Whatever a command needs is imported when it runs: `askarsan --help` and the completion of a word answer at once.


class Commands(TyperGroup):
    """All commands; what goes wrong in any of them is told in one sentence."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except (TyperException, typer.Exit, typer.Abort, BrokenPipeError):
            raise
        except Exception as error:  # noqa: BLE001 – nothing is behind us that could tell it
            raise typer.Exit(_told(error, debug=ctx.params["debug"])) from None


def _told(error: Exception, *, debug: bool) -> int:
    from bot.terminal.screen import standard_error
    from bot.terminal.telling import in_words

    console = standard_error()
    if debug:
        console.print_exception()
    words, code = in_words(error)
    console.print(words, style="red", soft_wrap=True)
    return code


File = Annotated[Path, typer.Argument(metavar="FILE", show_default=False)]

app = typer.Typer(
    cls=Commands,
    help="An assistant that negotiates, books, moves and follows up interviews in plain words.",
    epilog="Begin with `askarsan demo`. Every command shows an example with --help.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"askARSAN {version('askarsan')}")
        raise typer.Exit


@app.callback()
def prepare(
    debug: Annotated[bool, typer.Option("--debug", help="Show logs, and what lies behind an error.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a terminal without ✓ must not be the end of it


# To try


@app.command(epilog=example("askarsan demo"))
def demo(
    ctx: typer.Context,
    keep: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where the invites are kept.  [default: var/demo]")
    ] = None,
) -> None:
    """Play one whole negotiation, the way people will see it."""
    from bot.terminal.demo import demo as play

    logs(ctx)
    play(keep)


@app.command(
    epilog=example(
        "askarsan chat",
        "askarsan chat --cast team.yaml",
        r"printf 'schedule Ana for Data Engineer\ncarl: Tuesday 10-12\n' | askarsan chat",
    )
)
def chat(
    ctx: typer.Context,
    cast: Annotated[Path | None, typer.Option(metavar="FILE", help="Your own people, jobs and calendars.")] = None,
    keep: Annotated[Path | None, typer.Option(metavar="DIR", help="Keep the database and each invite here.")] = None,
) -> None:
    """Write as candidate, client or recruiter; let time pass.

    Everyone is a stand-in and nothing leaves this machine. Inside, /help shows what there is.
    """
    from bot.terminal.chat import chat as talk

    logs(ctx)
    talk(cast, keep)


@app.command(epilog=example("askarsan playground", "askarsan playground --port 9000"))
def playground(
    ctx: typer.Context,
    port: Annotated[int, typer.Option(min=0, max=65_535, metavar="N", help="Where it is served; 0 for any.")] = 8765,
) -> None:
    """Play all parts on a page with three phones.

    A clock to jump, alarms to come, and a look behind. Everyone is a stand-in and nothing leaves this machine.
    """
    from bot.playground.serving import serve_playground

    logs(ctx)
    serve_playground(port)


@app.command(
    epilog=example(
        "askarsan rehearse story.yaml",
        "askarsan rehearse --json stories/*.yaml",
        "askarsan rehearse story.yaml --keep kept",
        "askarsan rehearse story.yaml --channels candidate=telegram,client=teams",
    )
)
def rehearse(
    ctx: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="Scenarios, as YAML.", show_default=False)],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per file, each on a line.")] = False,
    speed: Annotated[float, typer.Option(min=0, metavar="N", help="Virtual seconds in a real one; 0: no waiting.")] = 0,
    keep: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Keep the database, the JSON and each invite here.")
    ] = None,
    channels: Annotated[
        str, typer.Option(metavar="ROLE=CHANNEL,…", help="Where they write instead: candidate=sms,client=teams.")
    ] = "",
) -> None:
    """Play written scenarios on a clock that jumps.

    All but the outside is the real assistant; for that there are stand-ins, and nothing leaves this machine.

    Exits with 0 if every expectation holds, 1 if one does not, 2 if a file is not valid.
    """
    from bot.rehearsal.recasting import read_channels
    from bot.terminal.rehearse import Wanted
    from bot.terminal.rehearse import rehearse as play

    logs(ctx)
    try:
        instead = read_channels(channels)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--channels") from error
    raise typer.Exit(play(files, Wanted(as_json, speed, keep, instead)))


@app.command(
    epilog=example(
        "askarsan standins",
        "askarsan standins --person rita@firm.example --word try",
        "askarsan standins --fault microsoft=429 --fault calendly=503:3",
    )
)
def standins(
    ctx: typer.Context,
    person: Annotated[
        list[str] | None,
        typer.Option(metavar="ADDRESS", help="Who has calendars there.  [default: the team of docs/examples]"),
    ] = None,
    fault: Annotated[
        list[str] | None,
        typer.Option(metavar="VENDOR=FAULT[:N]", help="The next N requests go wrong like this; else the next 20."),
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65_000, metavar="N", help="The first port; 0 for any.")] = 8801,
    word: Annotated[
        str | None, typer.Option(metavar="WORD", help="Makes the same credentials each time; else by chance.")
    ] = None,
    keep: Annotated[Path, typer.Option(metavar="DIR", help="Where the key file for Google is put.")] = Path(
        "var/standins"
    ),
    as_json: Json = False,
) -> None:
    """Play the vendors of calendars and meetings, to try with.

    Microsoft 365, Google, Zoom, Calendly, a calendar link and a booking page, on this machine only. Shown are the
    settings that lead there, whose credentials are made up and work nowhere else, and what to try next.

    \b
    Faults:
      microsoft  401 403 409 412 429 500 503 slow cut page
      google     401 403 429 500 503 quota slow cut page
      zoom       401 403 404 429 500 503 slow cut
      calendly   401 403 404 429 500 503 slow cut
      feed       403 410 429 500 slow cut half page
    """
    from bot.terminal.standins import serve_standins

    logs(ctx)
    serve_standins(person or (), fault or (), port, word, keep, as_json=as_json)


@app.command(
    epilog=example(
        'askarsan understand "Tuesday after 3" --timezone Europe/Lisbon',
        'askarsan understand "the second" --offer 2026-03-03T10:00 --offer 2026-03-04T15:00 --now 2026-03-02T09:00',
        "askarsan understand --jsonl < in.jsonl > out.jsonl",
    )
)
def understand(
    ctx: typer.Context,
    text: Annotated[str | None, typer.Argument(metavar="TEXT", help="What somebody wrote.", show_default=False)] = None,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Many: a JSON object per line in, one per line out.")] = False,
    now: Annotated[str | None, typer.Option(metavar="ISO", help="When it was written; else now.")] = None,
    timezone: Annotated[str | None, typer.Option(metavar="IANA", help="The writer's zone; else the firm's.")] = None,
    offer: Annotated[list[str] | None, typer.Option(metavar="ISO", help="What is on the table, in its order.")] = None,
    locale: Annotated[str | None, typer.Option(metavar="BCP47", help="en-US and en-GB order days and months.")] = None,
    minutes: Annotated[int, typer.Option(min=1, max=1440, metavar="N", help="The length of the meeting.")] = 45,
    state: Annotated[str | None, typer.Option(metavar="STATE", help="collecting, offered or confirmed.")] = None,
    as_json: Json = False,
    explain: Annotated[bool, typer.Option("--explain", help="Show how the reading came about, rule by rule.")] = False,
    rules_only: Annotated[bool, typer.Option("--rules-only", help="Never ask a model, if one is set.")] = False,
) -> None:
    """Say what a message means for scheduling.

    Exits with 1 if a line of --jsonl was not valid; its answer then holds an error, and the rest goes on.
    """
    logs(ctx)
    if jsonl == (text is not None):
        raise typer.BadParameter("give it one text, or --jsonl and the texts on standard input.")
    with _second(rules_only=rules_only) as second:
        if jsonl or text is None:
            from bot.terminal.understand import understand_lines

            raise typer.Exit(understand_lines(sys.stdin.buffer, sys.stdout, second))
        from bot.clock import RealClock
        from bot.terminal.understand import Situation, understand_one

        situation = Situation(now, timezone or settings_now().firm_timezone, offer or (), locale, minutes, state)
        understand_one(text, situation, RealClock().now(), as_data=as_json, explain=explain, second=second)


def _second(*, rules_only: bool) -> AbstractContextManager[Second | None]:
    """Who may be asked besides the rules, if anybody."""
    settings = None if rules_only else settings_now()
    if settings is None or settings.model is None:
        return nullcontext()
    from bot.terminal.second import asked_besides

    return asked_besides(settings)


# To work with


@app.command(epilog=example("askarsan tracker", "askarsan tracker --export tracker.xlsx"))
def tracker(
    ctx: typer.Context,
    export: Annotated[Path | None, typer.Option(metavar="FILE", help="Write it to an .xlsx or a .csv.")] = None,
    as_json: Json = False,
) -> None:
    """Show who stands where, with every interview."""
    from bot.terminal.office import show_tracker

    logs(ctx)
    show_tracker(settings_now(), export, as_json=as_json)


@app.command(
    "import", epilog=example("askarsan import candidates.csv", "askarsan import new.xlsx --recruiter 'Rita Lopes'")
)
def import_(
    ctx: typer.Context,
    file: File,
    recruiter: Annotated[str | None, typer.Option(metavar="NAME", help="Who looks after their applications.")] = None,
) -> None:
    """Bring candidates in from a .csv or .xlsx file.

    All of them, or none and a word about every line that is wrong. Who is there already is left as they are.

    Columns: name, and email or phone; timezone, language, channels, consent, job and company if you have them.
    """
    from bot.terminal.office import import_candidates

    logs(ctx)
    import_candidates(settings_now(), file, recruiter)


@app.command(epilog=example("askarsan add team.yaml"))
def add(ctx: typer.Context, file: File) -> None:
    """Add people and jobs from a YAML file.

    The file has the sections people and jobs of a rehearsal; who or what is there already is left as it is. Nothing is
    made up: whoever is reached by slack, teams or telegram needs the vendor's id, as addresses: {slack: U0123ABC}.
    """
    from bot.terminal.office import add_people_and_jobs

    logs(ctx)
    add_people_and_jobs(settings_now(), file)


@app.command(epilog=example("askarsan why Ana Silva"))
def why(
    ctx: typer.Context, candidate: Annotated[list[str], typer.Argument(metavar="CANDIDATE", show_default=False)]
) -> None:
    """Tell a candidate's story, with the reason of each step."""
    from bot.terminal.office import show_why

    logs(ctx)
    show_why(settings_now(), " ".join(candidate))


@app.command(epilog=example("askarsan tasks", "askarsan tasks Rita Lopes --json", "askarsan tasks --link Rita Lopes"))
def tasks(
    ctx: typer.Context,
    recruiter: Annotated[
        list[str] | None, typer.Argument(metavar="RECRUITER", help="Only theirs.", show_default=False)
    ] = None,
    link: Annotated[bool, typer.Option("--link", help="A link to their own page, with scripts and buttons.")] = False,
    as_json: Json = False,
) -> None:
    """Show whom somebody of the firm is to call.

    Who is only on the phone or on LinkedIn, and whom nothing reaches that is written.
    """
    from bot.terminal.tasks import show_tasks

    logs(ctx)
    show_tasks(settings_now(), " ".join(recruiter or ()), link=link, as_json=as_json)


@app.command(epilog=example("askarsan timers"))
def timers(ctx: typer.Context) -> None:
    """Show what will come by itself.

    Nudges, reminders, and the question how it went. What is sent is decided when the time has come.
    """
    from bot.terminal.office import show_timers

    logs(ctx)
    show_timers(settings_now())


app.add_typer(inbox, name="inbox")
app.add_typer(people, name="people")
app.add_typer(calendar, name="calendar")
app.add_typer(link, name="link")
app.command(epilog=MEETINGS_EXAMPLE)(meetings)
app.command(epilog=AVAILABILITY_EXAMPLE)(availability)
app.command(epilog=HOURS_EXAMPLE)(hours)


# To run


@app.command(epilog=example("askarsan serve", "ASKARSAN_PORT=9000 askarsan serve", "askarsan serve --no-worker"))
def serve(
    worker: Annotated[bool, typer.Option(help="Also do the work here, or leave it to `askarsan worker`.")] = True,
) -> None:
    """Serve, with the worker in the same process."""
    from bot import service

    service.run(service.serve(settings_now(), worker=worker))


@app.command(epilog=example("askarsan worker"))
def worker() -> None:
    """Work beside processes that serve, on their database."""
    from bot import service

    service.run(service.work(settings_now()))


app.add_typer(channels, name="channels")
app.add_typer(templates, name="templates")


@app.command(epilog=example("askarsan settings", "ASKARSAN_OFFER_SIZE=5 askarsan settings"))
def settings(
    as_json: Json = False,
    example: Annotated[bool, typer.Option("--example", help="The text of .env.example.")] = False,
    page: Annotated[bool, typer.Option("--page", help="The text of docs/reference/settings.md.")] = False,
) -> None:
    """Show every setting and where it came from."""
    from bot.settings import shown as known
    from bot.terminal.office import show_settings

    if example or page:
        typer.echo(known.example() if example else known.reference(), nl=False)
        return
    show_settings(settings_now(), as_json=as_json)


app.add_typer(keys, name="keys")


@app.command(epilog=example("askarsan migrate"))
def migrate(ctx: typer.Context) -> None:
    """Make the database, or bring it up to date."""
    from bot.terminal.office import migrate as bring

    logs(ctx)
    bring(settings_now())


def main() -> None:
    # What a start imports stays: looking through it for garbage again and again was a quarter of the start.
    gc.set_threshold(20_000, 50, 50)
    app()


if __name__ == "__main__":
    main()
