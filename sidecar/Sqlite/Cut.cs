namespace ChatOps.Sidecar.Sqlite;

/// <summary>
/// One instant common to several databases: each is read, then each is read again, and only when none moved between do the readings
/// stand together. Takes no lock. After <see cref="Tries"/> failures the last readings are used and <see cref="IsCommon"/> is false.
/// </summary>
internal sealed record Cut(IReadOnlyList<CutMark> Marks, bool IsCommon)
{
    public const int Tries = 1000;

    /// <summary>Null when some database gave no reading at all in that time.</summary>
    public static Cut? Take(IReadOnlyList<Func<CutMark?>> databases)
    {
        var marks = new CutMark[databases.Count];
        var last = false;
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var read = ReadAll(databases, marks);
            last |= read;
            if (read && Stands(databases, marks))
                return new(marks, true);
            // A writer that shares our core must be let on to finish its header.
            Thread.Yield();
        }
        return last ? new(marks, databases.Count <= 1) : null;
    }

    private static bool ReadAll(IReadOnlyList<Func<CutMark?>> databases, CutMark[] marks)
    {
        for (var i = 0; i < marks.Length; i++)
        {
            if (databases[i]() is not { } mark)
                return false;
            marks[i] = mark;
        }
        return true;
    }

    private static bool Stands(IReadOnlyList<Func<CutMark?>> databases, CutMark[] marks)
    {
        for (var i = 0; i < marks.Length; i++)
        {
            if (databases[i]() != marks[i])
                return false;
        }
        return true;
    }
}
