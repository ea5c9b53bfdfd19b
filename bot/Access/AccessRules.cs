using ChatOps.Bot.Settings;
using ChatOps.Values;

namespace ChatOps.Bot.Access;

/// <summary>Decides who a chat account is and what that person may do; pure, from the settings alone.</summary>
internal sealed class AccessRules(BotSettings settings)
{
    public Person? Find(string platform, string account) =>
        settings.People.FirstOrDefault(p => p.Accounts.TryGetValue(platform, out var id) && id == account);

    /// <summary>
    /// Who did this, with what the chat allows. Somebody undeclared counts when a role of the platform's own makes them hold one of ours;
    /// the name then carries the account's id, so that nobody becomes another by renaming.
    /// </summary>
    public Person? Find(Chat.Invocation invocation)
    {
        var granted = settings.Roles.Values.Where(r => r.Groups.Any(invocation.Groups.Contains)).Select(r => r.Name).ToList();
        var person = Find(invocation.Platform, invocation.User);
        if (person is null && granted.Count == 0) return null;
        var accounts = new Dictionary<string, string> { [invocation.Platform] = invocation.User };
        person ??= new Person($"{invocation.DisplayName} ({invocation.Platform} {invocation.User})", accounts, []);
        return person with
        {
            Roles = [.. person.Roles.Union(granted)],
            Within = settings.TargetsIn(invocation.Platform, invocation.Channel),
        };
    }

    public bool May(Person person, Permission permission, string? target) =>
        (target is null || person.Within is null || person.Within.Contains("*") || person.Within.Contains(target))
        && person.Roles.Select(r => settings.Roles.GetValueOrDefault(r))
            .Any(r => r is not null && r.May.Contains(permission) && r.Covers(target));

    public bool MayAnywhere(Person person, Permission permission) => settings.Targets.Keys.Any(t => May(person, permission, t));

    public IEnumerable<Target> Visible(Person person) =>
        settings.Targets.Values.Where(t => May(person, Permission.View, t.Name)).OrderBy(t => t.Name, StringComparer.Ordinal);

    /// <summary>Null when allowed; else what is missing and who could give it.</summary>
    public Fault? Refusal(Person person, Permission permission, string? target)
    {
        if (target is null ? MayAnywhere(person, permission) : May(person, permission, target)) return null;
        if (target is not null && May(person with { Within = null }, permission, target))
            return new Fault("Elsewhere", $"{target} is not for this chat", "Ask in private, or where it belongs");
        var on = target is null ? "" : $" on {target}";
        var roles = settings.Roles.Values.Where(r => r.May.Contains(permission) && r.Covers(target)).Select(r => r.Name).ToList();
        return new Fault(
            "Forbidden",
            $"{person.Name} may not {permission.ToString().ToLowerInvariant()}{on}",
            roles.Count == 0
                ? "No role in chatops.yaml allows it"
                : $"It takes the role {string.Join(" or ", roles)}; ask whoever keeps chatops.yaml");
    }
}
