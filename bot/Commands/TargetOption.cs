using ChatOps.Bot.Access;
using ChatOps.Bot.Dispatch;
using ChatOps.Bot.Settings;
using ChatOps.Values;

namespace ChatOps.Bot.Commands;

/// <summary>The option almost every command has, and how its value becomes a target the person may see.</summary>
internal static class TargetOption
{
    public static readonly CommandOption Required = new("target", "what it is about", OptionKind.Target, Required: true);

    public static readonly CommandOption Optional = new("target", "what it is about; without it, all", OptionKind.Target);

    /// <summary>An unknown target and one the person may not see get the same answer: names are not for strangers.</summary>
    public static Target Resolve(BotSettings settings, AccessRules access, CommandCall call, Permission permission)
    {
        var name = call["target"] ?? throw new FaultException(new("NoTarget", "no target was named", "/targets lists them"));
        return Refusal(access, call.Person, permission, name) is { } refusal ? throw new FaultException(refusal) : settings.Targets[name];
    }

    /// <summary>Why the person may not do this to what they named; null when they may.</summary>
    public static Fault? Refusal(AccessRules access, Person person, Permission permission, string name)
    {
        var visible = access.Visible(person).Select(t => t.Name).ToList();
        if (visible.Contains(name)) return access.Refusal(person, permission, name);
        var near = Nearest.To(name, visible);
        var shown = name.Length > 63 ? name[..63] + "…" : name;
        return new("UnknownTarget", $"there is no target '{shown}'", near is null ? "/targets lists them" : $"Did you mean {near}?");
    }
}
