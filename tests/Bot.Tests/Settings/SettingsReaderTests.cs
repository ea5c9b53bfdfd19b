using ChatOps.Bot.Settings;

namespace ChatOps.Bot.Tests.Settings;

public sealed class SettingsReaderTests
{
    private const string Good = """
        people:
          ann: { web: ann, telegram: 42, roles: [operator] }
          bob: { web: bob, roles: [approver] }
        roles:
          operator: { may: [view, deploy] }
          approver: { may: [approve], targets: [shop] }
        targets:
          shop:
            workload: deployment/shop
            namespace: web
            readyWithin: 90s
        approvals: { count: 1, role: approver, expire: 10m }
        """;

    [Fact]
    public void A_good_file_is_read_whole()
    {
        var (settings, faults) = SettingsReader.Read(Good);
        Assert.Empty(faults);
        var shop = settings!.Targets["shop"];
        Assert.Equal(("deployment", "shop", "web"), (shop.WorkloadKind, shop.WorkloadName, shop.Namespace));
        Assert.Equal(TimeSpan.FromSeconds(90), shop.ReadyWithin);
        Assert.Equal(TimeSpan.FromMinutes(10), shop.Approvals.Expire);
        Assert.Equal("42", settings.People[0].Accounts["telegram"]);
    }

    [Fact]
    public void Every_fault_is_told_at_once_with_its_line()
    {
        var (settings, faults) = SettingsReader.Read("""
            people:
              ann: { web: ann, roles: [captain] }
              bob: { roles: [operator] }
            roles:
              operator: { may: [view, fly] }
            targets:
              shop:
                workload: pod/shop
                readyWithin: soon
                colour: red
            approvals: { count: many }
            web: { listen: everywhere }
            """);
        Assert.Null(settings);
        var told = string.Join('\n', faults);
        Assert.Contains("line 2: ann", told.Replace("people.", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("line 3: people.bob has no account", told, StringComparison.Ordinal);
        Assert.Contains("line 5: roles.operator.may: 'fly' is no permission", told, StringComparison.Ordinal);
        Assert.Contains("line 8: targets.shop.workload: 'pod/shop' is no workload", told, StringComparison.Ordinal);
        Assert.Contains("line 9: targets.shop.readyWithin: 'soon' is no duration", told, StringComparison.Ordinal);
        Assert.Contains("line 10: targets.shop: 'colour' is not known here", told, StringComparison.Ordinal);
        Assert.Contains("line 11: approvals.count: 'many' is no whole number", told, StringComparison.Ordinal);
        Assert.Contains("line 12: web.listen: 'everywhere' is no address", told, StringComparison.Ordinal);
        Assert.Equal(faults.OrderBy(f => f.Line), faults);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("people: [", "not YAML")]
    [InlineData("just words", "must be a mapping")]
    [InlineData("people: {}\nroles: {}\ntargets: {}", "declares no target")]
    public void What_is_no_settings_file_says_so(string text, string why)
    {
        var (settings, faults) = SettingsReader.Read(text);
        Assert.Null(settings);
        Assert.Contains(faults, f => f.Message.Contains(why, StringComparison.Ordinal));
    }

    [Fact]
    public void An_approval_nobody_could_give_is_a_fault()
    {
        var (_, faults) = SettingsReader.Read(Good.Replace("roles: [approver]", "roles: [operator]", StringComparison.Ordinal));
        Assert.Contains(faults, f => f.Message.Contains("needs 1 approval(s) of role 'approver'", StringComparison.Ordinal));
    }

    [Fact]
    public void Two_people_cannot_share_an_account()
    {
        var (_, faults) = SettingsReader.Read(Good.Replace("bob: { web: bob", "bob: { web: ann", StringComparison.Ordinal));
        Assert.Contains(faults, f => f.Message.Contains("ann and bob share the web account 'ann'", StringComparison.Ordinal));
    }
}
