using ChatOps.Testing.Cluster;
using ChatOps.Testing.Sqlite;

namespace ChatOps.EndToEnd.Tests.Support;

/// <summary>Skips a test whose real part is missing, with how to get it; on a build server that is a failure.</summary>
internal static class Requirements
{
    public static void Need(string? missing)
    {
        Assert.False(missing is not null && Tools.MustBePresent, missing);
        Assert.SkipWhen(missing is not null, missing ?? "");
    }

    public static void NeedRealApiServer() => Need(ClusterUnderTest.MissingFor("real"));

    public static void NeedSignalEngine() => Need(NodeParts.Installed ? null : NodeParts.HowToGet);
}
