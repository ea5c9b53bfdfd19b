using System.Text.Json.Nodes;
using ChatOps.Cluster.Json;

namespace ChatOps.Cluster.Kubelet;

/// <summary>What a container is doing, as <c>state</c> and <c>lastState</c> tell it: waiting, running or terminated.</summary>
internal abstract record ContainerState
{
    public abstract JsonObject ToJson();
}

internal sealed record Waiting(string Reason, string? Message = null) : ContainerState
{
    public override JsonObject ToJson()
    {
        var waiting = new JsonObject { ["reason"] = Reason };
        if (Message is not null)
            waiting["message"] = Message;
        return new JsonObject { ["waiting"] = waiting };
    }
}

internal sealed record Running(DateTimeOffset StartedAt) : ContainerState
{
    public override JsonObject ToJson() => new() { ["running"] = new JsonObject { ["startedAt"] = StartedAt.ToApiTime() } };
}

/// <param name="Message">The end of what it wrote, where its policy asks for that.</param>
internal sealed record Terminated(
    int ExitCode, string Reason, DateTimeOffset StartedAt, DateTimeOffset FinishedAt, string? Message = null) : ContainerState
{
    public override JsonObject ToJson()
    {
        var terminated = new JsonObject
        {
            ["exitCode"] = ExitCode,
            ["reason"] = Reason,
            ["startedAt"] = StartedAt.ToApiTime(),
            ["finishedAt"] = FinishedAt.ToApiTime(),
        };
        if (Message is not null)
            terminated["message"] = Message;
        return new JsonObject { ["terminated"] = terminated };
    }
}
