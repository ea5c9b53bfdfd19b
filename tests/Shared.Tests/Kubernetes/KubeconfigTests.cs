using ChatOps.Kubernetes;
using ChatOps.Values;

namespace ChatOps.Shared.Tests.Kubernetes;

public sealed class KubeconfigTests
{
    private const string First = """
        current-context: home
        clusters: [{name: c, cluster: {server: "https://one.example:6443", insecure-skip-tls-verify: true, tls-server-name: api}}]
        contexts:
          - {name: home, context: {cluster: c, user: u, namespace: signal}}
          - {name: lost, context: {cluster: nowhere, user: u}}
        users: [{name: u, user: {token: first}}]
        """;

    [Fact]
    public async Task The_current_context_says_where_and_as_whom()
    {
        var connection = Load(First).Connect();
        Assert.Equal(("https://one.example:6443/", "signal", "api", true),
            (connection.Server.ToString(), connection.Namespace, connection.ServerName, connection.SkipServerVerification));
        Assert.Equal("Bearer first", (await connection.Credentials.AuthorizationAsync(CancellationToken.None))!.ToString());
    }

    [Fact]
    public async Task The_first_file_to_name_a_thing_wins()
    {
        var second = First.Replace("one.example", "two.example", StringComparison.Ordinal)
            .Replace("token: first", "token: second", StringComparison.Ordinal);
        var merged = Load(First, second);
        Assert.Equal("one.example", merged.Connect().Server.Host);
        Assert.Equal("Bearer first", (await merged.Connect().Credentials.AuthorizationAsync(CancellationToken.None))!.ToString());
    }

    [Fact]
    public async Task A_token_file_beside_the_config_is_read_again_when_it_is_rotated()
    {
        var folder = Directory.CreateTempSubdirectory();
        var token = Path.Combine(folder.FullName, "token");
        await File.WriteAllTextAsync(token, "old\n");
        var kubeconfig = new Kubeconfig();
        kubeconfig.Add(
            First.Replace("token: first", "tokenFile: token", StringComparison.Ordinal), Path.Combine(folder.FullName, "config"));
        var credentials = kubeconfig.Connect().Credentials;
        Assert.Equal("old", (await credentials.AuthorizationAsync(CancellationToken.None))!.Parameter);
        await File.WriteAllTextAsync(token, "new\n");
        Assert.True(credentials.Renew());
        Assert.Equal("new", (await credentials.AuthorizationAsync(CancellationToken.None))!.Parameter);
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_program_may_give_the_token()
    {
        var exec = """{exec: {apiVersion: client.authentication.k8s.io/v1, command: sh, """
            + """args: ["-c", "echo '{\"status\": {\"token\": \"'$WHO'\"}}'"], env: [{name: WHO, value: plugin}]}}""";
        var credentials = Load(First.Replace("{token: first}", exec, StringComparison.Ordinal)).Connect().Credentials;
        Assert.Equal("plugin", (await credentials.AuthorizationAsync(CancellationToken.None))!.Parameter);
    }

    [Fact]
    public async Task A_program_that_fails_is_named_with_what_it_said()
    {
        var exec = """{exec: {command: sh, args: ["-c", "echo no session >&2; exit 3"]}}""";
        var credentials = Load(First.Replace("{token: first}", exec, StringComparison.Ordinal)).Connect().Credentials;
        var thrown = await Assert.ThrowsAsync<FaultException>(() => credentials.AuthorizationAsync(CancellationToken.None).AsTask());
        Assert.Contains("sh: it ended with 3: no session", thrown.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("clusters: [", "line")]
    [InlineData("clusters: []", "no current-context")]
    [InlineData("current-context: x", "contexts has no 'x'")]
    public void A_broken_file_says_what_is_wrong(string text, string why)
    {
        var thrown = Assert.Throws<FaultException>(() => Load(text).Connect());
        Assert.Contains(why, thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_context_without_its_cluster_says_so() => Assert.Contains(
        "clusters has no 'nowhere'", Assert.Throws<FaultException>(() => Load(First).Connect("lost")).Message, StringComparison.Ordinal);

    private static Kubeconfig Load(params string[] texts)
    {
        var kubeconfig = new Kubeconfig();
        foreach (var text in texts) kubeconfig.Add(text, "test-config");
        return kubeconfig;
    }
}
