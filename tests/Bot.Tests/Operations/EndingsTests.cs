using ChatOps.Bot.Operations;
using ChatOps.Kubernetes;
using ChatOps.Resources;

namespace ChatOps.Bot.Tests.Operations;

public sealed class EndingsTests
{
    private readonly Endings _endings = new();

    [Fact]
    public void An_end_that_was_seen_coming_is_new_once()
    {
        Assert.False(IsNew("a", final: false, synced: false));
        Assert.True(IsNew("a", final: true, synced: true));
        Assert.False(IsNew("a", final: true, synced: true));
    }

    [Fact]
    public void What_had_ended_before_is_not_new_but_what_came_and_ended_between_two_looks_is()
    {
        Assert.False(IsNew("before", final: true, synced: false));
        Assert.False(IsNew("before", final: true, synced: true));
        Assert.True(IsNew("quick", final: true, synced: true));
    }

    [Fact]
    public void What_was_deleted_is_no_end_and_one_made_again_is_another()
    {
        Assert.False(IsNew("a", final: false, synced: true));
        Assert.False(_endings.IsNew(WatchEventType.Deleted, Named("a"), final: true, synced: true));
        Assert.True(IsNew("a", final: true, synced: true));
    }

    private bool IsNew(string uid, bool final, bool synced) => _endings.IsNew(WatchEventType.Modified, Named(uid), final, synced);

    private static Snapshot Named(string uid) => new() { Metadata = new() { Name = uid, Uid = uid } };
}
