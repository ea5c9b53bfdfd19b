namespace ChatOps.Bot.Dispatch;

/// <summary>Finds what a person most likely meant to type.</summary>
internal static class Nearest
{
    /// <summary>The candidate within two edits of the word (Levenshtein distance), or null.</summary>
    public static string? To(string word, IEnumerable<string> candidates)
    {
        if (word.Length > 64) return null;
        var best = candidates.Select(c => (Candidate: c, Distance: Distance(word, c))).OrderBy(c => c.Distance).FirstOrDefault();
        return best.Candidate is not null && best.Distance <= 2 && best.Distance < word.Length ? best.Candidate : null;
    }

    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var replace = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replace, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.Length];
    }
}
