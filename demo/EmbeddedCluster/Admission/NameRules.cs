using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ChatOps.Cluster.Api;
using ChatOps.Cluster.Json;
using ChatOps.Cluster.Kinds;

namespace ChatOps.Cluster.Admission;

/// <summary>Refuses names, labels and annotations that the real server refuses, in its words.</summary>
/// <remarks>Kubernetes documentation, "Object Names and IDs"; RFC 1123 and RFC 1035 labels.</remarks>
internal static partial class NameRules
{
    private const string Subdomain =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an " +
        "alphanumeric character (e.g. 'example.com', regex used for validation is " +
        "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

    private const string Label =
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an " +
        "alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

    private const string Value =
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an " +
        "alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is " +
        "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

    public static void Check(ResourceKind kind, JsonObject value, List<FieldError> errors)
    {
        var name = value.Name();
        if (name.Length == 0)
            errors.Add(FieldError.Required("metadata.name", "name or generateName is required"));
        else if (kind.Group == "rbac.authorization.k8s.io")
            return;
        else if (kind.Plural is "namespaces" or "services")
            CheckOne(LabelPattern(), name, 63, Label, errors);
        else
            CheckOne(SubdomainPattern(), name, 253, Subdomain, errors);
        foreach (var (key, text) in value.ObjectAt("metadata", "labels") ?? [])
            if (text.AsText() is not { } label || label.Length > 63 || !LabelValuePattern().IsMatch(label))
                errors.Add(FieldError.Invalid("metadata.labels", text ?? key, Value));
    }

    private static void CheckOne(Regex pattern, string name, int longest, string rule, List<FieldError> errors)
    {
        if (name.Length > longest)
            errors.Add(FieldError.Invalid("metadata.name", name, $"must be no more than {longest} characters"));
        else if (!pattern.IsMatch(name))
            errors.Add(FieldError.Invalid("metadata.name", name, rule));
    }

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$")]
    private static partial Regex SubdomainPattern();

    [GeneratedRegex("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")]
    private static partial Regex LabelPattern();

    [GeneratedRegex("^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$")]
    private static partial Regex LabelValuePattern();
}
