using System.Text.Json.Nodes;
using ChatOps.Cluster.Kinds;
using Microsoft.AspNetCore.Http;

namespace ChatOps.Cluster.Api;

/// <summary>Answers the questions clients ask about their own rights; here everybody who may ask at all may do everything.</summary>
internal static class Reviews
{
    public static IReadOnlyList<ResourceKind> Kinds { get; } =
    [
        new("authorization.k8s.io", "v1", "selfsubjectaccessreviews", "SelfSubjectAccessReview", false),
        new("authorization.k8s.io", "v1", "selfsubjectrulesreviews", "SelfSubjectRulesReview", false),
        new("authentication.k8s.io", "v1", "selfsubjectreviews", "SelfSubjectReview", false),
    ];

    public static async Task<bool> TryHandleAsync(HttpContext context, string user)
    {
        var parts = (context.Request.Path.Value ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts is not ["apis", var group, "v1", var plural] || !Kinds.Any(kind => kind.Group == group && kind.Plural == plural))
            return false;
        if (!HttpMethods.IsPost(context.Request.Method))
            throw StatusException.MethodNotAllowed();
        var review = await RequestBody.ReadObjectAsync(context);
        review["status"] = plural switch
        {
            "selfsubjectaccessreviews" => new JsonObject { ["allowed"] = true, ["reason"] = "the embedded cluster allows everything" },
            "selfsubjectrulesreviews" => Everything(),
            _ => new JsonObject
            {
                ["userInfo"] = new JsonObject { ["username"] = user, ["groups"] = new JsonArray("system:authenticated") }
            },
        };
        await Answers.WriteAsync(context, review, 201);
        return true;
    }

    private static JsonObject Everything() => new()
    {
        ["incomplete"] = false,
        ["resourceRules"] = new JsonArray(new JsonObject
        {
            ["verbs"] = new JsonArray("*"),
            ["apiGroups"] = new JsonArray("*"),
            ["resources"] = new JsonArray("*"),
        }),
        ["nonResourceRules"] = new JsonArray(new JsonObject { ["verbs"] = new JsonArray("*"), ["nonResourceURLs"] = new JsonArray("*") }),
    };
}
