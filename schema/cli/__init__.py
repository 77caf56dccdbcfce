"""The command line: `ledger`, for operators and for tools."""

from __future__ import annotations

import gc

import typer

from schema.cli import (
    activities,
    care,
    demo,
    explaining,
    importing,
    keys,
    lists,
    members,
    offers,
    openings,
    order,
    perks,
    playbook,
    redemptions,
    reviews,
    rounds,
    rules,
    serving,
    stories,
)
from schema.cli.opening import said_plainly

app = typer.Typer(
    name="ledger",
    help="The contribution ledger: every fact immutable, every point explained.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("serve")(serving.serve)
app.command("seed")(demo.seed)
app.command("migrate")(care.migrate)
app.command("import")(importing.import_file)
app.command("openings")(openings.openings)
app.command("export")(importing.export)
app.command("balances")(lists.balances)
app.command("entries")(lists.entries)
app.command("leaderboard")(lists.leaderboard)
app.command("explain")(explaining.explain)
app.command("verify")(care.verify)
app.command("rebuild")(care.rebuild)
app.command("simulate")(rules.simulate)
app.command("settings")(care.settings)
app.add_typer(keys.app, name="keys")
app.add_typer(members.app, name="members")
app.add_typer(lists.tiers, name="tiers")
app.add_typer(perks.app, name="perks")
app.add_typer(redemptions.app, name="redemptions")
app.add_typer(offers.app, name="offers")
app.add_typer(playbook.app, name="playbook")
app.add_typer(reviews.app, name="reviews")
app.add_typer(rules.app, name="rulebook")
app.add_typer(order.app, name="violations")
app.add_typer(activities.app, name="activities")
app.add_typer(rounds.app, name="rounds")
app.add_typer(stories.app, name="stories")


def main() -> None:
    """Run the command line; expected faults are one sentence and exit code 1, never a traceback."""
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)  # nearly all we make are values without cycles: a quarter of an import's time
    with said_plainly():
        app()
