using ChatOps.Bot.Chat;
using ChatOps.Bot.Health;
using NSubstitute;

namespace ChatOps.Bot.Tests.Health;

public sealed class ReadinessTests
{
    [Fact]
    public void It_waits_for_the_cluster_and_for_every_platform_in_any_order()
    {
        var readiness = new Readiness(new ChatPlatforms([Named("telegram"), Named("discord")]));
        Assert.Equal([Readiness.Cluster, "telegram", "discord"], readiness.Awaited);
        readiness.Reach("telegram");
        readiness.Reach(Readiness.Cluster);
        Assert.Equal(["discord"], readiness.Awaited);
        readiness.Reach("discord");
        readiness.Reach("discord");
        Assert.Empty(readiness.Awaited);
    }

    private static IChatPlatform Named(string name)
    {
        var platform = Substitute.For<IChatPlatform>();
        platform.Name.Returns(name);
        return platform;
    }
}
