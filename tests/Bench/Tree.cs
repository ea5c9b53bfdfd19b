namespace ChatOps.Bench;

/// <summary>Makes the tree both sides read: attachments that do not compress, logs and settings that do, the same for every run.</summary>
internal static class Tree
{
    public static void Make(string root, int megabytes)
    {
        var random = new Random(42);
        var noise = new byte[400_000];
        var attachments = megabytes * 6 / 10 * 1_000_000L / noise.Length;
        for (var i = 0; i < attachments; i++)
        {
            random.NextBytes(noise);
            Write(root, $".config/Signal/attachments.noindex/{i % 256:x2}/{i:x8}", noise.AsSpan(0, random.Next(noise.Length / 2,
                noise.Length)));
        }
        var words = new byte[250_000];
        var texts = megabytes * 4 / 10 * 1_000_000L / words.Length;
        for (var i = 0; i < texts; i++)
        {
            for (var at = 0; at < words.Length; at++)
                words[at] = (byte)("etaoin shrdlu\n{}:,0123456789"[random.Next(random.Next(1, 29))]);
            Write(root, $"Documents/{i % 16}/{i}.log", words);
        }
    }

    /// <summary>Many small files; returns their bytes.</summary>
    public static long MakeSmall(string root, int files)
    {
        var random = new Random(42);
        var bytes = new byte[2000];
        for (var i = 0; i < files; i++)
        {
            random.NextBytes(bytes.AsSpan(0, 1000));
            Write(root, $"cache/{i % 500:x3}/{i:x6}", bytes);
        }
        return (long)files * bytes.Length;
    }

    private static void Write(string root, string path, ReadOnlySpan<byte> bytes)
    {
        var full = Path.Combine(root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllBytes(full, bytes);
    }
}
