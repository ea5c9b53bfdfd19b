namespace ChatOps.Testing.Discord.Server;

/// <summary>Ids that carry their time and only grow ("API Reference", Snowflakes).</summary>
internal sealed class Snowflakes(TimeProvider time)
{
    private const long Epoch = 1420070400000;
    private ulong _last;

    public ulong Next()
    {
        var id = (ulong)(time.GetUtcNow().ToUnixTimeMilliseconds() - Epoch) << 22;
        return _last = Math.Max(id, _last + 1);
    }
}
