using System.Net;
using System.Text.Json.Nodes;
using ChatOps.Bot.Chat;
using ChatOps.Bot.Settings;
using ChatOps.Bot.Tests.Support;
using ChatOps.Kubernetes;
using ChatOps.Resources;
using ChatOps.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using NSubstitute;

namespace ChatOps.Bot.Tests.Chat;

/// <summary>News reach a chat however long it, or the API server, is away, and each once.</summary>
public sealed class AnnouncementsTests
{
    private readonly ManualTime _time = new();
    private readonly RecordingPlatform _chat = new();
    private readonly IKubernetesClient _client = Substitute.For<IKubernetesClient>();
    private readonly List<JsonNode> _written = [];
    private readonly Announcements _announcements;
    private int _refusals;

    public AnnouncementsTests()
    {
        var settings = new BotSettings { Telegram = new() { Enabled = true, Chats = [new ChatSettings("ops", "1", [], Notify: true)] } };
        _announcements = new(_client, new ChatPlatforms([_chat]), settings, _time, NullLogger<Announcements>.Instance);
        _client.PatchAsync(ChatOpsKinds.Snapshots, "default", "s", Arg.Any<Patch>(), Arg.Any<CancellationToken>()).Returns(call =>
        {
            if (_refusals-- > 0)
                throw new ApiException("patch", "snapshots s", HttpStatusCode.ServiceUnavailable, "ServiceUnavailable", "away", null);
            _written.Add(call.Arg<Patch>().Body);
            return new Snapshot();
        });
    }

    [Fact]
    public async Task A_chat_that_was_away_is_told_once_and_of_the_newest_state()
    {
        _chat.Away = true;
        Tell("running", CardState.Working);
        await _time.AdvanceAsync(TimeSpan.FromMinutes(40));
        Tell("done", CardState.Succeeded);
        _chat.Away = false;
        await _time.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Equal("done", Assert.Single(_chat.Messages).Card.Title);
        Assert.Single(_written);
    }

    [Fact]
    public async Task Where_it_is_shown_is_written_down_however_long_the_API_server_is_away()
    {
        _refusals = 10;
        Tell("running", CardState.Working);
        await _time.AdvanceAsync(TimeSpan.FromMinutes(10));
        Tell("running", CardState.Working);
        Assert.Single(_chat.Messages);
        var annotations = Assert.Single(_written)["metadata"]!["annotations"]!.AsObject();
        Assert.Contains("\"telegram\"", (string)annotations[ChatOpsKinds.MessagesAnnotation]!, StringComparison.Ordinal);
        Assert.True(annotations.ContainsKey(ResourceMessages.ShownAnnotation));
        Assert.Null(annotations[ResourceMessages.ShownAnnotation]);
    }

    [Fact]
    public async Task News_of_a_schedule_wait_for_their_chat()
    {
        _chat.Away = true;
        var said = _announcements.SayAsync("home", null, new Card(CardState.Failed, "missed"), CancellationToken.None);
        await _time.AdvanceAsync(TimeSpan.FromMinutes(30));
        Assert.False(said.IsCompleted);
        _chat.Away = false;
        await _time.AdvanceAsync(TimeSpan.FromMinutes(1));
        await said;
        Assert.Equal("missed", Assert.Single(_chat.Messages).Card.Title);
    }

    private void Tell(string title, CardState state)
    {
        var metadata = new ObjectMeta { Name = "s", Namespace = "default", Uid = "u", CreationTimestamp = _time.GetUtcNow() };
        _announcements.Tell(
            ChatOpsKinds.Snapshots, new Snapshot { Metadata = metadata }, "home", new Card(state, title), CancellationToken.None);
    }
}
