using System.Globalization;
using ChatOps.Values;

namespace ChatOps.Demo.World;

/// <summary>A bot of one's own on Telegram or Discord, and who plays whom.</summary>
/// <param name="Platform"><c>telegram</c> or <c>discord</c>; the section of the settings,
/// and in capitals the start of its variables.</param>
/// <param name="Api">Null means the platform's own server.</param>
/// <param name="People">Ids by the demo's people: operator, approver, guest.</param>
/// <param name="Place">A group or channel to serve, which also hears of what nobody asked for in a chat.</param>
internal sealed record DemoChat(string Platform, Secret Token, Uri? Api, IReadOnlyDictionary<string, string> People, string? Place)
{
    public static readonly IReadOnlyList<string> Roles = ["operator", "approver", "guest"];

    /// <summary>
    /// From TELEGRAM_BOT_TOKEN, _API, _GROUP, _OPERATOR, _APPROVER, _GUEST, and the same of DISCORD_ with _CHANNEL; none without a token.
    /// </summary>
    public static IReadOnlyList<DemoChat> FromEnvironment() =>
        [.. new[] { Read("telegram", "GROUP"), Read("discord", "CHANNEL") }.OfType<DemoChat>()];

    /// <summary>What the bot's own process is given.</summary>
    public IEnumerable<(string Name, string Value)> Variables
    {
        get
        {
            yield return ($"{Prefix(Platform)}_BOT_TOKEN", Token.Reveal());
            if (Api is not null) yield return ($"{Prefix(Platform)}_API", Api.ToString());
        }
    }

    /// <summary>The settings with its people and its place in them.</summary>
    public string In(string settings)
    {
        foreach (var (name, id) in People)
            settings = settings.Replace($"web: {name},", $"web: {name}, {Platform}: '{id}',", StringComparison.Ordinal);
        var places = Place is null
            ? ""
            : $"\n  {(Platform == "telegram" ? "chats" : "channels")}: {{ ops: {{ id: '{Place}', notify: true }} }}";
        return $"{settings}\n{Platform}:\n  enabled: true{places}\n";
    }

    private static DemoChat? Read(string platform, string place)
    {
        var prefix = Prefix(platform);
        if (Environment.GetEnvironmentVariable($"{prefix}_BOT_TOKEN") is not { Length: > 0 } token) return null;
        var api = Environment.GetEnvironmentVariable($"{prefix}_API") is { Length: > 0 } address ? new Uri(address) : null;
        var people = Roles.Select(r => (Role: r, Id: Id(platform, $"{prefix}_{r.ToUpperInvariant()}"))).Where(p => p.Id is not null);
        return new(platform, new Secret(token), api, people.ToDictionary(p => p.Role, p => p.Id!), Id(platform, $"{prefix}_{place}"));
    }

    private static string? Id(string platform, string variable)
    {
        if (Environment.GetEnvironmentVariable(variable) is not { Length: > 0 } text) return null;
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)
            ? text
            : throw new FaultException(new(
                "NoId", $"{variable} is '{text}', which is no id of {platform}'s", "Type /whoami to the bot; it tells yours"));
    }

    private static string Prefix(string platform) => platform.ToUpperInvariant();
}
