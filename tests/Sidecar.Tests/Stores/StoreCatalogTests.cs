using ChatOps.Sidecar.Stores;
using ChatOps.Sidecar.Stores.S3;
using ChatOps.Values;

namespace ChatOps.Sidecar.Tests.Stores;

public sealed class StoreCatalogTests
{
    [Theory]
    [InlineData("s3://backups", "s3://backups", true)]
    [InlineData("s3://backups/", "s3://backups", true)]
    [InlineData("s3://backups/a/b-c_d.e/", "s3://backups/a/b-c_d.e", true)]
    [InlineData("gs://backups/a", "gs://backups/a", true)]
    [InlineData("/var/lib/backups", "/var/lib/backups", false)]
    public void An_address_opens_the_kind_of_store_it_names(string address, string location, bool remote)
    {
        var store = Open(address);
        Assert.Equal((location, remote), (store.Location, store.IsRemote));
    }

    [Theory]
    [InlineData("", "NoStore")]
    [InlineData("ftp://host/x", "UnknownStore")]
    [InlineData("s3://", "BadStore")]
    [InlineData("s3://UPPER/x", "BadStore")]
    [InlineData("s3://b/../x", "BadStore")]
    [InlineData("s3://b//x", "BadStore")]
    [InlineData("s3://backups/a//b", "BadStore")]
    [InlineData("s3://backups/a/../b", "BadStore")]
    [InlineData("s3://backups/a?region=b", "BadStore")]
    [InlineData("s3://key:hunter2@backups/a", "BadStore")]
    public void A_malformed_address_is_refused_without_repeating_what_may_be_a_secret(string address, string kind)
    {
        var fault = Assert.Throws<FaultException>(() => Open(address)).Fault;
        Assert.Equal(kind, fault.Kind);
        Assert.NotNull(fault.Hint);
        Assert.DoesNotContain("hunter2", fault.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("s3://b-1", "color=hunter2")]
    [InlineData("s3://b-1", "hunter2")]
    [InlineData("s3://b-1", "region=a/hunter2")]
    [InlineData("s3://b-1", "region=eu-1", "region=hunter2")]
    [InlineData("s3://b-1", "sse=hunter2")]
    [InlineData("s3://b-1", "path-style=hunter2")]
    [InlineData("s3://b-1", "endpoint=https://u:hunter2@host")]
    [InlineData("s3://b-1", "endpoint=host:9000")]
    [InlineData("s3://b-1", "kms-key=abc")]
    [InlineData("s3://b-1", "lock=governance")]
    [InlineData("s3://b-1", "lock-days=30")]
    [InlineData("s3://b-1", "lock=governance", "lock-days=0")]
    [InlineData("s3://b-1", "lock=governance", "lock-days=1", "checksums=none")]
    [InlineData("s3://b-1", "part-mib=4")]
    [InlineData("gs://b-1", "sse=AES256")]
    [InlineData("/tmp", "region=eu-1")]
    public void An_option_that_is_unknown_or_wrong_is_refused_without_repeating_its_value(string address, params string[] options)
    {
        var fault = Assert.Throws<FaultException>(() => Open(address, options)).Fault;
        Assert.Equal("BadStoreOption", fault.Kind);
        Assert.NotNull(fault.Hint);
        Assert.DoesNotContain("hunter2", fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_flag_replaces_the_same_option_of_the_variable()
    {
        var options = StoreOptions.Of([["region=eu-1", "sse=AES256"], ["region=us-2"]]);
        Assert.Equal(("us-2", "AES256"), (options.Find("region"), options.Find("sse")));
    }

    [Fact]
    public void Google_gets_neither_checksums_nor_conditions()
    {
        var settings = S3Settings.ForGoogle(new([]));
        Assert.Equal(("https://storage.googleapis.com/", "auto"), (settings.Endpoint!.ToString(), settings.Region));
        Assert.False(settings.Checksums || settings.Conditional);
    }

    [Theory]
    [InlineData(5, 4L << 40)]
    [InlineData(8, 5L << 40)]
    public void Ten_thousand_parts_hold_as_much_as_they_must_and_none_is_larger_than_an_array(int first, long least)
    {
        var sizes = Enumerable.Range(1, PartSizes.Most).Select(number => (long)PartSizes.Of(number, first)).ToList();
        Assert.True(sizes.Sum() >= least, $"{sizes.Sum()}");
        Assert.All(sizes, size => Assert.InRange(size, 5 << 20, Array.MaxLength));
    }

    private static IArchiveStore Open(string address, params string[] options) =>
        StoreCatalog.Open(address, new StoreOptions(options), TimeProvider.System);
}
