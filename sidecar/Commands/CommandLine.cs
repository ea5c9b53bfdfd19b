using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Diagnostics;
using ChatOps.Sidecar.Posix;
using ChatOps.Sidecar.Reports;
using ChatOps.Telemetry;
using ChatOps.Traces;

namespace ChatOps.Sidecar.Commands;

/// <summary>The edge: turns arguments into one command, and every end of it into a message and an exit code.</summary>
internal sealed class CommandLine(TextWriter output, TextWriter error, bool terminal, TimeProvider time)
{
    private readonly GlobalOptions _options = new();

    public async Task<int> RunAsync(string[] arguments, CancellationToken cancellation)
    {
        var parsed = Root(cancellation).Parse(arguments);
        if (parsed.Errors.Count > 0 && parsed.Action is not HelpWithExamples)
        {
            foreach (var fault in parsed.Errors)
                await error.WriteLineAsync($"sidecar: {fault.Message}");
            await error.WriteLineAsync("  See sidecar --help");
            return ExitCode.Usage;
        }
        var edge = new InvocationConfiguration
        {
            // Signals and failures are ours to answer: Program and GuardAsync do.
            Output = output,
            Error = error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        };
        return await parsed.InvokeAsync(edge, cancellation);
    }

    /// <summary>What runs until it is stopped has a span for each request; everything else is one.</summary>
    private static async Task<int> RunAsync(ISidecarCommand command, CommandScope scope, CancellationToken cancellation)
    {
        if (command is RunCommand) return await command.RunAsync(scope, cancellation);
        using var span = Spans.Begin(
            command.Shape.Name, ActivityKind.Internal, request: null, Spans.Parse(Environment.GetEnvironmentVariable("TRACEPARENT")));
        try
        {
            var code = await command.RunAsync(scope, cancellation);
            Spans.End(span, code == ExitCode.Done ? "succeeded" : $"exit code {code}", failed: code != ExitCode.Done);
            return code;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            Spans.End(span, Faults.Of(failure).Kind, failed: true);
            throw;
        }
    }

    private RootCommand Root(CancellationToken cancellation)
    {
        var root = new RootCommand($"Takes, verifies and restores snapshots of a live home.\n\n{ExitCode.Help}");
        foreach (var option in _options.All)
            root.Options.Add(option);
        foreach (var command in CommandCatalog.All)
        {
            var shape = command.Shape;
            shape.SetAction((parsed, _) => GuardAsync(command, parsed, cancellation));
            root.Subcommands.Add(shape);
        }
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples(
            (SynchronousCommandLineAction)help.Action!,
            CommandCatalog.All.ToDictionary(command => command.Shape.Name, command => command.Examples));
        return root;
    }

    private async Task<int> GuardAsync(ISidecarCommand command, ParseResult parsed, CancellationToken cancellation)
    {
        IReport report = parsed.GetValue(_options.Json) ? new JsonReport(output, time) : new TextReport(output, error, terminal, time);
        try
        {
            var settings = _options.Read(parsed, Environment.GetEnvironmentVariable);
            Niceness.Set(settings.Nice);
            await using var telemetry = OtlpTelemetry.Start("chatops-sidecar", typeof(CommandLine).Assembly, time);
            telemetry?.TellTo(report.Note);
            return await RunAsync(command, new(settings, parsed, report, time) { Telemetry = telemetry }, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            report.Failed(new("Interrupted", "interrupted; nothing was left behind"));
            return ExitCode.Interrupted;
        }
        catch (Exception failure)
        {
            var fault = Faults.Of(failure);
            report.Failed(fault);
            return ExitCode.Of(fault);
        }
    }
}
