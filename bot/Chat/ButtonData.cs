using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace ChatOps.Bot.Chat;

/// <summary>
/// What a button carries where a platform allows only so many bytes: its action, with a mark in front when it asks once more. A longer
/// action is kept here under its hash. Whoever forges data gains what typing it would: nothing.
/// </summary>
internal sealed class ButtonData(int longest)
{
    private const int Most = 10_000;
    private readonly ConcurrentDictionary<string, string> _long = new();

    public string For(Button button)
    {
        var mark = button.AsksReason ? "?" : button.Style == ButtonStyle.Danger ? "!" : "";
        if (Encoding.UTF8.GetByteCount(button.Action) + mark.Length <= longest) return mark + button.Action;
        var key = "~" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(button.Action)))[..32];
        if (_long.Count >= Most) _long.Clear();
        _long[key] = button.Action;
        return mark + key;
    }

    /// <summary>The action, and what it asks; null for one that was kept by an earlier run of the bot.</summary>
    public (string Action, Asks Asks)? Read(string data)
    {
        var asks = data.Length == 0 ? Asks.Nothing : data[0] switch { '!' => Asks.Again, '?' => Asks.Reason, _ => Asks.Nothing };
        var action = asks == Asks.Nothing ? data : data[1..];
        if (!action.StartsWith('~')) return (action, asks);
        return _long.TryGetValue(action, out var kept) ? (kept, asks) : null;
    }
}

/// <summary>What a press needs before it counts.</summary>
internal enum Asks
{
    Nothing,

    /// <summary>A second press, soon.</summary>
    Again,

    /// <summary>A reason, where the platform has a form for it; elsewhere a second press.</summary>
    Reason,
}
