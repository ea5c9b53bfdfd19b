using System.Globalization;
using System.Text.Json.Nodes;
using ChatOps.Cluster.Json;

namespace ChatOps.Cluster.Controllers;

/// <summary>How many pods a Deployment may have too many and too few: surge rounds up, unavailable down, never both zero.</summary>
internal readonly record struct RollingLimits(long Surge, long Unavailable)
{
    public static RollingLimits Of(JsonObject deployment)
    {
        if (deployment.Text("spec", "strategy", "type") == "Recreate")
            return new(0, 0);
        var replicas = deployment.Number("spec", "replicas") ?? 1;
        var surge = Resolve(deployment.At("spec", "strategy", "rollingUpdate", "maxSurge"), replicas, up: true);
        var unavailable = Resolve(deployment.At("spec", "strategy", "rollingUpdate", "maxUnavailable"), replicas, up: false);
        return new(surge, surge == 0 && unavailable == 0 ? 1 : Math.Min(unavailable, replicas));
    }

    internal static long Resolve(JsonNode? value, long total, bool up)
    {
        if (value.AsText() is not { } text)
            return value is null ? 0 : long.Parse(value.ToJsonString(), CultureInfo.InvariantCulture);
        var share = double.Parse(text.TrimEnd('%'), CultureInfo.InvariantCulture) * total / 100;
        return (long)(up ? Math.Ceiling(share) : Math.Floor(share));
    }
}
