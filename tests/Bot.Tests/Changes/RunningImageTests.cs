using ChatOps.Bot.Changes;
using ChatOps.Resources;

namespace ChatOps.Bot.Tests.Changes;

/// <summary>What a plan named beside what pods report: an alarm only where the two are digests of one kind and differ.</summary>
public sealed class RunningImageTests
{
    private static readonly string A = $"sha256:{new string('a', 64)}", B = $"sha256:{new string('b', 64)}";

    /// <summary>The planned image and digest, what the pods report, the verdict, and the pod's report that shows it.</summary>
    public static TheoryData<string, string?, string[], bool?, string?> Table => new()
    {
        { "x/y:1", $"x/y@{A}", [$"docker.io/x/y@{A}"], true, $"docker.io/x/y@{A}" },
        { "x/y:1", $"x/y@{A}", [$"docker-pullable://x/y@{B}"], false, $"docker-pullable://x/y@{B}" },
        // Of a pinned image a runtime may report the digest in its name, or that of the manifest for its platform, as it did before.
        { $"x/y:1@{A}", $"x/y@{B}", [$"x/y@{A}"], true, $"x/y@{A}" },
        { $"x/y:1@{A}", $"x/y@{B}", [$"x/y@{B}"], true, $"x/y@{B}" },
        { $"x/y@{A}", null, [$"x/y@{B}"], false, $"x/y@{B}" },
        // The content counts, from whichever mirror it came.
        { "x/y:1", $"x/y@{A}", [$"mirror:5000/x/y@{A}"], true, $"mirror:5000/x/y@{A}" },
        // One pod of several is enough; all have to be right.
        { "x/y:1", $"x/y@{A}", [$"x/y@{A}", $"x/y@{B}"], false, $"x/y@{B}" },
        { "x/y:1", $"x/y@{A}", [$"x/y@{A}", $"x/y@{A}"], true, $"x/y@{A}" },
        { "x/y:1", $"x/y@{A}", [$"x/y@{A}", B], null, $"x/y@{A}" },
        // A digest of the configuration beside one of a manifest: nobody can tell.
        { "x/y:1", $"x/y@{A}", [B], null, B },
        { "x/y:1", $"x/y@{A}", [$"docker://{B}"], null, $"docker://{B}" },
        { "x/y:1", A, [$"x/y@{B}"], null, $"x/y@{B}" },
        { $"x/y@{A}", B, [A], null, A },
        { $"x/y@{A}", B, [B], true, B },
        // Two of the configuration are of one kind.
        { "x/y:1", A, [$"docker://{A}"], true, $"docker://{A}" },
        { "x/y:1", A, [new string('b', 64)], false, new string('b', 64) },
        // Of algorithms too.
        { "x/y:1", $"x/y@{A}", [$"x/y@sha512:{new string('c', 128)}"], null, $"x/y@sha512:{new string('c', 128)}" },
        // Nothing to compare.
        { "x/y:1", null, [$"x/y@{A}"], null, $"x/y@{A}" },
        { "x/y:1", $"x/y@{A}", [], null, null },
        { "x/y:1", "nonsense", ["nonsense too"], null, "nonsense too" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void Only_two_digests_of_one_kind_can_differ(string image, string? imageId, string[] running, bool? asPlanned, string? shows) =>
        Assert.Equal((asPlanned, shows), RunningImage.Compare(new PlannedVersion { Image = image, ImageId = imageId }, running));

    [Fact]
    public void A_manifest_of_the_index_that_was_planned_is_the_same_image()
    {
        var planned = new PlannedVersion { Image = "x/y:1", ImageId = $"x/y@{A}", Manifests = [B] };
        Assert.Equal(true, RunningImage.Compare(planned, [$"x/y@{B}"]).AsPlanned);
    }
}
