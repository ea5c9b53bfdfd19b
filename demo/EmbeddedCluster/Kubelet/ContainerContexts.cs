using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ChatOps.Cluster.Json;
using ChatOps.Kubernetes;

namespace ChatOps.Cluster.Kubelet;

/// <summary>Resolves what a container's specification refers to: environment, mounts, arguments.</summary>
internal sealed partial class ContainerContexts(
    IKubernetesClient client, KubeletOptions options, PodDirectories directories, RawResource pod)
{
    public async Task<ContainerContext> ResolveAsync(JsonObject container, CancellationToken cancellation)
    {
        var spec = pod.Rest.ObjectAt("spec") ?? [];
        var volumes = await directories.PrepareAsync(spec, cancellation);
        var mounts = new Dictionary<string, string>();
        foreach (var mount in container.ItemsAt("volumeMounts"))
        {
            var path = Path.Combine(volumes.GetValueOrDefault(mount.Text("name") ?? "", directories.PodRoot), mount.Text("subPath") ?? "");
            // A folder that is not there is made (Kubernetes documentation, "Volumes", using subPath).
            if (!File.Exists(path)) PodDirectories.Make(path);
            mounts[mount.Text("mountPath") ?? ""] = path.TrimEnd('/');
        }
        var uid = pod.Metadata.Uid ?? "";
        var context = new ContainerContext(
            pod.Metadata.Namespace ?? "", pod.Metadata.Name, uid, container.Text("name") ?? "", container.Text("image") ?? "",
            Texts(container, "command"), Texts(container, "args"), new Dictionary<string, string>(), mounts,
            Path.Combine(directories.PodRoot, "work"), port => options.MapPort?.Invoke(uid, port) ?? port);
        var environment = await EnvironmentAsync(container, cancellation);
        string Expand(string text) => context.Substitute(Expanded(text, environment));
        return context with
        {
            Command = [.. context.Command.Select(Expand)],
            Args = [.. context.Args.Select(Expand)],
            User = options.Users is { } users
                ? ContainerUser.Of(container, spec, users.GetValueOrDefault(ImageReference.Parse(context.Image).Repository))
                : null,
            Environment = environment.ToDictionary(one => one.Key, one => context.Substitute(one.Value)),
        };
    }

    private async Task<Dictionary<string, string>> EnvironmentAsync(JsonObject container, CancellationToken cancellation)
    {
        var result = new Dictionary<string, string>();
        foreach (var source in container.ItemsAt("envFrom"))
            foreach (var (key, value) in await ReferencedAsync(source, cancellation) ?? [])
                result[(source.Text("prefix") ?? "") + key] = value;
        foreach (var variable in container.ItemsAt("env"))
        {
            var name = variable.Text("name") ?? "";
            if (variable.ObjectAt("valueFrom") is not { } from)
                result[name] = Expanded(variable.Text("value") ?? "", result);
            else if (await ValueAsync(from, cancellation) is { } value)
                result[name] = value;
        }
        return result;
    }

    private async Task<string?> ValueAsync(JsonObject from, CancellationToken cancellation)
    {
        if (from.Text("fieldRef", "fieldPath") is { } path)
            return FieldOf(path);
        var reference = from.ObjectAt("secretKeyRef") ?? from.ObjectAt("configMapKeyRef");
        if (reference is null)
            return null;
        var source = new JsonObject { [from.ContainsKey("secretKeyRef") ? "secretRef" : "configMapRef"] = reference.Copy() };
        var data = await ReferencedAsync(source, cancellation);
        var key = reference.Text("key") ?? "";
        if (data?.TryGetValue(key, out var value) == true)
            return value;
        return reference.Flag("optional")
            ? null
            : throw new MissingReferenceException($"couldn't find key {key} in {reference.Text("name")}");
    }

    private async Task<Dictionary<string, string>?> ReferencedAsync(JsonObject source, CancellationToken cancellation)
    {
        var secret = source.ObjectAt("secretRef");
        var reference = secret ?? source.ObjectAt("configMapRef");
        ResourceKind kind = secret is null ? RawKinds.ConfigMaps : RawKinds.Secrets;
        var found = await client.FindRawAsync(kind, pod.Metadata.Namespace, reference.Text("name") ?? "", cancellation);
        if (found is null)
            return reference.Flag("optional")
                ? null
                : throw new MissingReferenceException($"{kind.Kind.ToLowerInvariant()} \"{reference.Text("name")}\" not found");
        return (found.ObjectAt("data") ?? []).ToDictionary(
            one => one.Key,
            one => secret is null
                ? one.Value.AsText() ?? ""
                : Encoding.UTF8.GetString(Convert.FromBase64String(one.Value.AsText() ?? "")));
    }

    private string? FieldOf(string path) => path switch
    {
        "metadata.name" => pod.Metadata.Name,
        "metadata.namespace" => pod.Metadata.Namespace,
        "metadata.uid" => pod.Metadata.Uid,
        "spec.nodeName" => options.NodeName,
        "spec.serviceAccountName" => pod.Rest.Text("spec", "serviceAccountName") ?? "default",
        "status.podIP" or "status.hostIP" => "127.0.0.1",
        _ when path.StartsWith("metadata.labels['", StringComparison.Ordinal) => pod.Metadata.Label(path["metadata.labels['".Length..^2]),
        _ when path.StartsWith("metadata.annotations['", StringComparison.Ordinal) =>
            pod.Metadata.Annotation(path["metadata.annotations['".Length..^2]),
        _ => null,
    };

    /// <summary><c>$(NAME)</c> becomes the variable's value; <c>$$</c> a dollar (Kubernetes API reference, Container.args).</summary>
    private static string Expanded(string text, Dictionary<string, string> environment) => Reference().Replace(text, match =>
        match.Value == "$$" ? "$" : environment.GetValueOrDefault(match.Groups[1].Value, match.Value));

    [GeneratedRegex(@"\$\$|\$\(([^)]*)\)")]
    private static partial Regex Reference();

    private static string[] Texts(JsonObject container, string field) =>
        [.. (container.ArrayAt(field) ?? []).Select(one => one.AsText() ?? "")];
}
