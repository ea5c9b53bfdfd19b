namespace ChatOps.Bot.Access;

/// <summary>Somebody declared in <c>chatops.yaml</c>, known by an account per platform.</summary>
internal sealed record Person(string Name, IReadOnlyDictionary<string, string> Accounts, IReadOnlyList<string> Roles)
{
    /// <summary>The only targets within reach in the chat this is said in; null where the chat narrows nothing.</summary>
    public IReadOnlyList<string>? Within { get; init; }
}

/// <summary>What a role's holders may do, and on which targets (<c>*</c> is all).</summary>
internal sealed record Role(string Name, IReadOnlyList<Permission> May, IReadOnlyList<string> Targets)
{
    /// <summary>Ids of a chat platform's own roles whose members hold this one too.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    public bool Covers(string? target) => target is null || Targets.Contains("*") || Targets.Contains(target);
}

internal enum Permission
{
    View,
    Snapshot,
    Deploy,
    Rollback,
    Approve,
}
