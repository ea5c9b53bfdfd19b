using System.Text.Json.Nodes;
using ChatOps.Bot.Settings;

namespace ChatOps.Bot.Snapshots;

/// <summary>What the chart makes for the sidecar of a target, by name.</summary>
internal static class SidecarNames
{
    /// <summary>The container, in whatever pod.</summary>
    public const string Container = "sidecar";

    public static string Account(Target target) => target.Home?.ServiceAccount ?? $"{target.Name}-sidecar";

    /// <summary>The ConfigMap with sidecar.yaml.</summary>
    public static string Settings(Target target) => $"{target.Name}-sidecar";

    /// <summary>
    /// What it gets as variables: the keys of an object store, and where telemetry goes, with the headers for it.
    /// None of them need be there.
    /// </summary>
    public static JsonArray Variables(Target target) => new(
        From("secretRef", $"{target.Name}-sidecar-store"), From("configMapRef", $"{target.Name}-sidecar-otlp"),
        From("secretRef", $"{target.Name}-sidecar-otlp"));

    public static JsonArray PullSecrets(IEnumerable<string> names) => new([.. names.Select(n => new JsonObject { ["name"] = n })]);

    private static JsonObject From(string kind, string name) => new() { [kind] = new JsonObject { ["name"] = name, ["optional"] = true } };
}
