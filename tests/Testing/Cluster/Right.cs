using Microsoft.AspNetCore.Http;

namespace ChatOps.Testing.Cluster;

/// <summary>One verb on one resource, such as <c>patch changes/status.chatops.ghostwire.io</c>.</summary>
public sealed record Right(string Verb, string Resource, string Group, string? Name = null)
{
    public override string ToString() => $"{Verb} {Resource}{(Group.Length > 0 ? "." : "")}{Group}";

    /// <summary>As the API server takes a request apart: a list or watch of one name is a request for that name.</summary>
    public static (string Namespace, Right Right) Asked(HttpRequest request)
    {
        string[] path = request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var group = path[0] == "apis" ? path[1] : "";
        string[] rest = path[0] == "apis" ? path[3..] : path[2..];
        if (rest is not ["namespaces", var ns, var resource, .. var more]) return ("", new(request.Method, request.Path, group));
        var selected = request.Query["fieldSelector"].ToString().Split("metadata.name=");
        var name = more is [var named, ..] ? named : selected is [_, var only] ? only : null;
        var verb = request.Method switch
        {
            "POST" => "create",
            "PATCH" => "patch",
            "DELETE" => "delete",
            _ when request.Query["watch"] == "true" => "watch",
            _ when more.Length == 0 => "list",
            _ => "get",
        };
        return (ns, new(verb, more is [_, var subresource, ..] ? $"{resource}/{subresource}" : resource, group, name));
    }
}
