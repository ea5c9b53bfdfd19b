using System.CommandLine;

namespace ChatOps.Bot.Operations;

/// <summary>
/// <c>probe URL</c> asks another bot how it is, for <c>helm test</c> and for images without a shell: prints the answer and ends with 0 only
/// when it is 200.
/// </summary>
internal static class ProbeCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static Command Make()
    {
        var address = new Argument<string>("url") { Description = "such as http://chatops/health/ready" };
        var command = new Command("probe", "ask a running bot over HTTP how it is") { address };
        command.SetAction((parsed, ct) => AskAsync(parsed.GetRequiredValue(address), Console.Out, Console.Error, ct));
        return command;
    }

    internal static async Task<int> AskAsync(string address, TextWriter output, TextWriter error, CancellationToken ct)
    {
        using var http = new HttpClient { Timeout = Patience };
        try
        {
            using var answer = await http.GetAsync(address, ct);
            await output.WriteLineAsync($"{(int)answer.StatusCode} {(await answer.Content.ReadAsStringAsync(ct)).Trim()}");
            return answer.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or InvalidOperationException
            or NotSupportedException or UriFormatException)
        {
            await error.WriteLineAsync($"asking {address}: {e.Message}");
            return 1;
        }
    }
}
