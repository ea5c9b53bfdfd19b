using System.Globalization;
using System.Security.Cryptography;
using Amazon.Runtime;
using ChatOps.Sidecar.Stores.S3;
using ChatOps.Testing.S3;

namespace ChatOps.Sidecar.Tests.Stores;

/// <summary>What the options come to on the wire.</summary>
public sealed class S3RequestsTests : IAsyncLifetime
{
    private const string Name = "ghostwire-20261121T104530Z-abcdef";
    private S3Front? _front;

    [Fact]
    public async Task Encryption_storage_class_and_lock_go_with_the_upload_and_with_the_manifest()
    {
        await PutAsync("sse=aws:kms", "kms-key=arn:aws:kms:eu-1:1:key/k", "storage-class=STANDARD_IA", "lock=compliance", "lock-days=30");
        var writes = _front!.Calls.Where(call => call.IsBegin || call is { Method: "PUT", IsManifest: true }).ToList();
        Assert.Equal(2, writes.Count);
        Assert.All(writes, call => Assert.Equal("aws:kms", call.Header("x-amz-server-side-encryption")));
        Assert.All(writes, call =>
            Assert.EndsWith("key/k", call.Header("x-amz-server-side-encryption-aws-kms-key-id"), StringComparison.Ordinal));
        Assert.All(writes, call => Assert.Equal("STANDARD_IA", call.Header("x-amz-storage-class")));
        Assert.All(writes, call => Assert.Equal("COMPLIANCE", call.Header("x-amz-object-lock-mode")));
        var until = writes.Select(call =>
            DateTimeOffset.Parse(call.Header("x-amz-object-lock-retain-until-date")!, CultureInfo.InvariantCulture));
        Assert.All(until, time => Assert.InRange((time - TimeProvider.System.GetUtcNow()).TotalDays, 29.9, 30.1));
    }

    [Fact]
    public async Task Every_body_is_signed_with_its_hash_and_carries_it_as_a_checksum()
    {
        await PutAsync();
        var part = _front!.Calls.Single(call => call.IsPart && call.Query("partNumber") == "1");
        var hash = SHA256.HashData(Samples.Noise(6 << 20).AsSpan(0, 5 << 20));
        Assert.Equal(Convert.ToHexStringLower(hash), part.Header("x-amz-content-sha256"));
        Assert.Equal(Convert.ToBase64String(hash), part.Header("x-amz-checksum-sha256"));
        Assert.Null(part.Header("x-amz-trailer"));
    }

    [Fact]
    public async Task Without_checksums_the_signature_still_covers_the_body()
    {
        await PutAsync("checksums=none");
        Assert.All(_front!.Calls, call =>
            Assert.DoesNotContain(call.Headers.Keys, name => name.Contains("checksum", StringComparison.OrdinalIgnoreCase)));
        Assert.All(_front.Calls.Where(call => call.IsPart), call => Assert.Equal(64, call.Header("x-amz-content-sha256")!.Length));
    }

    [Fact]
    public async Task What_makes_an_object_never_replaces_one()
    {
        await PutAsync();
        var makes = _front!.Calls.Where(call => call.IsComplete || call is { Method: "PUT", IsPart: false }).ToList();
        Assert.Equal(2, makes.Count);
        Assert.All(makes, call => Assert.Equal("*", call.Header("If-None-Match")));
    }

    [Fact]
    public async Task Cloud_Storage_is_sent_nothing_it_does_not_know()
    {
        var settings = S3Settings.ForGoogle(new([$"endpoint={_front!.Url.GetLeftPart(UriPartial.Authority)}", "part-mib=5"]));
        var keys = new BasicAWSCredentials(S3Server.AccessKey, S3Server.SecretKey);
        var store = S3Store.Open($"gs://{S3Server.Bucket}/p", settings, TimeProvider.System, keys);
        await store.PutAsync(Name, Samples.Noise(6 << 20));
        Assert.Equal([Name], await store.NamesAsync());
        var names = _front.Calls.SelectMany(call => call.Headers.Keys).Select(name => name.ToLowerInvariant()).Distinct();
        Assert.DoesNotContain(names, name => name.Contains("checksum", StringComparison.Ordinal) || name == "if-none-match");
    }

    public async ValueTask InitializeAsync()
    {
        S3Fixture.Needs();
        _front = await S3Front.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_front is not null)
            await _front.DisposeAsync();
    }

    private Task PutAsync(params string[] options) =>
        S3Fixture.Open(_front!.Url, "p", null, options).PutAsync(Name, Samples.Noise(6 << 20));
}
