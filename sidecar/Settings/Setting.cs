using System.CommandLine;

namespace ChatOps.Sidecar.Settings;

/// <summary>
/// One thing people can set in three places: a flag, a variable for the pod, a line of sidecar.yaml. The first that says it counts.
/// </summary>
/// <param name="Key">Where it stands in the file, with dots.</param>
/// <param name="Many">Several values: the flag given again, commas in the variable, a list in the file.</param>
internal sealed record Setting(string Flag, string Variable, string Key, string Description, string? Fallback = null, bool Many = false)
{
    public Option<string[]> Option { get; } = new(Flag)
    {
        Description = $"{Description} [{Variable}{(Many ? ", with commas" : "")}]{(Fallback is null ? "" : $" ({Fallback})")}",
        Recursive = true,
        AllowMultipleArgumentsPerToken = false,
        Arity = ArgumentArity.OneOrMore,
        HelpName = Key.Split('.')[^1],
    };
}
