using System.Text.Json.Nodes;
using ChatOps.Cluster.Json;
using ChatOps.EndToEnd.Tests.Support;
using ChatOps.Testing.Cluster;

namespace ChatOps.EndToEnd.Tests.Charts;

/// <summary>Real helm installs the chart on the real API server, which takes every object and holds the bot to its rights.</summary>
public sealed class ChartInstallTests(ChartInstallTests.Server server) : IClassFixture<ChartInstallTests.Server>, IAsyncLifetime
{
    private readonly Helm _helm = new();

    public static TheoryData<string> Sets => Helm.Sets;

    public ValueTask InitializeAsync()
    {
        Requirements.NeedRealApiServer();
        return ValueTask.CompletedTask;
    }

    /// <summary>Whatever a test came to, the next one finds the cluster as it was.</summary>
    public async ValueTask DisposeAsync()
    {
        if (server.IsRunning)
        {
            await HelmAsync("uninstall", "chatops", "--ignore-not-found");
            await server.Kubectl.OkAsync("delete pvc -n signal -l app.kubernetes.io/instance=chatops");
        }
        _helm.Dispose();
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task It_is_installed_upgraded_and_taken_away_whole(string set)
    {
        await InstallAsync(set);
        var manifest = await HelmAsync("get", "manifest", "chatops");
        var there = JsonNode.Parse(await server.Kubectl.OkAsync("get -o json -f -", manifest))!["items"]!.AsArray();
        var wanted = (await _helm.ObjectsAsync(set)).Where(o => o["metadata"]!["annotations"]?["helm.sh/hook"] is null).Select(Title);
        Assert.Equal(wanted.Order(StringComparer.Ordinal), there.Select(o => Title(o!)).Order(StringComparer.Ordinal));

        await HelmAsync("upgrade", "chatops", Helm.Chart, "--reuse-values", "--set", "podAnnotations.upgraded=yes", "--server-side=true");
        Assert.Equal("yes", await server.Kubectl.OkAsync(
            "get deployment chatops -n chatops -o jsonpath={.spec.template.metadata.annotations.upgraded}"));

        await HelmAsync("uninstall", "chatops");
        // Backups outlive what made them.
        Assert.Equal(set == "targets" ? ["PersistentVolumeClaim signal/ghostwire-archives"] : [], await LeftAsync());
        Assert.Equal(4, Count(await server.Kubectl.OkAsync("get crd -o name"), "chatops.ghostwire.io"));
    }

    [Fact]
    public async Task The_api_server_lets_the_accounts_do_what_their_roles_say()
    {
        await InstallAsync("targets");
        var rendered = await _helm.ObjectsAsync("targets");
        var asked = Rights.Roles(rendered).SelectMany(role =>
            Rights.Of(role).Select(right => Review(AccountOf(rendered, role), Rights.NamespaceOf(role), right)));
        Assert.All(await AskAsync(asked), review => Assert.True((bool)review["status"]!["allowed"]!, review["spec"]!.ToJsonString()));
    }

    /// <summary>What people type to see the same, as the README has it.</summary>
    [Fact]
    public async Task Kubectl_auth_can_i_says_yes_to_every_line_of_the_readme_and_no_once_the_roles_are_gone()
    {
        await InstallAsync("targets");
        var rights = Rights.Roles(await _helm.ObjectsAsync("targets")).Where(RightsQuestions.IsAsked)
            .SelectMany(r => Rights.Of(r).Select(right => (Rights.NameOf(r), right with { Name = null }))).Distinct().Count();
        var answers = await CanIAsync();
        Assert.Equal(rights, answers.Count);
        Assert.All(answers, answer => Assert.EndsWith(": yes", answer, StringComparison.Ordinal));
        await HelmAsync("upgrade", "chatops", Helm.Chart, "--reuse-values", "--set", "rbac.create=false", "--server-side=false");
        Assert.Contains("patch statefulsets.apps/ghostwire: no", await CanIAsync(" statefulsets.apps/"));
    }

    /// <param name="about">Asks only the lines that have this; each of them is a kubectl or more.</param>
    private async Task<IReadOnlyList<string>> CanIAsync(string about = "")
    {
        var lines = RightsQuestions.Documented.Where(l =>
            !l.StartsWith("may ", StringComparison.Ordinal) || l.Contains(about, StringComparison.Ordinal));
        var run = await ToolRun.OfAsync("sh", ["-c", string.Join('\n', lines)], environment:
        [
            ("GOMAXPROCS", "1"),
            ("KUBECONFIG", server.KubeconfigPath),
            ("PATH", $"{Path.GetDirectoryName(Tools.Kubectl)}:{Environment.GetEnvironmentVariable("PATH")}"),
        ], limit: TimeSpan.FromMinutes(3));
        return run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    [Fact]
    public async Task The_api_server_refuses_the_accounts_everything_near_it()
    {
        await InstallAsync("targets");
        const string Bot = "chatops:chatops", Sidecar = "signal:ghostwire-sidecar", Group = "chatops.ghostwire.io";
        JsonObject[] asked =
        [
            Review(Bot, "signal", new("patch", "statefulsets", "apps", "another")),
            Review(Bot, "signal", new("list", "statefulsets", "apps")),
            Review(Bot, "signal", new("delete", "statefulsets", "apps", "ghostwire")), Review(Bot, "signal", new("get", "secrets", "")),
            Review(Bot, "chatops", new("get", "secrets", "")), Review(Bot, "signal", new("create", "pods/exec", "")),
            Review(Bot, "signal", new("patch", "secrets", "")), Review(Bot, "signal", new("create", "changes", Group)),
            Review(Bot, "notes", new("patch", "deployments", "apps", "desk")), Review(Bot, "default", new("list", "pods", "")),
            Review(Sidecar, "signal", new("create", "snapshots", Group)), Review(Sidecar, "notes", new("list", "snapshots", Group)),
            Review(Sidecar, "signal", new("list", "pods", "")), Review("signal:default", "signal", new("list", "snapshots", Group)),
        ];
        Assert.All(await AskAsync(asked), review => Assert.False((bool)review["status"]!["allowed"]!, review["spec"]!.ToJsonString()));
    }

    /// <summary>The reviews with the server's verdict, as many as were asked.</summary>
    private async Task<IReadOnlyList<JsonObject>> AskAsync(IEnumerable<JsonObject> reviews)
    {
        var list = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "List", ["items"] = new JsonArray([.. reviews]) };
        var asked = list["items"]!.AsArray().Count;
        var answers = YamlDocuments.Parse(await server.Kubectl.OkAsync("create -o yaml -f -", list.ToJsonString()));
        Assert.Equal(asked, answers.Count);
        return answers;
    }

    private static JsonObject Review(string account, string ns, Right right)
    {
        var (resource, subresource) = right.Resource.Split('/') is [var r, var s] ? (r, s) : (right.Resource, "");
        return new()
        {
            ["apiVersion"] = "authorization.k8s.io/v1",
            ["kind"] = "SubjectAccessReview",
            ["spec"] = new JsonObject
            {
                ["user"] = $"system:serviceaccount:{account}",
                ["resourceAttributes"] = new JsonObject
                {
                    ["namespace"] = ns,
                    ["verb"] = right.Verb,
                    ["group"] = right.Group,
                    ["resource"] = resource,
                    ["subresource"] = subresource,
                    ["name"] = right.Name ?? "",
                },
            },
        };
    }

    private static string AccountOf(IEnumerable<JsonObject> rendered, JsonObject role)
    {
        var binding = rendered.Single(o => (string?)o["kind"] == "RoleBinding"
            && (Rights.NameOf(o), Rights.NamespaceOf(o)) == (Rights.NameOf(role), Rights.NamespaceOf(role)));
        Assert.Equal(Rights.NameOf(role), (string?)binding["roleRef"]!["name"]);
        var subject = Assert.Single(binding["subjects"]!.AsArray())!;
        return $"{subject["namespace"]}:{subject["name"]}";
    }

    /// <summary>Not by an apply: this server is older than some fields of the definitions and would refuse them.</summary>
    private Task<string> InstallAsync(string set) =>
        HelmAsync("install", "chatops", Helm.Chart, "--values", Helm.ValuesOf(set), "--server-side=false");

    private Task<string> HelmAsync(params string[] arguments) =>
        _helm.OkAsync([.. arguments, "--namespace", "chatops", "--kubeconfig", server.KubeconfigPath]);

    /// <summary>What of the release is still in the cluster, of every kind the chart has.</summary>
    private async Task<IEnumerable<string>> LeftAsync()
    {
        const string Kinds = "deployments,services,serviceaccounts,roles,rolebindings,configmaps,persistentvolumeclaims,pods,"
            + "ingresses.networking.k8s.io,networkpolicies.networking.k8s.io,poddisruptionbudgets,secrets";
        var list = await server.Kubectl.OkAsync($"get {Kinds} -A -l app.kubernetes.io/instance=chatops -o json");
        var release = await server.Kubectl.OkAsync("get secrets -A -l owner=helm -o json");
        return [.. JsonNode.Parse(list)!["items"]!.AsArray().Concat(JsonNode.Parse(release)!["items"]!.AsArray())
            .Where(o => o!["metadata"]!["deletionTimestamp"] is null && o["metadata"]!["ownerReferences"] is null).Select(o => Title(o!))];
    }

    private static string Title(JsonNode o) => $"{o["kind"]} {o["metadata"]!["namespace"]}/{o["metadata"]!["name"]}";

    private static int Count(string lines, string part) => lines.Split('\n').Count(l => l.Contains(part, StringComparison.Ordinal));

    /// <summary>One real API server for the class, with the namespaces the value sets name.</summary>
    public sealed class Server : IAsyncLifetime
    {
        private ClusterUnderTest? _cluster;

        public Kubectl Kubectl => _cluster!.Kubectl();

        public string KubeconfigPath => _cluster!.KubeconfigPath;

        /// <summary>False where there is no real API server: then the tests say so.</summary>
        public bool IsRunning => _cluster is not null;

        public async ValueTask InitializeAsync()
        {
            if (ClusterUnderTest.MissingFor("real") is not null) return;
            _cluster = await ClusterUnderTest.StartAsync("real");
            foreach (var name in (string[])["chatops", "signal", "shop", "notes"]) await Kubectl.OkAsync($"create namespace {name}");
        }

        public async ValueTask DisposeAsync()
        {
            if (_cluster is not null) await _cluster.DisposeAsync();
        }
    }
}
