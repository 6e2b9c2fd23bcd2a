"""The command line. Commands are thin: what they need is imported when they run, because the
start of a run is most of a small run."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import click

from conformance import __version__
from conformance.fronts.session import cases_folder, load_cases, resolve_targets, settings_here
from conformance.model.errors import ConformanceError, UsageError

EXIT_RED = 1
EXIT_USAGE = 2


class _Commands(click.Group):
    """Prints a user's mistake as one message and leaves with 2."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except ConformanceError as error:
            click.echo(f"conformance: {error}", err=True)
            sys.exit(EXIT_USAGE)
        except BrokenPipeError:
            _leave_quietly()


def _leave_quietly() -> NoReturn:
    """The reader of our output has gone (`| head`): no message, no traceback at exit."""
    sys.stderr.close()
    sys.exit(EXIT_RED)


_format_option = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
_cases_option = click.option(
    "--cases",
    type=click.Path(path_type=Path),
    help="Folder of case files; else the project's cases/, else the packaged ones.",
)
_backend_option = click.option(
    "--backend", "specs", multiple=True, metavar="SPEC", help="NAME[@VERSION][:WORD,...]"
)


def _size(_: click.Context, __: click.Parameter, text: str | None) -> int | None:
    """The size that an option was given, in bytes."""
    from conformance.fronts.sizes import parse_size

    try:
        return None if text is None else parse_size(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


_cache_option = click.option(
    "--no-cache", "cache", is_flag=True, default=True, flag_value=False,
    help="Run everything anew, whatever earlier runs have found.",
)  # fmt: skip
_memory_option = click.option(
    "--memory", callback=_size, metavar="SIZE",
    help="Memory that one call may take, such as 12GiB; cases that need more are left out.  "
    "[default: 1GiB]",
)  # fmt: skip


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="conformance")
def main() -> None:
    """Checks tensor frameworks against what their documentation says.

    Exit status: 0 all as expected, 1 something is not, 2 the question was wrong.
    """


@main.command()
@click.argument("addresses", nargs=-1, metavar="[OP[/FILE[/CASE]]]...")
@_backend_option
@click.option("--api", "apis", multiple=True, metavar="NAME", help="Only this API.")
@_cases_option
@click.option("--report", type=click.Path(path_type=Path), help="Write a report (JSON lines).")
@click.option("--timeout", "timeout_s", type=click.FloatRange(min=0.001), metavar="S",
              help="Seconds that one case may take.  [default: 60]")  # fmt: skip
@_memory_option
@click.option("--shard", metavar="I/N", help="Only the part I of N, for machines that share a run.")
@click.option("--durations", type=click.Path(path_type=Path), metavar="FILE",
              help="An earlier report, or JSON with seconds by task, for --shard.")  # fmt: skip
@click.option("--jobs", type=click.IntRange(min=1), metavar="N",
              help="Targets that work at a time.  [default: the number of CPUs]")  # fmt: skip
@_cache_option
@click.option("--resume", type=click.Path(path_type=Path), metavar="FILE",
              help="Complete the report of a run that was cut off.")  # fmt: skip
@click.option("--in-process", is_flag=True, help="No worker process, for a debugger.")
@_format_option
def run(
    addresses: tuple[str, ...],
    *,
    specs: tuple[str, ...],
    apis: tuple[str, ...],
    cases: Path | None,
    report: Path | None,
    timeout_s: float | None,
    memory: int | None,
    shard: str | None,
    durations: Path | None,
    jobs: int | None,
    cache: bool,
    resume: Path | None,
    in_process: bool,
    form: str,
) -> None:
    """Run cases on backends (without --backend: on the reference)."""
    from conformance.fronts.request import Request
    from conformance.fronts.run_command import StoppedRunError, run_request

    settings = settings_here()
    request = Request(
        specs=specs,
        addresses=addresses,
        apis=apis,
        cases=cases,
        report=report,
        timeout_s=timeout_s or settings.timeout_s,
        memory=memory,
        shard=shard,
        durations=durations,
        resume=resume,
        cached=cache,
        in_process=in_process,
        as_json=form == "json",
    )
    if jobs is not None:
        request = replace(request, jobs=jobs)
    if resume is None:
        cases = cases or settings.cases
        request = replace(request, specs=specs or ("reference",), cases=cases)
    try:
        red = run_request(request, settings)
    except StoppedRunError as stop:
        click.echo(f"conformance: {stop}", err=True)
        sys.exit(stop.status)
    sys.exit(EXIT_RED if red else 0)


@main.command(name="list")
@click.option("--op", help="Only this operation.")
@_cases_option
@_format_option
def list_cases(*, op: str | None, cases: Path | None, form: str) -> None:
    """List the cases, each with its file and reason. Starts nothing."""
    suite = load_cases(cases)
    if op is not None and op not in {o.name for o in suite.ops}:
        known = ", ".join(o.name for o in suite.ops) or "(none)"
        raise UsageError(f"no operation {op!r}; expected one of: {known}")
    rows = [
        {
            "case": case.address,
            "kind": case.kind,
            "question": case.expectation.question if case.expectation else None,
            "place": str(case.place),
            "why": case.why,
        }
        for case in suite.cases
        if op is None or case.op == op
    ]
    if form == "json":
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    for row in rows:
        click.echo(f"{row['case']}  {row['place']}  {row['why'] or row['kind']}")


@main.command()
@_format_option
def backends(*, form: str) -> None:
    """List the backends, what is installed of each, and how to get the rest."""
    from conformance.run.registry import registered_backends

    pairs = resolve_targets(sorted(registered_backends()), settings_here())
    rows = [
        {
            "backend": backend.name,
            "version": target.version,
            "apis": [binding.api for binding in backend.bindings],
            "interpreter": str(target.interpreter) if target.interpreter else None,
            "missing": target.missing,
        }
        for backend, target in pairs
    ]
    if form == "json":
        click.echo(json.dumps(rows, indent=2))
        return
    for backend, target in pairs:
        click.echo(f"{backend.name} {target.version}".rstrip())
        click.echo(f"  {target.missing or target.interpreter}")
        for binding in backend.bindings:
            click.echo(f"  - {binding.api}")


@main.command()
@click.argument("report", type=click.Path(path_type=Path))
@_format_option
def show(report: Path, *, form: str) -> None:
    """Show a report as `run` showed it; exit 1 if something in it is not as expected."""
    from conformance.files.report import read_report

    read = read_report(report)
    if form == "json":
        records = [read.header, *read.verdicts, read.footer]
        click.echo(json.dumps(records, indent=2, ensure_ascii=False))
    else:
        from conformance.fronts.terminal import make_console, print_report

        console = make_console()
        console.print(f"{read.header['tool']}, {read.header['time']}", highlight=False)
        print_report(console, read.header, read.verdicts)
    sys.exit(EXIT_RED if read.red else 0)


@main.command()
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path), required=False)
@click.option("--from", "before", metavar="TARGET", help="This target of OLD ...")
@click.option("--to", "after", metavar="TARGET", help="... and this one of NEW (of OLD without).")
@_format_option
def diff(
    old: Path, *, new: Path | None, before: str | None, after: str | None, form: str
) -> None:  # fmt: skip
    """Show what has changed between two reports, or two targets of one; exit 1 if something is
    broken or gone."""
    from conformance.fronts.diff_command import as_data, as_text, diff_of

    if (before is None) is not (after is None):
        given, missing = ("--from", "--to") if after is None else ("--to", "--from")
        raise UsageError(f"{given} without {missing}; expected both or none")
    names = (before, after) if before is not None and after is not None else None
    found = diff_of(old, new, names=names)
    click.echo(json.dumps(as_data(found), indent=2) if form == "json" else as_text(found))
    sys.exit(EXIT_RED if found.worse else 0)


@main.command()
@click.argument("reports", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--output", type=click.Path(path_type=Path), required=True, metavar="FILE",
              help="The report to write.")  # fmt: skip
def merge(reports: tuple[Path, ...], *, output: Path) -> None:
    """Write several reports as one: of other targets, other machines, the shards of a run."""
    from conformance.files.merge import write_merged
    from conformance.files.report import read_report

    if output.resolve() in [report.resolve() for report in reports]:
        raise UsageError(f"--output is {output}, one of the reports; expected another file")
    records = write_merged([read_report(report) for report in reports], output)
    targets = ", ".join(target["name"] for target in records[0]["targets"])
    click.echo(f"{output}: {records[-1]['verdicts']} verdicts on {targets}")


@main.command()
@_cases_option
@_format_option
def lint(*, cases: Path | None, form: str) -> None:
    """Check case files and backend data without starting anything; exit 1 if something is found."""
    from conformance.authoring.lint import lint as find
    from conformance.run.registry import load_registered, registered_backends

    folder = cases_folder(cases)
    findings = find(folder, [load_registered(name) for name in sorted(registered_backends())])
    if form == "json":
        click.echo(json.dumps([str(finding) for finding in findings], indent=2))
    else:
        for finding in findings:
            click.echo(str(finding))
        click.echo(f"{len(findings)} findings in {folder}", err=True)
    sys.exit(EXIT_RED if findings else 0)


@main.command()
@click.argument("kind")
def schema(kind: str) -> None:
    """Print the JSON Schema of a KIND of file: op, page, behaviour, differences, ..."""
    from conformance.files.schemas import schema_kinds, schema_text

    if kind not in schema_kinds():
        raise UsageError(f"no schema {kind!r}; expected one of: {', '.join(schema_kinds())}")
    click.echo(schema_text(kind).rstrip("\n"))


@main.command()
@click.argument("case")
@_backend_option
@click.option("--api", "apis", multiple=True, metavar="NAME", help="Only this API.")
@_cases_option
def repro(case: str, *, specs: tuple[str, ...], apis: tuple[str, ...], cases: Path | None) -> None:
    """Print a script for a bare Python that makes the call of CASE.

    CASE is OP/FILE/CASE, or a task's id as `run` and pytest print it.
    """
    from conformance.decide.plan import Selection, make_plan
    from conformance.fronts.repro_command import parse_task_id, scripts

    address, api, spec = parse_task_id(case)
    if spec and not specs:
        specs = (spec,)
    if api and not apis:
        apis = (api,)
    pairs = resolve_targets(specs or ("reference",), settings_here())
    tasks = make_plan(load_cases(cases, [address]), pairs, selection=Selection((address,), apis))
    click.echo(scripts(tasks), nl=False)


@main.command()
@click.argument("specs", nargs=-1, required=True, metavar="SPEC...")
@_cases_option
@click.option("--timeout", "timeout_s", type=click.FloatRange(min=0.001), metavar="S",
              help="Seconds that one call may take.  [default: 60]")  # fmt: skip
@_format_option
def smoke(
    specs: tuple[str, ...], *, cases: Path | None, timeout_s: float | None, form: str
) -> None:
    """Look whether the targets SPEC start and do what is declared of them; exit 1 if one does not.

    One call for each dtype; without words in SPEC one for each device and mode, too.
    """
    from conformance.fronts.request import number_of_cpus
    from conformance.fronts.smoke_command import as_data, as_text, look_at

    settings = settings_here()
    pairs = resolve_targets(specs, settings)
    timeout_s = timeout_s or settings.timeout_s
    seen = []
    for looked in look_at(pairs, load_cases(cases), jobs=number_of_cpus(), timeout_s=timeout_s):
        seen.append(looked)
        if form == "text":
            click.echo(as_text(looked))
    if form == "json":
        click.echo(json.dumps([as_data(looked) for looked in seen], indent=2, ensure_ascii=False))
    sys.exit(EXIT_RED if any(looked.findings for looked in seen) else 0)


@main.command()
@click.argument("specs", nargs=-1, required=True, metavar="SPEC...")
def install(specs: tuple[str, ...]) -> None:
    """Make the managed environments of SPEC (NAME or NAME@VERSION); what is there is kept."""
    from conformance.run.environments import install as make

    settings = settings_here()
    failed = False
    for spec in specs:
        try:
            folder = make(spec, settings.home, on_progress=lambda text: click.echo(text, err=True))
        except UsageError:
            raise
        except ConformanceError as error:
            click.echo(f"conformance: {error}", err=True)
            failed = True
        else:
            click.echo(f"{spec}: {folder}")
    sys.exit(EXIT_RED if failed else 0)


@main.command()
@click.argument("specs", nargs=-1, required=True, metavar="SPEC...")
def uninstall(specs: tuple[str, ...]) -> None:
    """Remove the managed environments of SPEC."""
    from conformance.run.environments import uninstall as remove

    settings = settings_here()
    for spec in specs:
        remove(spec, settings.home)
        click.echo(f"{spec}: removed")


@main.command()
@click.argument("folder", type=click.Path(path_type=Path), default=Path("tests/fakes/scans"))
@_cases_option
@click.option("--timeout", "timeout_s", type=click.FloatRange(min=0.001), default=10.0,
              show_default=True, metavar="S", help="Seconds that one case may take.")  # fmt: skip
@_memory_option
@click.option("--jobs", type=click.IntRange(min=1), metavar="N",
              help="Modules that are tried at a time.  [default: the number of CPUs]")  # fmt: skip
@_cache_option
@_format_option
def fakes(
    folder: Path,
    *,
    cases: Path | None,
    timeout_s: float,
    memory: int | None,
    jobs: int | None,
    cache: bool,
    form: str,
) -> None:
    """Print which case catches which fake of FOLDER; exit 1 if a faulty one escapes, a right one
    is caught, or a case catches nothing."""
    from conformance.authoring.fakes import catch
    from conformance.files.verdict_store import VerdictStore
    from conformance.fronts.fakes_command import as_data, as_text, known_or_caught, question
    from conformance.fronts.known_verdicts import FOLDER
    from conformance.fronts.request import number_of_cpus
    from conformance.run.memory import available_memory, check_budget
    from conformance.run.registry import load_registered, registered_backends

    backends = [load_registered(name) for name in sorted(registered_backends())]
    if memory is not None:
        check_budget(memory, available_memory())
    place = cases_folder(cases)
    asked = question(folder, place, backends, timeout_s=timeout_s, memory=memory)
    catches = known_or_caught(
        lambda: catch(
            load_cases(place),
            backends,
            folder=folder,
            timeout_s=timeout_s,
            memory=memory,
            jobs=jobs or number_of_cpus(),
        ),
        folder=folder,
        question=asked,
        store=VerdictStore(settings_here().home / FOLDER),
        reads=cache,
    )
    click.echo(json.dumps(as_data(catches), indent=2) if form == "json" else as_text(catches))
    sys.exit(EXIT_RED if catches.missed or catches.wronged or catches.idle else 0)
