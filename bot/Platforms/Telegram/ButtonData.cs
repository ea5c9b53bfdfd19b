using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using ChatOps.Bot.Chat;

namespace ChatOps.Bot.Platforms.Telegram;

/// <summary>
/// What a button carries, in Telegram's 64 bytes: its action, with a mark in front when it must be pressed twice. A longer action is kept
/// here under its hash. Whoever forges data gains what typing it would: nothing.
/// </summary>
/// <remarks>Source: Telegram Bot API, "InlineKeyboardButton", <c>callback_data</c>.</remarks>
internal sealed class ButtonData
{
    private const int Longest = 64;
    private const int Most = 10_000;
    private readonly ConcurrentDictionary<string, string> _long = new();

    public string For(Button button)
    {
        var mark = button.Style == ButtonStyle.Danger ? "!" : "";
        if (Encoding.UTF8.GetByteCount(button.Action) + mark.Length <= Longest) return mark + button.Action;
        var key = "~" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(button.Action)))[..32];
        if (_long.Count >= Most) _long.Clear();
        _long[key] = button.Action;
        return mark + key;
    }

    /// <summary>The action, and whether it asks twice; null for one that was kept by an earlier run of the bot.</summary>
    public (string Action, bool Twice)? Read(string data)
    {
        var twice = data.StartsWith('!');
        var action = twice ? data[1..] : data;
        if (!action.StartsWith('~')) return (action, twice);
        return _long.TryGetValue(action, out var kept) ? (kept, twice) : null;
    }
}
