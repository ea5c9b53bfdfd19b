using ChatOps.Sidecar.Settings;
using ChatOps.Sidecar.Sqlite;
using ChatOps.Testing;
using ChatOps.Values;

namespace ChatOps.Sidecar.Tests.Settings;

public sealed class SidecarSettingsTests
{
    [Fact]
    public void What_nobody_says_is_what_most_people_want()
    {
        var settings = Read();
        Assert.Equal((null, "", null), (settings.Target, settings.Home, settings.Store));
        Assert.Equal(PinLimits.Default, settings.Limits);
        Assert.Equal((false, null, 3, 0), (settings.AllowUnlocked, settings.Rate, settings.Level, settings.Nice));
        Assert.Equal(Environment.ProcessorCount, settings.Workers);
    }

    [Fact]
    public async Task No_home_is_presumed()
    {
        using var home = new Home();
        var fault = await Read().Request("ghostwire").CheckAsync(home.Archives, TestContext.Current.CancellationToken);
        Assert.Equal(("no directory is named to take a snapshot of", "Give --home (SIDECAR_HOME)"), (fault!.Message, fault.Hint));
    }

    [Fact]
    public void Every_setting_can_stand_in_the_file()
    {
        var settings = Read("""
            target: ghostwire
            home: /data
            store: {address: "s3://b/p", options: [region=eu-1, sse=AES256]}
            encryption: {kind: none}
            scratch: ""
            files: {exclude: ["*.iso"], include: .config/Signal/logs}
            databases: {paths: ["*.enc"], journal: skip, onLocked: copy, allowUnlocked: true}
            limits: {wait: 2s, hold: 1m, walGrowth: 200MB, rate: 20 MB, workers: 1, level: 9, nice: 10}
            listen: 0.0.0.0:9091
            """);
        Assert.Equal(("ghostwire", "/data", "s3://b/p", null), (settings.Target, settings.Home, settings.Store, settings.Scratch));
        Assert.Equal(("eu-1", "AES256"), (settings.StoreOptions.Find("region"), settings.StoreOptions.Find("sse")));
        var request = settings.Request("ghostwire");
        Assert.Equal(("*.iso", ".config/Signal/logs", "*.enc"), (request.Excludes[^1], request.Includes[^1], request.DatabaseGlobs[^1]));
        Assert.Equal(
            new PinLimits(TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(1))
            {
                WalGrowth = ByteSize.FromMegabytes(200),
                Journal = JournalRule.Skip,
                Locked = LockedRule.Copy,
            },
            request.Limits);
        Assert.Equal((true, ByteSize.FromMegabytes(20), 1, 9, 10),
            (request.AllowUnlocked, request.Rate, request.Workers, request.Level, settings.Nice));
        Assert.Equal("0.0.0.0:9091", settings.Listen!.ToString());
    }

    [Fact]
    public void A_flag_counts_before_a_variable_and_a_variable_before_the_file_and_store_options_are_put_together()
    {
        const string File = "{target: file, home: /file, store: {address: /file, options: [a=file, b=file, c=file]}}";
        var settings = Read(
            File, new() { ["--target"] = ["flag"], ["--store-option"] = ["a=flag"] },
            new()
            {
                ["SIDECAR_TARGET"] = "variable",
                ["SIDECAR_HOME"] = "/variable",
                ["SIDECAR_STORE"] = "",
                ["SIDECAR_STORE_OPTIONS"] = "a=v,b=v"
            });
        Assert.Equal(("flag", "/variable", "/file"), (settings.Target, settings.Home, settings.Store));
        Assert.Equal(["flag", "v", "file"], new[] { "a", "b", "c" }.Select(settings.StoreOptions.Find));
    }

    [Fact]
    public void Everything_that_is_wrong_is_told_at_once_with_its_place()
    {
        var failure = Assert.Throws<FaultException>(() => Read(
            "target: t\nlimits:\n  hold: soon\n  rat: 5\nstore:\n  options: [region]\n", new() { ["--workers"] = ["many"] },
            new() { ["SIDECAR_RATE"] = "fast", ["SIDECAR_ENCRYPTION"] = "age", ["SIDECAR_JOURNAL_DATABASES"] = "never" }));
        Assert.Equal("BadSettings", failure.Fault.Kind);
        foreach (var told in (string[])
        [
            "7 settings are wrong", "sidecar.yaml limits.hold: 'soon' is no duration", "sidecar.yaml:4: limits: 'rat' is not known here",
            "--workers: 'many' is no whole number", "SIDECAR_RATE: 'fast' is no number of bytes",
            "SIDECAR_JOURNAL_DATABASES: 'never' is none of brief, skip, fail", "it is to be age, and there is no recipient",
            "a store option is not written as NAME=VALUE",
        ])
            Assert.Contains(told, failure.Fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("9091")]
    [InlineData("0.0.0.0")]
    [InlineData("localhost:9091")]
    [InlineData("0.0.0.0:99999")]
    public void An_address_to_listen_at_names_an_ip_and_a_port_and_nobody_listens_unless_told(string text)
    {
        var failure = Assert.Throws<FaultException>(() => Read($"listen: \"{text}\""));
        Assert.Contains($"sidecar.yaml listen: '{text}' is no address", failure.Fault.Message, StringComparison.Ordinal);
        Assert.Null(Read().Listen);
    }

    [Theory]
    [InlineData("target: [", "not YAML")]
    [InlineData("- a", "must be a mapping")]
    [InlineData("limits: 5", "must be a mapping")]
    public void A_file_that_is_no_settings_file_is_refused(string text, string told) =>
        Assert.Contains(told, Assert.Throws<FaultException>(() => Read(text)).Fault.Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_wrong_setting_ends_with_exit_code_2_and_a_file_that_is_not_there_too()
    {
        using var home = new Home();
        var (code, _, error) = await Cli.RunAsync(home, "snapshot", "--hold", "soon", "--nice", "20", "--level", "1", "--level", "2");
        Assert.Equal(2, code);
        Assert.Contains("3 settings are wrong", error, StringComparison.Ordinal);
        (code, _, error) = await Cli.RunAsync(home, "list", "--config", home.Aside("none.yaml"));
        Assert.Equal(2, code);
        Assert.Contains("none.yaml", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_snapshot_is_taken_as_the_file_says()
    {
        using var home = new Home();
        home.Write("a.iso", "a");
        home.Write("b.txt", "b");
        home.Write(".config/Signal/logs/log", "c");
        var file = home.Aside("sidecar.yaml");
        File.WriteAllText(file, "files: {exclude: ['*.iso'], include: [.config/Signal/logs]}\nlimits: {workers: 1, nice: 5, level: 1}\n");
        Assert.Equal(0, (await Cli.RunAsync(home, "snapshot", "--config", file)).Code);
        var manifest = (await home.ListAsync()).Single();
        Assert.Equal("a.iso", Assert.Single(manifest.Excluded));
        Assert.Equal(2, manifest.FileCount);
    }

    [Fact]
    public void The_readme_lists_every_setting_with_its_flag_variable_and_key()
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "sidecar", "README.md"));
        foreach (var setting in SettingCatalog.All)
            Assert.Contains($"| `{setting.Key}` | `{setting.Flag}` | {setting.Variable} |", text, StringComparison.Ordinal);
    }

    private static SidecarSettings Read(
        string? file = null, Dictionary<string, string[]>? flags = null, Dictionary<string, string>? variables = null)
    {
        using var home = new Home();
        var path = file is null ? null : home.Aside("sidecar.yaml");
        if (path is not null)
            File.WriteAllText(path, file);
        return SidecarSettings.Read(new(
            setting => flags?.GetValueOrDefault(setting.Flag), name => variables?.GetValueOrDefault(name), path));
    }
}
