using System.Net;

namespace ChatOps.Testing.Telegram.Server;

/// <summary>Which addresses Telegram takes for links and buttons: http, https, ton and tg, with a host that has a dot.</summary>
internal static class Links
{
    /// <summary>As it will be shown, or null when it is none.</summary>
    public static string? Normal(string address)
    {
        if (address.StartsWith("tg://", StringComparison.OrdinalIgnoreCase)) return address;
        var whole = address.Contains("://", StringComparison.Ordinal) ? address : $"http://{address}";
        if (!Uri.TryCreate(whole, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https" or "ton")) return null;
        return uri.Host.Contains('.') || IPAddress.TryParse(uri.Host.Trim('[', ']'), out _) ? uri.AbsoluteUri : null;
    }

    public static string Refusal(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is not ("http" or "https" or "ton" or "tg")
            ? "Unsupported URL protocol" : "Wrong HTTP URL";
}
