using System.Net;
using System.Text.RegularExpressions;
using ChatOps.Bot.Access;
using ChatOps.Settings;
using ChatOps.Values;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace ChatOps.Bot.Settings;

/// <summary>Reads <c>chatops.yaml</c> whole: either the settings, or every fault in it at once, each with its line.</summary>
internal static partial class SettingsReader
{
    public static (BotSettings? Settings, IReadOnlyList<SettingsFault> Faults) Read(string yaml)
    {
        var faults = new List<SettingsFault>();
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(yaml));
        }
        catch (YamlException e)
        {
            return (null, [new SettingsFault(e.Start.Line, $"not YAML: {e.Message}")]);
        }
        if (stream.Documents.Count == 0)
            return (null, [new SettingsFault(1, "the file is empty; it needs at least people, roles and targets")]);

        var root = new Section(stream.Documents[0].RootNode, "chatops.yaml", faults);
        var approvals = Approvals(root.Map("approvals"), new ApprovalSettings());
        var settings = new BotSettings
        {
            Namespace = root.Text("namespace"),
            ChangeHistoryLimit = root.Number("changeHistoryLimit", new BotSettings().ChangeHistoryLimit, least: 10),
            Roles = root.Map("roles").Children().ToDictionary(r => r.Name, r => ReadRole(r.Name, r.Section)),
            People = [.. root.Map("people").Children().Select(p => ReadPerson(p.Name, p.Section))],
            Targets = root.Map("targets").Children().ToDictionary(t => t.Name, t => ReadTarget(t.Name, t.Section, approvals)),
            Web = ReadWeb(root.Map("web")),
            Lease = ReadLease(root.Map("lease")),
            Metrics = ReadMetrics(root.Map("metrics")),
            Registries = ReadRegistries(root.Map("registries")),
            JsonLog = ReadLog(root),
            Telegram = TelegramReader.Read(root.Map("telegram")),
            Discord = DiscordReader.Read(root.Map("discord")),
        };
        root.RefuseUnknown();
        SettingsRules.Check(settings, root, faults);
        return faults.Count == 0 ? (settings, []) : (null, [.. faults.OrderBy(f => f.Line)]);
    }

    private static Role ReadRole(string name, Section role)
    {
        var may = role.Texts("may");
        var known = may.Where(m => m == "*" || Enum.TryParse<Permission>(m, ignoreCase: true, out _)).ToList();
        foreach (var unknown in may.Except(known))
        {
            role.Fault(
                "may", $"'{unknown}' is no permission; there are: {string.Join(", ", Enum.GetNames<Permission>()).ToLowerInvariant()}, *");
        }
        var permissions = known.Contains("*")
            ? Enum.GetValues<Permission>()
            : [.. known.Select(m => Enum.Parse<Permission>(m, ignoreCase: true))];
        var targets = role.Texts("targets");
        var groups = role.Texts("discord");
        foreach (var id in groups.Where(g => !DiscordReader.IsId(g))) role.Fault("discord", DiscordReader.NoId(id));
        var read = new Role(name, [.. permissions], targets.Count == 0 ? ["*"] : targets) { Groups = groups };
        role.RefuseUnknown();
        return read;
    }

    private static Person ReadPerson(string name, Section person)
    {
        var accounts = new Dictionary<string, string>();
        foreach (var platform in (string[])["web", "telegram", "discord"])
        {
            if (person.Text(platform) is { } id) accounts[platform] = id;
        }
        if (accounts.TryGetValue("telegram", out var number) && !number.All(char.IsAsciiDigit))
            person.Fault("telegram", $"'{number}' is no id of Telegram's, which are numbers; /whoami typed to the bot tells it");
        if (accounts.TryGetValue("discord", out var snowflake) && !DiscordReader.IsId(snowflake))
            person.Fault("discord", DiscordReader.NoId(snowflake));
        if (accounts.Count == 0) person.Fault(null, "has no account; give at least one of web, telegram, discord");
        var read = new Person(name, accounts, person.Texts("roles"));
        person.RefuseUnknown();
        return read;
    }

    private static Target ReadTarget(string name, Section target, ApprovalSettings approvals)
    {
        var workload = target.Required("workload");
        var parts = workload.Split('/');
        if (parts.Length != 2 || parts[0] is not ("statefulset" or "deployment") || !DnsName().IsMatch(parts[1]))
        {
            if (workload.Length > 0) target.Fault("workload", $"'{workload}' is no workload; write statefulset/NAME or deployment/NAME");
            parts = ["statefulset", "unknown"];
        }
        if (!DnsName().IsMatch(name)) target.Fault(null, $"'{name}' cannot be a target's name; use lower-case letters, digits and '-'");
        var read = new Target
        {
            Name = name,
            Namespace = target.Text("namespace") ?? "default",
            WorkloadKind = parts[0],
            WorkloadName = parts[1],
            Container = target.Text("container"),
            Image = target.Text("image"),
            Pin = ReadPin(target),
            PullSecrets = target.Texts("pullSecrets"),
            ReadyWithin = target.Duration("readyWithin", TimeSpan.FromMinutes(3)),
            SettleFor = target.Duration("settleFor", TimeSpan.FromSeconds(10)),
            Home = target.Has("home") ? ReadHome(target.Map("home")) : null,
            Approvals = target.Has("approvals") ? Approvals(target.Map("approvals"), approvals) : approvals,
        };
        if (read.Image is { } image && ImageName.Parse(image) is not { Tag: null, Digest: null })
            target.Fault("image", $"'{image}' is no repository; write it without tag and digest, such as ghcr.io/team/app");
        target.RefuseUnknown();
        return read;
    }

    private static PinPolicy ReadPin(Section target)
    {
        var pin = target.Text("pin") ?? "auto";
        if (pin is not ("auto" or "always" or "never")) target.Fault("pin", $"'{pin}' is none of auto, always, never");
        return pin switch { "always" => PinPolicy.Always, "never" => PinPolicy.Never, _ => PinPolicy.Auto };
    }

    private static RegistrySettings ReadRegistries(Section registries)
    {
        var read = new RegistrySettings { Ask = registries.Flag("ask", true), Insecure = registries.Texts("insecure") };
        foreach (var host in read.Insecure.Where(h => ImageName.Parse($"{h}/x")?.Domain != h))
            registries.Fault("insecure", $"'{host}' is no registry; write HOST or HOST:PORT as images name it");
        registries.RefuseUnknown();
        return read;
    }

    private static HomeSettings ReadHome(Section home)
    {
        var read = new HomeSettings
        {
            Path = home.Required("path"),
            Claim = home.Required("claim"),
            SidecarImage = home.Required("sidecarImage"),
            ArchiveClaim = home.Text("archiveClaim"),
            ServiceAccount = home.Text("serviceAccount"),
            IdentitySecret = home.Text("identitySecret"),
            BeginWithin = home.Duration("beginWithin", TimeSpan.FromMinutes(2)),
            RunAs = home.Has("runAs") ? SidecarPodReader.ReadRunAs(home.Map("runAs")) : null,
            Sidecar = SidecarPodReader.Read(home.Map("sidecar")),
            SnapshotWithin = home.Duration("snapshotWithin", TimeSpan.FromMinutes(15)),
        };
        if (read.Path.Length > 0 && !read.Path.StartsWith('/')) home.Fault("path", $"'{read.Path}' is not an absolute path");
        home.RefuseUnknown();
        return read;
    }

    private static ApprovalSettings Approvals(Section section, ApprovalSettings defaults)
    {
        var read = new ApprovalSettings
        {
            Count = section.Number("count", defaults.Count, least: 0),
            Role = section.Text("role") ?? defaults.Role,
            Self = section.Flag("self", defaults.Self),
            Expire = section.Duration("expire", defaults.Expire),
        };
        section.RefuseUnknown();
        return read;
    }

    private static WebSettings ReadWeb(Section web)
    {
        var read = new WebSettings
        {
            Enabled = web.Flag("enabled", false),
            Listen = web.Text("listen") ?? "127.0.0.1:8080",
            Channel = web.Text("channel") ?? "ops",
            Notify = web.Flag("notify", true),
            TrustedProxies = web.Texts("trustedProxies"),
        };
        if (!IPEndPoint.TryParse(read.Listen, out _))
            web.Fault("listen", $"'{read.Listen}' is no address; write IP:PORT, such as 127.0.0.1:8080");
        foreach (var proxy in read.TrustedProxies.Where(p => !IPAddress.TryParse(p, out _)))
            web.Fault("trustedProxies", $"'{proxy}' is no IP address");
        web.RefuseUnknown();
        return read;
    }

    private static MetricsSettings ReadMetrics(Section metrics)
    {
        var read = new MetricsSettings { Listen = metrics.Text("listen") };
        if (read.Listen is { } listen && !ListenAddress.TryParse(listen, out _))
            metrics.Fault("listen", $"'{listen}' is no address; {ListenAddress.Hint}");
        metrics.RefuseUnknown();
        return read;
    }

    private static LeaseSettings ReadLease(Section lease)
    {
        var defaults = new LeaseSettings();
        var read = new LeaseSettings
        {
            Enabled = lease.Flag("enabled", defaults.Enabled),
            Duration = lease.Duration("duration", defaults.Duration),
            RenewWithin = lease.Duration("renewWithin", defaults.RenewWithin),
            Retry = lease.Duration("retry", defaults.Retry),
        };
        // The leader tries at least twice before it stops, and has stopped before another begins.
        if (read.RenewWithin >= read.Duration) lease.Fault("renewWithin", "must be shorter than duration");
        if (read.Retry <= TimeSpan.Zero || read.Retry * 2 > read.RenewWithin)
            lease.Fault("retry", "must be more than 0s and at most half of renewWithin");
        lease.RefuseUnknown();
        return read;
    }

    private static bool ReadLog(Section root)
    {
        var form = root.Text("log") ?? "text";
        if (form is not ("text" or "json")) root.Fault("log", $"'{form}' is neither text nor json");
        return form == "json";
    }

    [GeneratedRegex("^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$")]
    private static partial Regex DnsName();
}
