using ChatOps.Bot.Chat;

namespace ChatOps.Bot.Tests.Chat;

public sealed class PhrasesTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(-86_400 * 3, "2026-11-18 10:00 UTC, 3 days ago")]
    [InlineData(-600, "09:50 UTC, 10 min ago")]
    [InlineData(-9, "09:59 UTC, just now")]
    [InlineData(3, "10:00 UTC, just now")]
    [InlineData(600, "10:10 UTC, in 10 min")]
    [InlineData(18 * 3600, "2026-11-22 04:00 UTC, in 18 h")]
    public void A_time_is_past_just_now_or_to_come(int seconds, string words) =>
        Assert.Equal(words, Phrases.When(Now.AddSeconds(seconds), Now));

    [Theory]
    [InlineData("a/b:1.2", "1.2", "1.2")]
    [InlineData("registry:5000/a/b", "latest", "latest")]
    [InlineData("registry:5000/a/b:1.2@sha256:0123456789abcdef", "1.2", "1.2 (sha256:0123456789ab…)")]
    [InlineData("a/b@sha256:0123456789abcdef", "sha256:0123456789ab…", "sha256:0123456789ab…")]
    [InlineData("A b:1", "1", "1")]
    public void A_version_is_its_tag_whatever_it_is_pinned_to(string image, string version, string pinned) =>
        Assert.Equal((version, pinned), (Phrases.Version(image), Phrases.PinnedVersion(image)));

    [Theory]
    [InlineData(0, "10:00 UTC, in 0.0 s")]
    [InlineData(3, "10:00 UTC, in 3.0 s")]
    [InlineData(18 * 3600, "2026-11-22 04:00 UTC, in 18 h")]
    public void What_has_not_happened_yet_is_never_just_now(int seconds, string words) =>
        Assert.Equal(words, Phrases.Coming(Now.AddSeconds(seconds), Now));
}
