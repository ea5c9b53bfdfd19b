using ChatOps.Settings;

namespace ChatOps.Bot.Settings;

/// <summary>
/// What must hold between the parts of the settings: every name used is declared, every approval can be given by somebody.
/// </summary>
internal static class SettingsRules
{
    public static void Check(BotSettings settings, Section root, List<SettingsFault> faults)
    {
        if (settings.Targets.Count == 0) root.Fault("targets", "declares no target; nothing could be done from chat");
        if (settings.Metrics.Listen is { } listen && listen == settings.Web.Listen && !listen.EndsWith(":0", StringComparison.Ordinal))
            root.Map("metrics").Fault("listen", $"'{listen}' is where web listens; metrics need an address of their own");
        foreach (var (name, section) in root.Map("people").Children())
        {
            foreach (var role in section.Texts("roles").Where(r => !settings.Roles.ContainsKey(r)))
                section.Fault("roles", $"'{role}' is not declared under roles");
        }
        foreach (var (name, section) in root.Map("roles").Children())
        {
            foreach (var target in section.Texts("targets").Where(t => t != "*" && !settings.Targets.ContainsKey(t)))
                section.Fault("targets", $"'{target}' is not declared under targets");
            if (section.Has("discord") && settings.Discord.Guild is null)
                section.Fault("discord", "needs discord.guild: roles of a server count only on that server");
        }
        foreach (var (name, section) in root.Map("telegram").Map("chats").Children().Concat(root.Map("discord").Map("channels").Children()))
        {
            foreach (var target in section.Texts("targets").Where(t => t != "*" && !settings.Targets.ContainsKey(t)))
                section.Fault("targets", $"'{target}' is not declared under targets");
        }
        // Changes of one workload must come one after the other, and they do so by the target.
        foreach (var same in settings.Targets.Values.GroupBy(t => (t.Namespace, t.WorkloadKind, t.WorkloadName)).Where(g => g.Count() > 1))
        {
            var second = root.Map("targets").Children().First(t => t.Name == same.ElementAt(1).Name).Section;
            second.Fault("workload", $"{same.Key.WorkloadKind}/{same.Key.WorkloadName} in {same.Key.Namespace} is "
                + $"{same.First().Name} already; declare each workload once");
        }
        foreach (var target in settings.Targets.Values)
        {
            var approvals = target.Approvals;
            if (approvals.Count == 0) continue;
            var able = settings.People.Count(p => p.Roles.Contains(approvals.Role));
            if (able >= approvals.Count || settings.Roles.GetValueOrDefault(approvals.Role) is { Groups.Count: > 0 }) continue;
            var line = root.Map("targets").Children().First(t => t.Name == target.Name).Section;
            line.Fault(null, $"needs {approvals.Count} approval(s) of role '{approvals.Role}', which {able} of the people declared have");
        }
        var twice = settings.People.SelectMany(p => p.Accounts.Select(a => (Account: a, p.Name)))
            .GroupBy(p => (p.Account.Key, p.Account.Value)).Where(g => g.Count() > 1);
        foreach (var group in twice)
        {
            root.Fault(
                "people", $"{string.Join(" and ", group.Select(g => g.Name))} share the {group.Key.Key} account '{group.Key.Value}'");
        }
    }
}
