using System.Text.Json;
using ChatOps.Kubernetes;

namespace ChatOps.Resources;

/// <summary>One chat message that shows a resource and is edited as it moves.</summary>
public sealed record MessageReference(string Platform, string Channel, string Id)
{
    /// <summary>
    /// The messages a resource names; a broken annotation names none. Whoever may write the resource may write anything there.
    /// </summary>
    public static IReadOnlyList<MessageReference> Of(IResource resource)
    {
        if (resource.Metadata.Annotation(ChatOpsKinds.MessagesAnnotation) is not { } json) return [];
        try
        {
            var named = JsonSerializer.Deserialize(json, ResourceJson.Default.IReadOnlyListMessageReference) ?? [];
            return [.. named.Where(m => m is { Platform.Length: > 0, Channel.Length: > 0, Id.Length: > 0 }).Distinct()];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    public static string Annotation(params IReadOnlyList<MessageReference> messages) =>
        JsonSerializer.Serialize(messages, ResourceJson.Default.IReadOnlyListMessageReference);
}
