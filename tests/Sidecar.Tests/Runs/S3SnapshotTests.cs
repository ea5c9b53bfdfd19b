using System.Diagnostics;
using ChatOps.Sidecar.Tests.Archives.Age;
using ChatOps.Sidecar.Tests.Stores;
using ChatOps.Testing;
using ChatOps.Testing.S3;
using ChatOps.Testing.Sqlite;
using Microsoft.AspNetCore.Http;

namespace ChatOps.Sidecar.Tests.Runs;

/// <summary>The command as people start it, with a bucket for its store.</summary>
public sealed class S3SnapshotTests : IAsyncLifetime
{
    private readonly Home _home = new();
    /// <summary>What STS answers. Source: AWS Security Token Service API Reference, "AssumeRoleWithWebIdentity".</summary>
    private const string Exchanged = $"""
        <AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
        <AssumeRoleWithWebIdentityResult><Credentials>
        <AccessKeyId>{S3Server.AccessKey}</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>session</SessionToken>
        <Expiration>2099-01-01T00:00:00Z</Expiration>
        </Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>
        """;

    private S3Front? _front;
    private Dictionary<string, string?>? _variables;

    private S3Front Front => _front!;

    private Dictionary<string, string?> Variables => _variables ??= new()
    {
        ["SIDECAR_STORE"] = "s3://backups/ghostwire",
        ["SIDECAR_STORE_OPTIONS"] = $"endpoint={Front.Url.GetLeftPart(UriPartial.Authority)},part-mib=5",
        ["SIDECAR_ENCRYPTION"] = "none",
        ["AWS_ACCESS_KEY_ID"] = S3Server.AccessKey,
        ["AWS_SECRET_ACCESS_KEY"] = S3Server.SecretKey,
    };

    [Fact]
    public async Task A_home_with_a_database_goes_to_the_bucket_and_comes_back_equal()
    {
        using (var database = PlainSqlite.Open(_home.At("a.db")))
            database.Run("PRAGMA journal_mode=WAL; CREATE TABLE t(x); INSERT INTO t VALUES(42)");
        WriteNoise(12 << 20);
        await RunAsync("snapshot");
        Assert.StartsWith("ghostwire-", await RunAsync("list"), StringComparison.Ordinal);
        Assert.Contains("files agree with the manifest", await RunAsync("verify"), StringComparison.Ordinal);
        await RunAsync("restore", "latest", "--into", _home.Aside("into"));
        Assert.Equal(File.ReadAllBytes(_home.At("noise")), File.ReadAllBytes(Path.Combine(_home.Aside("into"), "noise")));
        using var restored = PlainSqlite.Open(Path.Combine(_home.Aside("into"), "a.db"));
        Assert.Equal(42L, restored.Ask("SELECT x FROM t"));
    }

    [Fact]
    public async Task Pruning_a_bucket_goes_on_past_what_is_locked_and_ends_with_3()
    {
        _home.Write("a", "a");
        List<string> names = [];
        for (var i = 0; i < 4; i++) names.Insert(0, (await RunAsync("snapshot")).Split(':')[0]);
        Front.Fail(new(call => call.Method == "DELETE" && call.Key.Contains(names[2], StringComparison.Ordinal), 403, "AccessDenied")
        {
            Times = 9
        });
        var (code, output, error) = await Cli.RunAsync(_home, Variables, "prune", "--keep-last", "1");
        Assert.True(code == 3, error);
        Assert.Contains($"stayed  {names[2]}", output, StringComparison.Ordinal);
        Assert.Contains("removed 2 snapshots; 2 snapshots left", output, StringComparison.Ordinal);
        Assert.Equal([names[0], names[2]],
            (await RunAsync("list")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[0]));
    }

    [Fact]
    public async Task An_encrypted_home_needs_no_leave_to_go_to_the_bucket_and_comes_back_equal()
    {
        var key = AgeKey.Make(_home);
        WriteNoise(12 << 20);
        Variables["SIDECAR_ENCRYPTION"] = null;
        Variables["SIDECAR_ENCRYPT_TO"] = key.Recipient;
        await RunAsync("snapshot");
        Assert.Contains(Front.Server.Keys(), name => name.EndsWith(".tar.zst.age", StringComparison.Ordinal));
        Assert.StartsWith("ghostwire-", await RunAsync("list"), StringComparison.Ordinal);
        Assert.Contains("checked: archive-sha256, age-header", await RunAsync("verify"), StringComparison.Ordinal);
        Variables["SIDECAR_IDENTITY"] = key.Path;
        Assert.Contains("1 file agrees with the manifest", await RunAsync("verify"), StringComparison.Ordinal);
        await RunAsync("restore", "latest", "--into", _home.Aside("into"));
        Assert.Equal(File.ReadAllBytes(_home.At("noise")), File.ReadAllBytes(Path.Combine(_home.Aside("into"), "noise")));
    }

    [Fact]
    public async Task A_kill_in_the_middle_of_the_upload_leaves_nothing_in_the_list_and_a_later_run_cleans_up()
    {
        WriteNoise(24 << 20);
        var middle = new S3Fault(call => call.Query("partNumber") == "3") { Hangs = true, Times = 10 };
        using (var process = await StartUntilAsync(middle))
        {
            process.Kill();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
        Assert.StartsWith("no snapshots yet", await RunAsync("list"), StringComparison.Ordinal);
        var left = Assert.Single(Front.Server.Uploads()).Id;
        Front.Age = TimeSpan.FromHours(25);
        WriteNoise(1000);
        await RunAsync("snapshot");
        Assert.DoesNotContain(Front.Server.Uploads(), upload => upload.Id == left);
        Assert.Single((await RunAsync("list")).Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task An_interrupt_in_the_middle_of_the_upload_ends_with_130_and_aborts_it()
    {
        WriteNoise(24 << 20);
        var middle = new S3Fault(call => call.Query("partNumber") == "3") { Hangs = true, Times = 10 };
        using var process = await StartUntilAsync(middle);
        using (Process.Start("kill", ["-INT", $"{process.Id}"]))
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(130, process.ExitCode);
        Assert.Empty(Front.Server.Uploads());
        Assert.Empty(Front.Server.Keys());
    }

    [Fact]
    public async Task In_a_pod_the_role_of_the_service_account_is_enough()
    {
        await using var sts = await LocalServer.StartAsync(context => context.Response.WriteAsync(Exchanged));
        var (code, _, error) = await Cli.RunAsync(_home, new Dictionary<string, string?>(Variables)
        {
            ["AWS_ACCESS_KEY_ID"] = null,
            ["AWS_ROLE_ARN"] = "arn:aws:iam::1:role/backup",
            ["AWS_WEB_IDENTITY_TOKEN_FILE"] = _home.Write("token", "token"),
            ["AWS_REGION"] = "eu-central-1",
            ["AWS_ENDPOINT_URL_STS"] = sts.Url.ToString(),
        }, "snapshot");
        Assert.True(code == 0, error);
        Assert.All(Front.Calls, call => Assert.Equal("session", call.Header("x-amz-security-token")));
    }

    [Fact]
    public async Task Without_a_word_about_encryption_nothing_leaves()
    {
        _home.Write("a", "a");
        var unsaid = new Dictionary<string, string?>(Variables) { ["SIDECAR_ENCRYPTION"] = null };
        var (code, _, error) = await Cli.RunAsync(_home, unsaid, "snapshot");
        Assert.Equal(4, code);
        Assert.Contains("--encryption none", error, StringComparison.Ordinal);
        Assert.Empty(Front.Calls);
    }

    public async ValueTask InitializeAsync()
    {
        S3Fixture.Needs();
        _front = await S3Front.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _home.Dispose();
        if (_front is not null)
            await _front.DisposeAsync();
    }

    private void WriteNoise(int length) => File.WriteAllBytes(_home.At("noise"), Samples.Noise(length));

    private async Task<Process> StartUntilAsync(S3Fault fault)
    {
        Front.Fail(fault);
        var process = Cli.Start(_home, Variables, "snapshot");
        await fault.Met.Task.WaitAsync(TestContext.Current.CancellationToken);
        return process;
    }

    private async Task<string> RunAsync(params string[] arguments)
    {
        var (code, output, error) = await Cli.RunAsync(_home, Variables, arguments);
        Assert.True(code == 0, error + output);
        return output;
    }
}
