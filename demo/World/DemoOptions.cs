using System.Globalization;
using ChatOps.Values;

namespace ChatOps.Demo.World;

/// <summary>What the person starting the demo chose.</summary>
internal sealed record DemoOptions
{
    /// <summary>Where the home and the archives stay; null means a temporary directory that is removed.</summary>
    public string? Keep { get; init; }

    /// <summary>Whether the real engine of Signal Desktop writes.</summary>
    public bool Signal { get; init; }

    /// <summary>The page's port; 0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>Megabytes of old attachments in the home, so that a snapshot has something to read.</summary>
    public int SeedMegabytes { get; init; } = 64;

    /// <summary>How long a new pod may take before the way back is taken; tests that wait for that take less.</summary>
    public TimeSpan ReadyWithin { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>Talk on Telegram too; null means only on the page.</summary>
    public DemoTelegram? Telegram { get; init; }

    /// <summary>Where the bot's own log lines go.</summary>
    public Action<string> Log { get; init; } = Console.Error.WriteLine;
}

/// <summary>A bot of one's own on Telegram, and who plays whom.</summary>
/// <param name="Api">Null means Telegram's own server.</param>
/// <param name="People">Telegram ids by the demo's people: operator, approver, guest.</param>
/// <param name="Group">A group to serve, which also hears of what nobody asked for in a chat.</param>
internal sealed record DemoTelegram(Secret Token, Uri? Api, IReadOnlyDictionary<string, long> People, long? Group)
{
    public static readonly IReadOnlyList<string> Roles = ["operator", "approver", "guest"];

    /// <summary>
    /// From TELEGRAM_BOT_TOKEN, TELEGRAM_API, TELEGRAM_GROUP, TELEGRAM_OPERATOR, TELEGRAM_APPROVER, TELEGRAM_GUEST; null without a token.
    /// </summary>
    public static DemoTelegram? FromEnvironment()
    {
        if (Environment.GetEnvironmentVariable("TELEGRAM_BOT_TOKEN") is not { Length: > 0 } token) return null;
        var api = Environment.GetEnvironmentVariable("TELEGRAM_API") is { Length: > 0 } address ? new Uri(address) : null;
        var people = Roles.Select(r => (Role: r, Id: Number($"TELEGRAM_{r.ToUpperInvariant()}"))).Where(p => p.Id is not null);
        return new(new Secret(token), api, people.ToDictionary(p => p.Role, p => p.Id!.Value), Number("TELEGRAM_GROUP"));
    }

    private static long? Number(string variable)
    {
        if (Environment.GetEnvironmentVariable(variable) is not { Length: > 0 } text) return null;
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new FaultException(new("NoTelegramId", $"{variable} is '{text}', which is no id of Telegram's", "Type /whoami to the bot; it tells yours"));
    }
}
