using System.Text.Json.Nodes;
using ChatOps.Cluster.Json;
using ChatOps.Cluster.Schemas;

namespace ChatOps.Cluster.Kinds;

/// <summary>Turns one CustomResourceDefinition (apiextensions.k8s.io/v1) into the kinds it declares, one per served version.</summary>
internal static class CustomKinds
{
    public static IEnumerable<ResourceKind> Read(JsonObject definition)
    {
        var spec = definition.ObjectAt("spec") ?? [];
        var names = spec.ObjectAt("names") ?? [];
        foreach (var version in spec.ItemsAt("versions").Where(version => version.Flag("served")))
        {
            var kind = names.Text("kind") ?? "";
            var status = version.At("subresources", "status") is JsonObject;
            var versionName = version.Text("name") ?? "";
            yield return new ResourceKind(
                spec.Text("group") ?? "", versionName, names.Text("plural") ?? "", kind, spec.Text("scope") == "Namespaced")
            {
                Singular = names.Text("singular") ?? kind.ToLowerInvariant(),
                ListKind = names.Text("listKind") ?? kind + "List",
                ShortNames = Texts(names, "shortNames"),
                Categories = Texts(names, "categories"),
                HasStatus = status,
                HasScale = version.At("subresources", "scale") is JsonObject,
                IsCustom = true,
                Preferred = version.Flag("storage"),
                Schema = SchemaReading.CustomResource(version.ObjectAt("schema", "openAPIV3Schema") ?? []),
                PrinterColumns = [.. version.ItemsAt("additionalPrinterColumns").Select(Column)],
            };
        }
    }

    private static PrinterColumn Column(JsonObject column) => new(
        column.Text("name") ?? "", column.Text("type") ?? "string", column.Text("jsonPath") ?? "",
        column.Text("format") ?? "", column.Text("description") ?? "", (int)(column.Number("priority") ?? 0));

    private static string[] Texts(JsonObject names, string field) =>
        [.. (names.ArrayAt(field) ?? []).Select(one => one.AsText()).OfType<string>()];
}
