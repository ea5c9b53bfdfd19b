using ChatOps.EndToEnd.Tests.Charts;

namespace ChatOps.EndToEnd.Tests.Docs;

/// <summary>
/// A terminal as a reader has it open: what one block exports, and the folder it goes to, are there for the next. A block ends at its first
/// command that fails, and then has failed.
/// </summary>
internal sealed class Terminal(string folder, IReadOnlyDictionary<string, string> environment)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>The exit code, null for a block that did not come to its end, and all that was shown.</summary>
    public async Task<(int? Code, string Shown)> RunAsync(string commands)
    {
        var (block, kept, shown) = (Path.Combine(folder, ".block"), Path.Combine(folder, ".terminal"), Path.Combine(folder, ".shown"));
        await File.WriteAllTextAsync(block, $"""
            exec > {shown} 2>&1
            set -euo pipefail
            cd {folder}
            if [ -f {kept} ]; then . {kept}; cd "$PWD"; fi
            trap 'export -p > {kept}' EXIT
            {commands}

            """, TestContext.Current.CancellationToken);
        int? code = null;
        try
        {
            code = (await ToolRun.OfAsync("bash", [block], environment: environment.Select(v => (v.Key, v.Value)), limit: Patience)).Code;
        }
        catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            // What it showed until then says where it waits.
        }
        return (code, await File.ReadAllTextAsync(shown, TestContext.Current.CancellationToken));
    }
}
