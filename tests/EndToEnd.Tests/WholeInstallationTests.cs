using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using ChatOps.Cluster;
using ChatOps.Cluster.Kubelet;
using ChatOps.Demo.World;
using ChatOps.EndToEnd.Tests.Charts;
using ChatOps.EndToEnd.Tests.Support;
using ChatOps.Kubernetes;
using ChatOps.Resources;
using ChatOps.Testing;
using ChatOps.Testing.Cluster;
using ChatOps.Testing.Telegram;

namespace ChatOps.EndToEnd.Tests;

/// <summary>
/// Real helm installs the chart beside a release of Ghostwire's shape on the real API server; its pods run the real bots and the real
/// sidecar, each with the token of its own account and no other right than its Role gives. Then a person does the whole job from a phone.
/// </summary>
public sealed class WholeInstallationTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private readonly Helm _helm = new();
    private readonly TemporaryDirectory _folder = new();
    private readonly ConcurrentDictionary<(string Pod, int Port), int> _ports = new();
    private RealApiServer _server = null!;
    private KubernetesClient _client = null!;
    private ProcessKubelet _kubelet = null!;
    private TelegramSimulator _telegram = null!;
    private TelegramPerson _operator = null!;
    private TelegramPerson _approver = null!;
    private TelegramChat _group = null!;

    public async ValueTask InitializeAsync()
    {
        Requirements.NeedRealApiServer();
        _server = await RealApiServer.StartAsync();
        await File.WriteAllTextAsync(AdminConfig, _server.Kubeconfig, Ended);
        _client = new(ChatOps.Kubernetes.Kubeconfig.Load([AdminConfig]).Connect());
        _telegram = await TelegramSimulator.StartAsync();
        (_operator, _approver) = (_telegram.AddPerson("Olga"), _telegram.AddPerson("Ari"));
        _group = _telegram.AddGroup("ops", _operator, _approver);
    }

    public async ValueTask DisposeAsync()
    {
        if (_kubelet is not null) await _kubelet.DisposeAsync();
        await _telegram.DisposeAsync();
        _client.Dispose();
        await _server.DisposeAsync();
        _helm.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task The_whole_job_is_done_with_the_rights_of_the_chart_and_nothing_is_left()
    {
        await InstallAsync();
        await SayAsync("/status ghostwire", "✅ ghostwire is up");
        await DecideAsync("/attach ghostwire", "✅ Attach the sidecar to ghostwire");
        var snapshot = await SayAsync("/snapshot ghostwire", "✅ Snapshot of ghostwire");
        Assert.Contains("never waited", snapshot.Text, StringComparison.Ordinal);
        await DecideAsync("/deploy ghostwire 1.19.0", "✅ Deploy ghostwire 1.19.0");
        await DecideAsync("/deploy ghostwire missing", "❌ Deploy ghostwire missing: rolled back");
        await SayAsync("/schedule set ghostwire \"0 3 * * *\" UTC", "✅");

        // The pod that leads dies in the middle of a rollback with data; the other ends it, and the Service follows.
        var rollback = await AskAsync("/rollback ghostwire data:yes");
        await _client.WaitForAsync(
            ChatOpsKinds.Changes, "chatops", "change-4", c => c?.Status.Step("restore") is not null,
            TimeProvider.System, Ended).WaitAsync(Patience, Ended);
        var leader = Assert.Single(await LeadersAsync());
        await Kubectl.OkAsync($"delete pod {leader} -n chatops --grace-period=0 --force");
        await _telegram.WhenAsync(() => rollback.Text.StartsWith("✅ Roll back ghostwire to 1.18.0", StringComparison.Ordinal), Patience);
        await Eventually.TrueAsync("another pod leads, alone", async () => await LeadersAsync() is [var one] && one != leader);

        // Bots are replaced one by one, and none of them is missed.
        await HelmAsync(
            "upgrade", "chatops", Helm.Chart, "-n", "chatops", "--reuse-values",
            "--set", "podAnnotations.upgraded=yes", "--server-side=false");
        await RolledOutAsync();
        await SayAsync("/history ghostwire", "ℹ History of ghostwire");

        await DecideAsync("/detach ghostwire", "✅ Detach the sidecar from ghostwire");
        Assert.Equal(0, _telegram.Violations);
        Assert.DoesNotContain(_group.FromBot, m => m.Text.Contains("forbidden", StringComparison.OrdinalIgnoreCase));
        TestContext.Current.AddAttachment(
            "telegram", string.Join("\n\n", _group.Messages.Select(m => $"{m.From?.FirstName ?? "bot"}\n{m.Text}")));

        await HelmAsync("uninstall", "chatops", "-n", "chatops");
        await Eventually.TrueAsync(
            "the bots are gone", async () => (await Kubectl.OkAsync("get pods -n chatops -o name")).Trim().Length == 0);
        Assert.Equal(["Lease chatops-bot", "PersistentVolumeClaim ghostwire-archives"], await LeftAsync());
        Assert.Contains(
            await _client.ListAsync(Kinds.Pods, "signal", Selection.All, Ended) is { Items: var pods } ? pods : [], p => p.IsReady);
    }

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    private string AdminConfig => Path.Combine(_folder.Path, "kubeconfig");

    private Kubectl Kubectl => new(Tools.Kubectl!, AdminConfig, Path.Combine(_folder.Path, "cache"));

    private async Task InstallAsync()
    {
        await Kubectl.OkAsync("create namespace chatops");
        await Kubectl.OkAsync($"create secret generic chatops-telegram -n chatops --from-literal=token={_telegram.Token}");
        await HelmAsync("install", "ghostwire", await GhostwireChartAsync(), "-n", "signal", "--create-namespace", "--server-side=false");
        var values = Path.Combine(_folder.Path, "values.yaml");
        await File.WriteAllTextAsync(values, Values(), Ended);
        // The accounts are there before their pods run: whoever starts a pod here asks for their tokens.
        await HelmAsync("install", "chatops", Helm.Chart, "-n", "chatops", "--values", values, "--server-side=false");
        _kubelet = await ProcessKubelet.StartAsync(_client, new KubeletOptions
        {
            Root = _folder.Path,
            Programs = Programs(await TokenAsync("chatops", "chatops"), await TokenAsync("signal", "ghostwire-sidecar")),
            MapPort = (pod, port) => _ports.GetOrAdd((pod, port), _ => HostPorts.Take()),
            CrashBackoff = TimeSpan.FromSeconds(1),
        });
        await RolledOutAsync();
        await _client.WaitForAsync(
            Kinds.StatefulSets, "signal", "ghostwire", s => s?.Status.ReadyReplicas == 1,
            TimeProvider.System, Ended).WaitAsync(Patience, Ended);
    }

    /// <summary>Both bots run as the chart now says, and are ready.</summary>
    private async Task RolledOutAsync() => await _client.WaitForAsync(
        Kinds.Deployments, "chatops", "chatops",
        d => d is { Status: { ReadyReplicas: 2, UpdatedReplicas: 2, Replicas: 2 } status }
            && status.ObservedGeneration >= d.Metadata.Generation,
        TimeProvider.System, Ended).WaitAsync(Patience, Ended);

    private static Dictionary<string, ContainerProgram> Programs(string bot, string sidecar)
    {
        var demo = ContainerPrograms.For(RunningDemo.Small, sidecar);
        return new(demo)
        {
            ["ghcr.io/ghostwire/chatops-sidecar"] = demo["chatops/sidecar"],
            ["ghcr.io/ghostwire/chatops-bot"] = c =>
            {
                // Two pods have two addresses, two processes two ports.
                var config = Path.Combine(c.WorkingDirectory, "chatops.yaml");
                File.WriteAllText(config, File.ReadAllText(c.Environment["CHATOPS_CONFIG"])
                    .Replace("0.0.0.0:8080", $"127.0.0.1:{c.HostPort(8080)}", StringComparison.Ordinal));
                var start = c.Start(OwnPrograms.Bot[0], [.. OwnPrograms.Bot[1..], "--config", config]);
                start.Environment["KUBECONFIG"] = bot;
                return start;
            },
        };
    }

    private string Values() => $$"""
        secrets: { telegram: { existingSecret: chatops-telegram } }
        config:
          people:
            olga: { telegram: "{{_operator.Id}}", roles: [operator] }
            ari: { telegram: "{{_approver.Id}}", roles: [approver] }
          roles:
            operator: { may: [view, snapshot, deploy, rollback] }
            approver: { may: [view, approve] }
          targets:
            ghostwire:
              workload: statefulset/ghostwire
              namespace: signal
              container: signal
              readyWithin: 30s
              settleFor: 1s
              home: { path: /home/kasm-user, claim: signal-data-ghostwire-0, archiveClaim: ghostwire-archives }
          telegram: { api: "{{_telegram.Url}}", chats: { ops: { id: {{_group.Id}} } } }
          lease: { duration: 6s, renewWithin: 4s, retry: 1s }
          registries: { ask: false }
        sidecar:
          targets:
            ghostwire: { namespace: signal, archives: { size: 1Gi } }
        """;

    private async Task<string> GhostwireChartAsync()
    {
        var chart = Path.Combine(_folder.Path, "ghostwire");
        Directory.CreateDirectory(Path.Combine(chart, "templates"));
        await File.WriteAllTextAsync(Path.Combine(chart, "Chart.yaml"), "{apiVersion: v2, name: ghostwire, version: 1.0.0}", Ended);
        var release = await File.ReadAllTextAsync(
            Path.Combine(Repository.Root, "tests", "EndToEnd.Tests", "Charts", "ghostwire-release.yaml"), Ended);
        await File.WriteAllTextAsync(
            Path.Combine(chart, "templates", "release.yaml"),
            release.Replace("initialDelaySeconds: 5", "initialDelaySeconds: 1", StringComparison.Ordinal)
                .Replace("periodSeconds: 5", "periodSeconds: 1", StringComparison.Ordinal),
            Ended);
        return chart;
    }

    /// <summary>A kubeconfig that holds nothing but a token of this account.</summary>
    private async Task<string> TokenAsync(string ns, string account)
    {
        var token = (await Kubectl.OkAsync($"create token {account} -n {ns} --duration=1h")).Trim();
        var path = Path.Combine(_folder.Path, $"{account}.kubeconfig");
        await File.WriteAllTextAsync(path, $$"""
            apiVersion: v1
            kind: Config
            clusters: [{name: real, cluster: {server: "{{_server.Url}}", insecure-skip-tls-verify: true} }]
            users: [{name: account, user: {token: "{{token}}"} }]
            contexts: [{name: real, context: {cluster: real, user: account, namespace: {{ns}} } }]
            current-context: real

            """, Ended);
        return path;
    }

    /// <summary>The pods that the Service of the chart leads to.</summary>
    private async Task<IReadOnlyList<string>> LeadersAsync()
    {
        var service = JsonNode.Parse(await Kubectl.OkAsync("get service chatops -n chatops -o json"))!;
        var selector = string.Join(',', service["spec"]!["selector"]!.AsObject().Select(l => $"{l.Key}={l.Value}"));
        var pods = (await _client.ListAsync(Kinds.Pods, "chatops", new Selection(Labels: selector), Ended)).Items;
        return [.. pods.Where(p => p.IsReady).Select(p => p.Metadata.Name)];
    }

    /// <summary>
    /// What is left of an uninstalled chart, but for what every namespace has, and what the application's own release is.
    /// </summary>
    private async Task<IEnumerable<string>> LeftAsync()
    {
        const string Kinds =
            "deployments,replicasets,services,serviceaccounts,roles,rolebindings,configmaps,persistentvolumeclaims,pods,leases,"
            + "networkpolicies.networking.k8s.io,poddisruptionbudgets,jobs";
        var found = new List<string>();
        foreach (var ns in (string[])["chatops", "signal"])
        {
            var list = JsonNode.Parse(await Kubectl.OkAsync($"get {Kinds} -n {ns} -o json"))!["items"]!.AsArray();
            found.AddRange(list.Where(o => o!["metadata"]!["deletionTimestamp"] is null && o["metadata"]!["ownerReferences"] is null)
                .Select(o => $"{o!["kind"]} {o["metadata"]!["name"]}"));
        }
        string[] others =
            ["ServiceAccount default", "ConfigMap kube-root-ca.crt", "Service ghostwire", "PersistentVolumeClaim signal-data-ghostwire-0"];
        return found.Except(others).Order(StringComparer.Ordinal);
    }

    private Task<string> HelmAsync(params string[] arguments) => _helm.OkAsync([.. arguments, "--kubeconfig", AdminConfig]);

    private async Task<TelegramMessage> SayAsync(string line, string begins)
    {
        _telegram.Say(_operator, _group, line);
        return await _telegram.MessageAsync(_group, m => m.Text.StartsWith(begins, StringComparison.Ordinal), Patience);
    }

    private async Task<TelegramMessage> AskAsync(string line)
    {
        _telegram.Say(_operator, _group, line);
        var plan = await _telegram.MessageAsync(_group, m => m.Buttons.Any(b => b.Text == "Approve"), Patience);
        var answer = await _telegram.SaidAsync(_telegram.Press(_approver, plan, "Approve"));
        Assert.EndsWith("is approved and starts now.", answer, StringComparison.Ordinal);
        return plan;
    }

    private async Task DecideAsync(string line, string ends)
    {
        var plan = await AskAsync(line);
        await _telegram.WhenAsync(() => plan.Text.StartsWith(ends, StringComparison.Ordinal), Patience);
    }
}
