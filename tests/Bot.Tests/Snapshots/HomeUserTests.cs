using ChatOps.Bot.Settings;
using ChatOps.Bot.Snapshots;
using ChatOps.Kubernetes;

namespace ChatOps.Bot.Tests.Snapshots;

public sealed class HomeUserTests
{
    /// <summary>
    /// What each place says of user and group, - for nothing: the setting, the container with the home, the pod. Then who that is, and
    /// what said so.
    /// </summary>
    public static TheoryData<string, string, string, string, string> Said => new()
    {
        { "-", "-", "-", "1000:1000", "Image" },
        { "-", "-", "472:-", "472", "Pod" },
        { "-", "-", "472:0", "472:0", "Pod" },
        { "-", "-", "-:33", "1000:33", "Pod" },
        { "-", "-", "0:-", "0", "Pod" },
        { "-", "33:-", "-", "33", "Container" },
        { "-", "33:34", "472:472", "33:34", "Container" },
        { "-", "33:-", "472:472", "33:472", "Container" },
        { "-", "-:34", "472:472", "472:34", "Container" },
        { "-", "0:0", "1000:1000", "0:0", "Container" },
        { "1:2", "-", "-", "1:2", "Setting" },
        { "1:2", "33:34", "472:472", "1:2", "Setting" },
        { "0:0", "33:34", "472:472", "0:0", "Setting" },
    };

    [Theory]
    [MemberData(nameof(Said))]
    public void The_setting_goes_before_the_container_that_before_the_pod_and_that_before_the_image(
        string setting, string container, string pod, string who, string source)
    {
        var ((user, group), (podUser, podGroup)) = (Numbers(container), Numbers(pod));
        var template = new PodTemplate
        {
            Spec = new()
            {
                SecurityContext = pod == "-" ? null : new() { RunAsUser = podUser, RunAsGroup = podGroup },
                Containers = [
                    Mounting("other", "/elsewhere", 7, 7), Mounting(SidecarNames.Container, "/data", 8, 8),
                    Mounting("app", "/data/", user, group)],
            },
        };
        var home = Home with { RunAs = setting == "-" ? null : new(Numbers(setting).User!.Value, Numbers(setting).Group!.Value) };
        var found = HomeUser.Of(home, template);
        Assert.Equal(who, found.Group is { } one ? $"{found.User}:{one}" : $"{found.User}");
        Assert.Equal((source, source is "Setting" or "Container", found.User == 0), ($"{found.Source}", found.IsStated, found.IsRoot));
    }

    [Fact]
    public void Where_the_workload_is_not_there_the_setting_or_the_image_says_it()
    {
        Assert.Equal(new HomeUser(1000, 1000, HomeUserSource.Image), HomeUser.Of(Home, null));
        Assert.Equal(new HomeUser(5, 6, HomeUserSource.Setting), HomeUser.Of(Home with { RunAs = new(5, 6) }, null));
    }

    private static HomeSettings Home => new() { Path = "/data", Claim = "data", SidecarImage = "sidecar:1" };

    private static Container Mounting(string name, string path, long? user, long? group) => new()
    {
        Name = name,
        VolumeMounts = [new() { Name = "v", MountPath = path }],
        SecurityContext = user is null && group is null ? null : new() { RunAsUser = user, RunAsGroup = group },
    };

    private static (long? User, long? Group) Numbers(string said) =>
        said.Split(':').Select(n => long.TryParse(n, out var number) ? number : (long?)null).ToArray() is [var user, var group]
            ? (user, group)
            : (null, null);
}
