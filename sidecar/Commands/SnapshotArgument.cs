using System.CommandLine;
using ChatOps.Sidecar.Runs;

namespace ChatOps.Sidecar.Commands;

/// <summary>The argument that chooses a snapshot: its name, or <c>latest</c>.</summary>
internal static class SnapshotArgument
{
    public static Argument<string> Make() => new("name")
    {
        Description = "The snapshot's name, or latest.",
        DefaultValueFactory = _ => SnapshotChoice.Latest,
    };
}
