using System.Text.Json.Nodes;
using ChatOps.Cluster.Json;
using ChatOps.Kubernetes;

namespace ChatOps.Cluster.Kubelet;

/// <summary>Gives each volume of a pod a directory of this machine: claims keep theirs, the rest goes with the pod.</summary>
internal sealed class PodDirectories(IKubernetesClient client, string root, string ns, string uid)
{
    private readonly LocalVolumes _volumes = new(client);

    public string PodRoot { get; } = Path.Combine(root, "pods", uid);

    public static string ClaimPath(string root, string ns, string claim) => Path.Combine(root, "volumes", ns, claim);

    /// <summary>
    /// Volume name to directory; a claim, Secret or ConfigMap that is missing throws <see cref="MissingReferenceException"/>.
    /// </summary>
    public async Task<Dictionary<string, string>> PrepareAsync(JsonObject spec, CancellationToken cancellation)
    {
        var directories = new Dictionary<string, string>();
        foreach (var volume in spec.ItemsAt("volumes"))
        {
            var name = volume.Text("name") ?? "";
            var path = PathOf(volume, name);
            Make(path);
            if (volume.Text("persistentVolumeClaim", "claimName") is { } claim)
                await _volumes.OfferAsync(ns, claim, path, cancellation);
            await FillAsync(volume, path, cancellation);
            directories[name] = path;
        }
        Directory.CreateDirectory(Path.Combine(PodRoot, "work"));
        return directories;
    }

    /// <summary>A new one is open to every user, as those of local-path are, which are given to no fsGroup either.</summary>
    public static void Make(string path)
    {
        if (Directory.Exists(path)) return;
        Directory.CreateDirectory(path);
        if (OperatingSystem.IsLinux())
            File.SetUnixFileMode(path, (UnixFileMode)0x1FF);
    }

    public void Delete()
    {
        if (Directory.Exists(PodRoot))
            Directory.Delete(PodRoot, recursive: true);
    }

    private string PathOf(JsonObject volume, string name)
    {
        if (volume.Text("persistentVolumeClaim", "claimName") is { } claim)
            return ClaimPath(root, ns, claim);
        return volume.Text("hostPath", "path") ?? Path.Combine(PodRoot, "volumes", name);
    }

    private async Task FillAsync(JsonObject volume, string path, CancellationToken cancellation)
    {
        if (volume.ObjectAt("configMap") is { } map)
            await WriteAsync(RawKinds.ConfigMaps, map.Text("name"), map, path, cancellation);
        if (volume.ObjectAt("secret") is { } secret)
            await WriteAsync(RawKinds.Secrets, secret.Text("secretName"), secret, path, cancellation);
        foreach (var source in volume.ItemsAt("projected", "sources"))
        {
            if (source.ObjectAt("configMap") is { } projectedMap)
                await WriteAsync(RawKinds.ConfigMaps, projectedMap.Text("name"), projectedMap, path, cancellation);
            if (source.ObjectAt("secret") is { } projectedSecret)
                await WriteAsync(RawKinds.Secrets, projectedSecret.Text("name"), projectedSecret, path, cancellation);
        }
    }

    private async Task WriteAsync(ResourceKind kind, string? name, JsonObject source, string path, CancellationToken cancellation)
    {
        var found = await client.FindRawAsync(kind, ns, name ?? "", cancellation);
        if (found is null && !source.Flag("optional"))
            throw new MissingReferenceException($"{kind.Kind.ToLowerInvariant()} \"{name}\" not found");
        var items = source.ItemsAt("items").ToDictionary(item => item.Text("key") ?? "", item => item.Text("path") ?? "");
        foreach (var (key, value) in found.ObjectAt("data") ?? [])
        {
            if (items.Count > 0 && !items.ContainsKey(key))
                continue;
            var file = Path.Combine(path, items.GetValueOrDefault(key, key));
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            var text = value.AsText() ?? "";
            await File.WriteAllBytesAsync(
                file, kind.Kind == "Secret" ? Convert.FromBase64String(text) : System.Text.Encoding.UTF8.GetBytes(text), cancellation);
        }
    }
}

/// <summary>A container refers to something that does not exist: it waits with CreateContainerConfigError until it does.</summary>
internal sealed class MissingReferenceException(string message) : Exception(message);
