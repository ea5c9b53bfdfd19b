using Amazon.Runtime;
using ChatOps.Sidecar.Stores;
using ChatOps.Sidecar.Stores.S3;
using ChatOps.Testing.S3;

namespace ChatOps.Sidecar.Tests.Stores;

/// <summary>One server of S3 for the tests of a class; each test has a prefix of its own.</summary>
public sealed class S3Fixture : IAsyncLifetime
{
    public S3Front? Front { get; private set; }

    /// <summary>Skips where s3rver cannot be had; with CI=true its absence fails.</summary>
    public static void Needs()
    {
        if (S3Server.Installed)
            return;
        if (Environment.GetEnvironmentVariable("CI") == "true")
            Assert.Fail(S3Server.HowToGet);
        Assert.Skip(S3Server.HowToGet);
    }

    internal static S3Store Open(Uri endpoint, string prefix, TimeProvider? time = null, params string[] options) => S3Store.Open(
        $"s3://{S3Server.Bucket}/{prefix}",
        S3Settings.ForS3(new([$"endpoint={endpoint.GetLeftPart(UriPartial.Authority)}", "part-mib=5", .. options])),
        time ?? TimeProvider.System, new BasicAWSCredentials(S3Server.AccessKey, S3Server.SecretKey));

    public async ValueTask InitializeAsync() => Front = S3Server.Installed ? await S3Front.StartAsync() : null;

    public async ValueTask DisposeAsync()
    {
        if (Front is not null)
            await Front.DisposeAsync();
    }
}

public abstract class S3Contract(S3Fixture fixture) : StoreContract
{
    private readonly string _prefix = "t/" + Guid.NewGuid().ToString("N");

    internal S3Front Front => fixture.Front!;

    internal abstract Uri Endpoint { get; }

    internal override IArchiveStore Store => S3Fixture.Open(Endpoint, _prefix);

    internal override IReadOnlyList<string> Left() =>
        [.. Front.Server.Keys().Where(key => key.StartsWith(_prefix, StringComparison.Ordinal))];

    internal override async Task AddOrphanAsync(string name)
    {
        await Store.PutAsync(name);
        Front.Server.Forget($"{_prefix}/{name}.json");
    }

    public override ValueTask InitializeAsync()
    {
        S3Fixture.Needs();
        return base.InitializeAsync();
    }
}

/// <summary>s3rver as it is: it neither aborts nor lists uploads and ignores conditions, as more than one server does.</summary>
public sealed class S3OnBareServerTests(S3Fixture fixture) : S3Contract(fixture), IClassFixture<S3Fixture>
{
    internal override Uri Endpoint => Front.Server.Url;
}

public sealed class S3Tests(S3Fixture fixture) : S3Contract(fixture), IClassFixture<S3Fixture>
{
    internal override Uri Endpoint => Front.Url;
}
