namespace ChatOps.Bot.Platforms.Web;

/// <summary>The address a person opens to sign in.</summary>
internal static class SignInLink
{
    private static readonly string[] EveryAddress = ["//0.0.0.0:", "//[::]:"];

    /// <summary>Every address is none that a browser could open; where the bot listens on all, the link is for a port led here.</summary>
    public static string For(string listening, string code)
    {
        var url = EveryAddress.Aggregate(listening.TrimEnd('/'), (u, all) => u.Replace(all, "//localhost:", StringComparison.Ordinal));
        return $"{url}/sign-in?code={code}";
    }
}
