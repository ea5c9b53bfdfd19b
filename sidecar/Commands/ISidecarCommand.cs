using System.CommandLine;

namespace ChatOps.Sidecar.Commands;

/// <summary>
/// One command: its shape on the command line and what it does. <see cref="RunAsync"/> returns an exit code; refusals are thrown as
/// <c>FaultException</c> and told once, by the edge; cancellation is thrown through.
/// </summary>
internal interface ISidecarCommand
{
    Command Shape { get; }

    /// <summary>Lines one can type, for help: at least one.</summary>
    IReadOnlyList<string> Examples { get; }

    Task<int> RunAsync(CommandScope scope, CancellationToken cancellation);
}
