using System.Text.RegularExpressions;
using ChatOps.Sidecar.Archives;
using ChatOps.Values;

namespace ChatOps.Sidecar.Stores.S3;

/// <summary>
/// A bucket and the prefix below which all keys of a store lie; every key it makes is below that prefix. Nothing that could carry a secret
/// is accepted in it, nor repeated in a fault. Source: Amazon S3 User Guide, "General purpose bucket naming rules".
/// </summary>
/// <param name="Prefix">Empty, or ends with a slash.</param>
internal sealed partial record S3Location(string Scheme, string Bucket, string Prefix)
{
    public static S3Location Parse(string address)
    {
        var match = Form().Match(address);
        var prefix = match.Groups[3].Value.Trim('/');
        if (!match.Success || prefix.Split('/').Any(part => part is "." or "..") || (prefix.Length > 0 && prefix.Contains("//")))
            throw new FaultException(new Fault("BadStore", "the store is not written as s3://BUCKET/PREFIX or gs://BUCKET/PREFIX",
                "Use a bucket's name and letters, digits, '-', '_', '.', '=' and '/' after it; credentials come from the environment"));
        return new(match.Groups[1].Value, match.Groups[2].Value, prefix.Length == 0 ? "" : prefix + "/");
    }

    public string ArchiveKey(string name, ArchiveForm form) => Prefix + Checked(name) + form.Suffix;

    /// <summary>Every key the archive may lie under; there is one at most.</summary>
    public IEnumerable<string> ArchiveKeys(string name) => ArchiveForm.All.Select(form => ArchiveKey(name, form));

    public SnapshotName? ArchiveOf(string key) =>
        ArchiveForm.All.Select(form => NameOf(key, form.Suffix)).FirstOrDefault(name => name is not null);

    public string ManifestKey(string name) => Prefix + Checked(name) + SnapshotName.ManifestSuffix;

    /// <summary>A key that no snapshot has, for trying whether writing is allowed.</summary>
    public string ProbeKey => Prefix + ".chatops-probe";

    /// <summary>The snapshot whose archive or manifest this key is, or null for anything else.</summary>
    public SnapshotName? NameOf(string key, string suffix) =>
        key.StartsWith(Prefix, StringComparison.Ordinal) && key.EndsWith(suffix, StringComparison.Ordinal)
            ? SnapshotName.TryParse(key[Prefix.Length..^suffix.Length])
            : null;

    public override string ToString() => $"{Scheme}://{Bucket}/{Prefix}".TrimEnd('/');

    private static string Checked(string name) => StoredNames.Check(name) is { } fault ? throw new FaultException(fault) : name;

    [GeneratedRegex("^(s3|gs)://([a-z0-9][a-z0-9._-]{1,61}[a-z0-9])(/[A-Za-z0-9._=/-]*)?\\z")]
    private static partial Regex Form();
}
