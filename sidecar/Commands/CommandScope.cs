using System.CommandLine;
using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Reports;
using ChatOps.Sidecar.Runs;
using ChatOps.Sidecar.Settings;
using ChatOps.Sidecar.Stores;
using ChatOps.Telemetry;
using ChatOps.Values;

namespace ChatOps.Sidecar.Commands;

/// <summary>What one invocation of a command works with, taken from its options.</summary>
internal sealed class CommandScope(SidecarSettings settings, ParseResult parsed, IReport report, TimeProvider time)
{
    private IArchiveStore? _store;

    /// <summary>Where what is measured and logged goes besides; null is nowhere.</summary>
    public OtlpTelemetry? Telemetry { get; init; }

    public IReport Report => report;

    public TimeProvider Time => time;

    public SidecarSettings Settings => settings;

    public string? Target => settings.Target;

    public IArchiveStore Store => _store ??= StoreCatalog.Open(settings.Store, settings.StoreOptions, time);

    public T? Get<T>(Option<T> option) => parsed.GetValue(option);

    public T Get<T>(Argument<T> argument) => parsed.GetRequiredValue(argument);

    /// <param name="name">A snapshot's name, or <c>latest</c>.</param>
    public Task<Outcome<Manifest>> ChooseAsync(string name, CancellationToken cancellation) =>
        SnapshotChoice.FindAsync(Store, Target, name, time.GetUtcNow(), cancellation);

    public string RequiredTarget() => Target ?? throw new FaultException(new Fault(
        "NoTarget", "this command must know the target's name", "Give --target NAME or set SIDECAR_TARGET"));
}
