using ChatOps.Bot.Chat;
using ChatOps.Bot.Tests.Support;
using ChatOps.Kubernetes;
using ChatOps.Resources;
using ChatOps.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using NSubstitute;

namespace ChatOps.Bot.Tests.Chat;

public sealed class ResourceMessagesTests
{
    [Fact]
    public async Task A_resource_counts_as_shown_only_when_every_message_shows_its_last_state()
    {
        var (time, client) = (new ManualTime(), Substitute.For<IKubernetesClient>());
        var (near, far) = (new RecordingPlatform(), new RecordingPlatform { Name = "discord" });
        var live = new LiveMessages(new ChatPlatforms([near, far]), time, NullLogger<LiveMessages>.Instance);
        MessageReference[] messages =
        [
            await near.SendAsync("1", new Card(CardState.Working, "runs"), CancellationToken.None),
            await far.SendAsync("1", new Card(CardState.Working, "runs"), CancellationToken.None),
            new("gone", "1", "1"), // of a platform that is no longer configured
        ];
        var annotations = new Dictionary<string, string> { [ChatOpsKinds.MessagesAnnotation] = MessageReference.Annotation(messages) };
        var snapshot = new Snapshot { Metadata = new() { Name = "s", Namespace = "default", Annotations = annotations } };
        far.Away = true;
        new ResourceMessages(client, live, NullLogger<ResourceMessages>.Instance)
            .Show(ChatOpsKinds.Snapshots, snapshot, new Card(CardState.Succeeded, "done"));
        await time.AdvanceAsync(TimeSpan.FromMinutes(5));
        Assert.Equal("done", Assert.Single(near.Messages).Card.Title);
        Assert.Empty(client.ReceivedCalls());
        far.Away = false;
        await time.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Equal("done", Assert.Single(far.Messages).Card.Title);
        Assert.Single(client.ReceivedCalls());
    }
}
