using ChatOps.Testing;
using ChatOps.Testing.Telegram;

namespace ChatOps.Telegram.Tests;

/// <summary>A Telegram on a clock moved by hand, with one person and a caller.</summary>
internal sealed class World : IAsyncDisposable
{
    private World(TelegramSimulator telegram, ManualTime time)
    {
        (Telegram, Time, Api) = (telegram, time, new(telegram));
        Ada = telegram.AddPerson("Ada", "ada");
        Chat = telegram.OpenPrivateChat(Ada);
    }

    public TelegramSimulator Telegram { get; }

    public ManualTime Time { get; }

    public Caller Api { get; }

    public TelegramPerson Ada { get; }

    public TelegramChat Chat { get; }

    public static async Task<World> StartAsync(TelegramLimits? limits = null, bool privacy = true)
    {
        var time = new ManualTime();
        var options = new TelegramSimulatorOptions { Time = time, Limits = limits ?? TelegramLimits.Off, PrivacyMode = privacy };
        return new(await TelegramSimulator.StartAsync(options), time);
    }

    public async ValueTask DisposeAsync()
    {
        Api.Dispose();
        await Telegram.DisposeAsync();
    }
}
