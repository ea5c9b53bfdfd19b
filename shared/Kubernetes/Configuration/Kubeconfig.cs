using System.Security.Cryptography.X509Certificates;
using System.Text;
using ChatOps.Values;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace ChatOps.Kubernetes;

/// <summary>
/// One or more kubeconfig files read as one: the first file to name a cluster, user, context or the current context wins
/// ("Organizing Cluster Access Using kubeconfig Files", merging rules).
/// </summary>
public sealed class Kubeconfig
{
    private readonly List<(YamlMappingNode Root, string Path)> _files = [];

    /// <summary>The files of <c>KUBECONFIG</c> that exist, else <c>~/.kube/config</c> if it does.</summary>
    public static IReadOnlyList<string> DefaultPaths()
    {
        var named = Environment.GetEnvironmentVariable("KUBECONFIG");
        var paths = string.IsNullOrEmpty(named)
            ? [Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".kube", "config")]
            : named.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return [.. paths.Where(File.Exists)];
    }

    public static Kubeconfig Load(IEnumerable<string> paths)
    {
        var merged = new Kubeconfig();
        foreach (var path in paths)
        {
            try
            {
                merged.Add(File.ReadAllText(path), path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw Broken(path, e.Message, e);
            }
        }
        return merged;
    }

    /// <summary>Adds the text of one file; <paramref name="path"/> names it in errors and is where its relative paths start.</summary>
    public void Add(string text, string path)
    {
        try
        {
            var yaml = new YamlStream();
            yaml.Load(new StringReader(text));
            if (yaml.Documents.Count > 0 && yaml.Documents[0].RootNode is YamlMappingNode root) _files.Add((root, path));
        }
        catch (YamlException e)
        {
            throw Broken(path, $"line {e.Start.Line}: {e.Message}", e);
        }
    }

    /// <summary>The connection a context describes; null means the current context.</summary>
    public ClusterConnection Connect(string? context = null)
    {
        var contextName = context ?? _files.Select(f => f.Root.Text("current-context")).FirstOrDefault(c => !string.IsNullOrEmpty(c))
            ?? throw Broken(Names, "no current-context", null, "Run: kubectl config use-context NAME");
        var (chosen, _) = Entry("contexts", "context", contextName);
        var (cluster, clusterFile) = Entry("clusters", "cluster", chosen.Text("cluster") ?? "");
        var user = chosen.Text("user") is { Length: > 0 } userName
            ? Entry("users", "user", userName)
            : (new YamlMappingNode(), clusterFile);
        return Connect(cluster, clusterFile, user.Item1, user.Item2) with { Namespace = chosen.Text("namespace") ?? "default" };
    }

    private static ClusterConnection Connect(YamlMappingNode cluster, string clusterFile, YamlMappingNode user, string userFile)
    {
        if (!Uri.TryCreate(cluster.Text("server"), UriKind.Absolute, out var server))
            throw Broken(clusterFile, $"'{cluster.Text("server")}' is not the address of a server", null);
        var authority = Bytes(cluster, "certificate-authority", clusterFile);
        return new ClusterConnection(server)
        {
            Authorities = authority is null ? null : Pem(authority, clusterFile),
            SkipServerVerification = cluster.Text("insecure-skip-tls-verify") == "true",
            ServerName = cluster.Text("tls-server-name"),
            Proxy = cluster.Text("proxy-url") is { Length: > 0 } proxy ? new Uri(proxy) : null,
            ClientCertificate = ClientCertificate(user, userFile),
            Credentials = CredentialsOf(user, userFile),
        };
    }

    private static Credentials CredentialsOf(YamlMappingNode user, string file)
    {
        if (user.Text("token") is { Length: > 0 } token) return Credentials.Token(new Secret(token));
        if (user.Text("tokenFile") is { Length: > 0 } tokenFile) return new TokenFile(Beside(file, tokenFile), TimeProvider.System);
        if (user.Map("exec") is { } exec) return new ExecCredentials(Exec(exec, file), TimeProvider.System);
        if (user.Text("username") is { Length: > 0 } name) return Credentials.Basic(name, new Secret(user.Text("password") ?? ""));
        return Credentials.None;
    }

    private static ExecCommand Exec(YamlMappingNode exec, string file)
    {
        var program = exec.Text("command") ?? throw Broken(file, "a user's exec has no command", null);
        var env = exec.Items("env").OfType<YamlMappingNode>().ToDictionary(e => e.Text("name") ?? "", e => e.Text("value") ?? "");
        return new ExecCommand(
            program.Contains('/') ? Beside(file, program) : program,
            [.. exec.Items("args").OfType<YamlScalarNode>().Select(a => a.Value ?? "")],
            env,
            exec.Text("apiVersion") ?? "client.authentication.k8s.io/v1");
    }

    private static X509Certificate2? ClientCertificate(YamlMappingNode user, string file)
    {
        if (Bytes(user, "client-certificate", file) is not { } certificate || Bytes(user, "client-key", file) is not { } key) return null;
        try
        {
            using var pair = X509Certificate2.CreateFromPem(Encoding.ASCII.GetString(certificate), Encoding.ASCII.GetString(key));
            // A key that lives only in the PEM object is not offered by every TLS back end; through PKCS#12 it is.
            return X509CertificateLoader.LoadPkcs12(pair.Export(X509ContentType.Pkcs12), null);
        }
        catch (System.Security.Cryptography.CryptographicException e)
        {
            throw Broken(file, $"the client certificate cannot be read: {e.Message}", e);
        }
    }

    private static X509Certificate2Collection Pem(byte[] pem, string file)
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPem(Encoding.ASCII.GetString(pem));
        }
        catch (System.Security.Cryptography.CryptographicException e)
        {
            throw Broken(file, $"the certificate authority cannot be read: {e.Message}", e);
        }
        return authorities;
    }

    private static byte[]? Bytes(YamlMappingNode node, string key, string file)
    {
        try
        {
            if (node.Text($"{key}-data") is { Length: > 0 } data) return Convert.FromBase64String(data);
            return node.Text(key) is { Length: > 0 } path ? File.ReadAllBytes(Beside(file, path)) : null;
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            throw Broken(file, $"{key}: {e.Message}", e);
        }
    }

    private static string Beside(string file, string path) =>
        Path.IsPathRooted(path) ? path : Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file)) ?? ".", path);

    private (YamlMappingNode Node, string File) Entry(string list, string inner, string name)
    {
        foreach (var (root, path) in _files)
        {
            var entry = root.Items(list).OfType<YamlMappingNode>().FirstOrDefault(e => e.Text("name") == name);
            if (entry?.Map(inner) is { } found) return (found, path);
        }
        throw Broken(Names, $"{list} has no '{name}'", null, "List what there is with: kubectl config view");
    }

    private string Names => _files.Count == 0 ? "it" : string.Join(", ", _files.Select(f => f.Path));

    private static FaultException Broken(string path, string cause, Exception? inner, string? hint = null) =>
        new(new Fault("BadKubeconfig", $"read kubeconfig {path}: {cause}", hint), inner);
}

/// <summary>Reads a YAML mapping without reflection.</summary>
internal static class YamlReading
{
    public static string? Text(this YamlMappingNode node, string key) => (node.Child(key) as YamlScalarNode)?.Value;

    public static YamlMappingNode? Map(this YamlMappingNode node, string key) => node.Child(key) as YamlMappingNode;

    public static IEnumerable<YamlNode> Items(this YamlMappingNode node, string key) => node.Child(key) as YamlSequenceNode ?? [];

    private static YamlNode? Child(this YamlMappingNode node, string key) =>
        node.Children.TryGetValue(new YamlScalarNode(key), out var value) ? value : null;
}
