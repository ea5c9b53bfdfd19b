namespace ChatOps.Sidecar.Stores.S3;

/// <summary>
/// How large the parts of an upload of unknown length are: small at first, twice as large after every thousand, so that 10,000 parts hold
/// more than the 5 TiB an object may have (from 8 MiB; 4 TiB from 5 MiB) while an ordinary home needs little memory.
/// Source: Amazon S3 User Guide, "Amazon S3 multipart upload limits".
/// </summary>
internal static class PartSizes
{
    public const int Most = 10_000;
    private const int Mebibyte = 1 << 20, Step = 1000;

    /// <summary>One part is one array, and an array ends below 2 GiB.</summary>
    private const int Largest = 1792;

    /// <param name="number">From 1, as S3 counts.</param>
    public static int Of(int number, int firstMebibytes) =>
        (int)Math.Min((long)firstMebibytes << ((number - 1) / Step), Largest) * Mebibyte;

    /// <summary>How many of the few shares of memory a part takes: the larger the parts, the fewer travel at once.</summary>
    public static int Shares(int number, int firstMebibytes, int all) =>
        Math.Min(all, Of(number, firstMebibytes) / (firstMebibytes * Mebibyte));
}
