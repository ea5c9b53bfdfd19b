using System.CommandLine;
using System.CommandLine.Invocation;

namespace ChatOps.Sidecar.Commands;

/// <summary>The help of a command, and below it lines one can type.</summary>
internal sealed class HelpWithExamples(SynchronousCommandLineAction help, IReadOnlyDictionary<string, IReadOnlyList<string>> examples)
    : SynchronousCommandLineAction
{
    public override int Invoke(ParseResult parsed)
    {
        var code = help.Invoke(parsed);
        if (!examples.TryGetValue(parsed.CommandResult.Command.Name, out var lines))
            return code;
        var output = parsed.InvocationConfiguration.Output;
        output.WriteLine("Examples:");
        foreach (var line in lines)
            output.WriteLine($"  {line}");
        output.WriteLine();
        return code;
    }
}
