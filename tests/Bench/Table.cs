namespace ChatOps.Bench;

/// <summary>Prints rows in columns as wide as their widest cell; the first row is the heading.</summary>
internal static class Table
{
    public static void Print(string title, IReadOnlyList<string[]> rows)
    {
        Console.WriteLine($"\n{title}");
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in rows)
            Console.WriteLine("  " + string.Join("  ", row.Select((cell, column) => column == 0
                ? cell.PadRight(widths[0]) : cell.PadLeft(widths[column]))));
    }

    public static double Median(IEnumerable<double> values) => values.Order().ToList() is var sorted ? sorted[sorted.Count / 2] : 0;
}
