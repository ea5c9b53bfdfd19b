using System.CommandLine;
using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Archives.Age;
using ChatOps.Sidecar.Reports;
using ChatOps.Sidecar.Stores;
using ChatOps.Values;

namespace ChatOps.Sidecar.Commands;

/// <summary>What one invocation of a command works with, taken from its options.</summary>
internal sealed class CommandScope(GlobalOptions options, ParseResult parsed, IReport report, TimeProvider time)
{
    private IArchiveStore? _store;

    public IReport Report => report;

    public TimeProvider Time => time;

    public string Home => parsed.GetValue(options.Home)!;

    public string? Target => parsed.GetValue(options.Target) is { Length: > 0 } target ? target : null;

    public string? Scratch => parsed.GetValue(options.Scratch) is { Length: > 0 } scratch ? scratch : null;

    public IArchiveStore Store => _store ??= StoreCatalog.Open(
        parsed.GetValue(options.Store),
        StoreOptions.Of(Environment.GetEnvironmentVariable(GlobalOptions.StoreOptionsVariable), parsed.GetValue(options.StoreOption) ?? []),
        time);

    public Encryption Encryption => Encryption.Parse(
        parsed.GetValue(options.Encryption),
        AgeRecipients.Parse(Environment.GetEnvironmentVariable(GlobalOptions.EncryptToVariable), parsed.GetValue(options.EncryptTo) ?? []));

    public T? Get<T>(Option<T> option) => parsed.GetValue(option);

    public T Get<T>(Argument<T> argument) => parsed.GetRequiredValue(argument);

    public string RequiredTarget() => Target ?? throw new FaultException(new Fault(
        "NoTarget", "this command must know the target's name", "Give --target NAME or set SIDECAR_TARGET"));
}
