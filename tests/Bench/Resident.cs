using ChatOps.Values;

namespace ChatOps.Bench;

/// <summary>The memory a process holds, told apart: what is its own, and pages of files that every process like it shares.</summary>
/// <remarks>Source: proc(5), "status" and "smaps_rollup".</remarks>
internal sealed record Resident(ByteSize All, ByteSize Own, ByteSize Files, ByteSize Proportional)
{
    public static string[] Headings => ["resident", "its own", "shared files", "proportional"];

    public string[] Cells => [$"{All}", $"{Own}", $"{Files}", $"{Proportional}"];

    public static Resident Of(int id)
    {
        var status = Fields($"/proc/{id}/status");
        var rollup = Fields($"/proc/{id}/smaps_rollup");
        return new(status["VmRSS"], status["RssAnon"], new(status["RssFile"].Bytes + status["RssShmem"].Bytes), rollup["Pss"]);
    }

    private static Dictionary<string, ByteSize> Fields(string file) => File.ReadLines(file)
        .Select(line => line.Split([':', ' ', '\t'], StringSplitOptions.RemoveEmptyEntries)).Where(words => words is [_, _, "kB"])
        .ToDictionary(words => words[0], words => new ByteSize(long.Parse(words[1]) * 1024));
}
