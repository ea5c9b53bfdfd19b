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
    public void Metrics_are_served_nowhere_and_the_log_is_for_people_unless_declared()
    {
        var (plain, declared) = (
            SettingsReader.Read(Good).Settings!,
            SettingsReader.Read(Good + "\nmetrics: { listen: '0.0.0.0:9090' }\nlog: json").Settings!);
        Assert.Equal((null, false), (plain.Metrics.Listen, plain.JsonLog));
        Assert.Equal(("0.0.0.0:9090", true), (declared.Metrics.Listen, declared.JsonLog));
    }

    [Theory]
    [InlineData("metrics: { listen: 9090 }", "metrics.listen: '9090' is no address; write IP:PORT")]
    [InlineData("metrics: { listen: 0.0.0.0 }", "metrics.listen: '0.0.0.0' is no address; write IP:PORT")]
    [InlineData("metrics: { listen: '127.0.0.1:8080' }", "metrics.listen: '127.0.0.1:8080' is where web listens")]
    [InlineData("metrics: { port: 9090 }", "metrics: 'port' is not known here; known: listen")]
    [InlineData("log: xml", "chatops.yaml.log: 'xml' is neither text nor json")]
    public void What_is_wrong_with_metrics_and_log_is_told(string line, string told) =>
        Assert.Contains(SettingsReader.Read($"{Good}\n{line}").Faults, f => f.Message.StartsWith(told, StringComparison.Ordinal));

    [Theory]
    [InlineData("workload: deployment/shop, namespace: web", true)]
    [InlineData("workload: deployment/shop, namespace: other", false)]
    [InlineData("workload: statefulset/shop, namespace: web", false)]
    public void Two_targets_on_one_workload_are_refused(string second, bool refused)
    {
        var faults = SettingsReader.Read(Good.Replace(
            "targets:\n  shop:", $"targets:\n  again: {{ {second} }}\n  shop:", StringComparison.Ordinal)).Faults;
        Assert.Equal(refused, faults.Any(f => f.Message
            == "targets.shop.workload: deployment/shop in web is again already; declare each workload once"));
        Assert.Equal(refused, faults.Count > 0);
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
    public void Telegram_is_read_whole_and_its_token_shows_nowhere()
    {
        var (settings, faults) = SettingsReader.Read(Good + """

            telegram:
              token: 123456:secret-part
              chats:
                ops: { id: -1001234, topic: 7, targets: [shop], notify: true }
              webhook: https://bot.example.org/telegram
              api: http://localhost:8081
            """);
        Assert.Empty(faults);
        var telegram = settings!.Telegram;
        Assert.Equal((true, "123456:secret-part"), (telegram.Enabled, telegram.Token!.Reveal()));
        Assert.Equal("http://localhost:8081/", telegram.Api.ToString());
        var ops = telegram.ChatFor(new(-1001234, 7))!;
        Assert.Equal(("ops", true, "shop"), (ops.Name, ops.Notify, ops.Targets.Single()));
        Assert.Null(telegram.ChatFor(new(-1001234, 8)));
        Assert.DoesNotContain("secret-part", settings.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Faults_of_telegram_are_told_with_their_lines()
    {
        var (_, faults) = SettingsReader.Read(
            "telegram:\n  chats:\n    ops: { id: '@ops', topic: x, targets: [shoe] }\n  webhook: http://bot.example.org/\n"
                + "  api: somewhere\n  tokenFile: /nowhere/token\n"
                + Good.Replace("telegram: 42", "telegram: '@ann'", StringComparison.Ordinal));
        var told = string.Join('\n', faults);
        Assert.Contains("line 3: chats.ops.id: '@ops' is no chat id", told, StringComparison.Ordinal);
        Assert.Contains("ops.topic: 'x' is no whole number", told, StringComparison.Ordinal);
        Assert.Contains("ops.targets: 'shoe' is not declared", told, StringComparison.Ordinal);
        Assert.Contains("line 4: telegram.webhook: must begin with https://", told, StringComparison.Ordinal);
        Assert.Contains("line 5: telegram.api: 'somewhere' is no address", told, StringComparison.Ordinal);
        Assert.Contains("line 6: telegram.tokenFile: cannot be read", told, StringComparison.Ordinal);
        Assert.Contains("people.ann.telegram: '@ann' is no id of Telegram's", told, StringComparison.Ordinal);
    }

    [Fact]
    public void Discord_is_read_whole_and_its_token_shows_nowhere()
    {
        var (settings, faults) = SettingsReader.Read(Good + """

            discord:
              token: secret-part
              guild: "1001"
              channels:
                ops: { id: "1002", targets: [shop], notify: true }
              api: http://localhost:8082
            """);
        Assert.Empty(faults);
        var discord = settings!.Discord;
        Assert.Equal(
            (true, "secret-part", "1001", "http://localhost:8082/"),
            (discord.Enabled, discord.Token!.Reveal(), discord.Guild, discord.Api.ToString()));
        Assert.Equal(["shop"], settings.TargetsIn("discord", "1002/7")!);
        Assert.Null(settings.TargetsIn("discord", "1003"));
        Assert.Equal(("discord", "ops"), (settings.Chats.Last().Platform, settings.Chats.Last().Chat.Name));
        Assert.DoesNotContain("secret-part", settings.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Faults_of_discord_are_told_with_their_lines()
    {
        var (_, faults) = SettingsReader.Read("discord:\n  guild: team\n  channels:\n    ops: { id: '#ops', targets: [shoe] }\n"
            + Good.Replace("telegram: 42", "discord: ann#1", StringComparison.Ordinal));
        var told = string.Join('\n', faults);
        Assert.Contains("line 2: discord.guild: 'team' is no id of Discord's", told, StringComparison.Ordinal);
        Assert.Contains("line 4: channels.ops.id: '#ops' is no id", told, StringComparison.Ordinal);
        Assert.Contains("ops.targets: 'shoe' is not declared", told, StringComparison.Ordinal);
        Assert.Contains("people.ann.discord: 'ann#1' is no id", told, StringComparison.Ordinal);
    }

    [Fact]
    public void Roles_of_a_server_need_to_know_which_server()
    {
        var roles = Good.Replace("may: [view, deploy]", "may: [view, deploy], discord: ['7']", StringComparison.Ordinal);
        Assert.NotEqual(Good, roles);
        var (_, faults) = SettingsReader.Read(roles);
        Assert.Contains("needs discord.guild", Assert.Single(faults).Message, StringComparison.Ordinal);
        Assert.Empty(SettingsReader.Read(roles + "\ndiscord: { guild: '1' }\n").Faults);
    }

    [Fact]
    public void The_environment_goes_before_the_file()
    {
        var variables = new Dictionary<string, string?>
        {
            [TelegramSettings.TokenVariable] = "1:b",
            [TelegramSettings.ApiVariable] = "http://127.0.0.1:9/x"
        };
        var telegram = new TelegramSettings().WithEnvironment(variables.GetValueOrDefault);
        Assert.Equal((true, "1:b", "http://127.0.0.1:9/x/"), (telegram.Enabled, telegram.Token!.Reveal(), telegram.Api.ToString()));
    }

    [Fact]
    public void Two_people_cannot_share_an_account()
    {
        var (_, faults) = SettingsReader.Read(Good.Replace("bob: { web: bob", "bob: { web: ann", StringComparison.Ordinal));
        Assert.Contains(faults, f => f.Message.Contains("ann and bob share the web account 'ann'", StringComparison.Ordinal));
    }
}
