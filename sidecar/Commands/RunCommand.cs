using System.CommandLine;

namespace ChatOps.Sidecar.Commands;

/// <summary>placeholder</summary>
internal sealed class RunCommand : ISidecarCommand
{
    public Command Shape => new("run", "x");

    public Task<int> RunAsync(CommandScope scope, CancellationToken cancellation) => Task.FromResult(0);
}
