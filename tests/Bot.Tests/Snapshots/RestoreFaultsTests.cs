using System.Text.Json.Nodes;
using ChatOps.Bot.Snapshots;
using ChatOps.Kubernetes;
using ChatOps.Resources;

namespace ChatOps.Bot.Tests.Snapshots;

public sealed class RestoreFaultsTests
{
    private const string Make = "kubectl -n signal create secret generic key --from-file=key.txt";

    [Theory]
    [InlineData("BadIdentity", "Secret key with the identity is not in namespace signal, or has no key.txt", $"{Make}; then ask again")]
    [InlineData("WrongIdentity", "key.txt in Secret key of namespace signal does not open it: it is encrypted to another key",
        $"kubectl -n signal delete secret key; with the right one {Make}; then ask again")]
    [InlineData("NoRoom", "what the sidecar said", "what it advised")]
    public void What_the_sidecar_said_is_told_in_words_of_the_cluster(string kind, string message, string hint)
    {
        var fault = RestoreFaults.Of(Restore(), "key", Ended(Said(kind)));
        Assert.Equal($"restore of a-1 failed: {message}; the data that was there is untouched", fault.Message);
        Assert.Equal(hint, fault.Hint);
    }

    [Theory]
    [InlineData("HalfPlaced", 1)]
    [InlineData("NoRoom", 2)]
    public void Nothing_is_called_untouched_that_may_be_half_replaced(string kind, int attempts)
    {
        var restore = Restore() with { Status = new RestoreStatus { Phase = RestorePhase.Running, Attempts = attempts } };
        var fault = RestoreFaults.Of(restore, "key", Ended(Said(kind)));
        Assert.Equal("restore of a-1 failed: what the sidecar said", fault.Message);
        Assert.Equal("what it advised", fault.Hint);
    }

    [Fact]
    public void An_encrypted_archive_without_a_declared_identity_names_the_setting()
    {
        var fault = RestoreFaults.Of(Restore(), null, Ended(Said("IdentityRequired")));
        Assert.Contains(
            "it is encrypted, and no Secret with the identity that opens it is declared", fault.Message, StringComparison.Ordinal);
        Assert.Equal(
            "kubectl -n signal create secret generic shop-identity --from-file=key.txt; "
                + "then name it as targets.shop.home.identitySecret in chatops.yaml",
            fault.Hint);
    }

    [Theory]
    [InlineData("sidecar: --into is required\n  See sidecar --help\n", "Error", "sidecar: --into is required")]
    [InlineData("7\n", "Error", "7")]
    [InlineData("", "Error", "it ended with 1 and said nothing")]
    [InlineData("{\"event\":\"progress\"}\n", "OOMKilled", "it ended with 1 (OOMKilled)")]
    public void An_end_without_that_is_told_as_it_was_and_nothing_is_promised(string log, string reason, string cause)
    {
        var fault = RestoreFaults.Of(Restore(), "key", Ended(log, reason));
        Assert.Equal($"restore of a-1 failed: {cause}", fault.Message);
        Assert.Equal("kubectl -n signal describe job r-1", fault.Hint);
    }

    [Fact]
    public void A_pod_that_is_gone_or_was_evicted_left_no_words()
    {
        Assert.Equal("restore of a-1 failed: its pod left no trace", RestoreFaults.Of(Restore(), null, null).Message);
        var evicted = new Pod { Status = new() { Phase = "Failed", Reason = "Evicted" } };
        Assert.Equal(
            "restore of a-1 failed: its pod was ended before it was done (Evicted)",
            RestoreFaults.Of(Restore(), null, evicted).Message);
    }

    [Theory]
    [InlineData(1, "Error", false)]
    [InlineData(4, "Error", false)]
    [InlineData(128, "StartError", false)]
    [InlineData(130, "Error", true)]
    [InlineData(137, "Error", true)]
    [InlineData(137, "OOMKilled", true)]
    public void What_a_signal_ended_was_interrupted(int exit, string reason, bool interrupted) =>
        Assert.Equal(interrupted, RestoreFaults.WasInterrupted(Ended("", reason, exit)));

    [Fact]
    public void One_whose_pod_is_gone_was_interrupted()
    {
        Assert.True(RestoreFaults.WasInterrupted(null));
        Assert.True(RestoreFaults.WasInterrupted(new Pod { Status = new() { Phase = "Failed", Reason = "Evicted" } }));
    }

    [Fact]
    public void One_that_was_interrupted_and_cannot_begin_again_promises_nothing_of_the_data()
    {
        var restore = Restore() with { Status = new() { Attempts = 2 } };
        var pulling = new Pod
        {
            Status = new()
            {
                ContainerStatuses = [new() { Image = "i:1", State = new() { Waiting = new() { Reason = "ImagePullBackOff" } } }]
            }
        };
        Assert.Equal(
            "restore of a-1 was interrupted and cannot begin again: its pod cannot pull i:1",
            RestoreFaults.NotStarted(restore, new(), [pulling], null)?.Message);
    }

    [Theory]
    [InlineData(null, "")]
    [InlineData(472L, "")]
    [InlineData(0L, "; as it runs as root, signal must allow the Pod Security level baseline")]
    public void Without_a_pod_root_may_be_why(long? user, string said)
    {
        var container = new Container { SecurityContext = new() { RunAsUser = user } };
        var job = new Job { Spec = new() { Template = new() { Spec = new() { Containers = [container] } } } };
        var fault = RestoreFaults.NotStarted(Restore() with { Status = new() { Attempts = 1 } }, job, [], TimeSpan.FromMinutes(3));
        Assert.Equal(
            $"restore of a-1 cannot begin: its Job made no pod within 3 min{said}; the data that was there is untouched", fault?.Message);
    }

    private static Restore Restore() =>
        new() { Metadata = new() { Name = "r-1", Namespace = "signal" }, Spec = new() { Target = "shop", Archive = "a-1" } };

    /// <summary>The last of several lines, as the sidecar writes it.</summary>
    private static string Said(string kind)
    {
        var line = new JsonObject
        {
            ["event"] = "failed",
            ["reason"] = kind,
            ["message"] = "what the sidecar said",
            ["hint"] = "what it advised"
        };
        return $"{{\"event\":\"progress\",\"step\":\"check\"}}\n{line.ToJsonString()}\n";
    }

    private static Pod Ended(string log, string reason = "Error", int exit = 1) => new()
    {
        Status = new()
        {
            ContainerStatuses = [new() { State = new() { Terminated = new() { ExitCode = exit, Reason = reason, Message = log } } }]
        },
    };
}
