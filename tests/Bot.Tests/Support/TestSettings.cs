using ChatOps.Bot.Registries;
using ChatOps.Bot.Settings;
using ChatOps.Kubernetes;

namespace ChatOps.Bot.Tests.Support;

/// <summary>Settings for tests, read from YAML as a real file is.</summary>
internal static class TestSettings
{
    public const string People = """
        namespace: NAMESPACE
        people:
          ann: { web: ann, roles: [operator] }
          bob: { web: bob, roles: [approver] }
          cat: { web: cat, roles: [approver] }
          dan: { web: dan, roles: [guest] }
        roles:
          operator: { may: [view, snapshot, deploy, rollback] }
          approver: { may: [view, approve] }
          guest: { may: [view], targets: [shop] }
        approvals: { count: 1, role: approver, expire: 10m }
        web: { enabled: true, listen: "127.0.0.1:0", channel: ops }
        lease: { enabled: false }
        registries: { ask: false }
        targets:

        """;

    public static BotSettings Read(string targets, string ns = "default", Func<string, string>? with = null)
    {
        var text = People.Replace("NAMESPACE", ns, StringComparison.Ordinal)
            + string.Join('\n', targets.Split('\n').Select(l => $"  {l}"));
        var (settings, faults) = SettingsReader.Read(with is null ? text : with(text));
        return settings ?? throw new InvalidOperationException(string.Join('\n', faults));
    }

    /// <summary>What a planner asks of registries where the settings say that none is to be asked.</summary>
    public static TagLookup Unasked(IKubernetesClient client, BotSettings settings) =>
        new(new RegistryClient(new HttpClient(), []), client, settings, TimeProvider.System);

    public static BotSettings Shop() => Read("shop: { workload: deployment/shop }\nhome: { workload: statefulset/home }");
}
