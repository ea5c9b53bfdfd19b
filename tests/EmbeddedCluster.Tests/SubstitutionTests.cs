using ChatOps.Cluster.Kubelet;

namespace ChatOps.Cluster.Tests;

public sealed class SubstitutionTests
{
    private static readonly ContainerContext Container = new(
        "n", "p", "u", "c", "i", [], [], new Dictionary<string, string>(),
        new Dictionary<string, string> { ["/tmp"] = "/tmp/pods/u/tmp", ["/etc/app"] = "/tmp/pods/u/etc", ["/etc/app/more"] = "/tmp/more" },
        "/", p => p);

    [Theory]
    [InlineData("/etc/app/settings.yaml", "/tmp/pods/u/etc/settings.yaml")]
    [InlineData("/etc/app/more/x", "/tmp/more/x")]
    [InlineData("--into=/tmp", "--into=/tmp/pods/u/tmp")]
    [InlineData("a:/tmp,b:/etc/app 'x'", "a:/tmp/pods/u/tmp,b:/tmp/pods/u/etc 'x'")]
    [InlineData("/tmpfile /etc/apple", "/tmpfile /etc/apple")]
    [InlineData("/srv/tmp", "/srv/tmp")]
    public void A_mount_path_becomes_one_of_this_machine_once(string text, string here) => Assert.Equal(here, Container.Substitute(text));
}
