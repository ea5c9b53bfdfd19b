using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace ChatOps.Bot.Changes;

/// <summary>Tells whether a workload is still what a plan was made for; pure.</summary>
internal static class WorkloadDigest
{
    /// <summary>
    /// Of everything that is asked of it but the number of its pods. Its generation is not enough to go by: autoscalers move that too.
    /// </summary>
    /// <remarks>Kubernetes documentation, "Horizontal Pod Autoscaling": the scale subresource writes <c>spec.replicas</c>.</remarks>
    public static string? Of(JsonObject? workload)
    {
        if (workload?["spec"]?.DeepClone() is not JsonObject spec) return null;
        spec.Remove("replicas");
        return $"sha256:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(spec.ToJsonString())))}";
    }
}
