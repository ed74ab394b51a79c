"""The command line: what each command takes, and which exit code its errors mean. The work is in `commands`."""

import sys
from typing import Annotated

import typer

from config.problems import ConfigError
from daemon import __version__
from daemon.commands import (
    analysing,
    checking,
    configuring,
    controls,
    explaining,
    looking,
    running,
    silencing,
    trying,
    upkeep,
)
from daemon.errors import ChannelwatchError, WrongUsage
from daemon.logs import last_words, log_crashes, set_up
from daemon.redact import Redactor

# Exit codes: 0 fine, 1 the run failed, 2 wrong usage, 78 bad configuration (EX_CONFIG of sysexits.h).
FAILED, WRONG_USAGE, BAD_CONFIG = 1, 2, 78

app = typer.Typer(
    name="channelwatch",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Watches marketing KPIs and explains, in one message, what broke, where, why, what it costs and what to do.",
)

for module in (configuring, checking, controls, silencing, explaining, looking, running, trying, upkeep, analysing):
    module.add_to(app)


@app.callback(invoke_without_command=True)
def _options(version: Annotated[bool, typer.Option("--version", help="Show the version and end.")] = False) -> None:
    set_up(Redactor(), level="WARNING")  # before anything logs: standard output belongs to answers
    log_crashes()
    if version:
        typer.echo(f"channelwatch {__version__}")
        raise typer.Exit


def main() -> None:
    """Run a command; a mistake of the user ends in a sentence, never in a traceback."""
    try:
        app()
    except ConfigError as error:
        _end(str(error), BAD_CONFIG)
    except WrongUsage as error:
        _end(str(error), WRONG_USAGE)
    except ChannelwatchError as error:
        _end(str(error), FAILED)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output has gone; nothing is left to say
        sys.exit(FAILED)
    except KeyboardInterrupt:
        _end("stopped", 130)


def _end(message: str, code: int) -> None:
    typer.echo(last_words(message), err=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
