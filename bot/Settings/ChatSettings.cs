namespace ChatOps.Bot.Settings;

/// <summary>A chat of any platform that <c>chatops.yaml</c> declares.</summary>
/// <param name="Channel">As the platform writes it in an invocation.</param>
/// <param name="Targets">What may be touched from there; empty means whatever the person may.</param>
/// <param name="Notify">Whether it hears of what nobody asked for in a chat.</param>
internal sealed record ChatSettings(string Name, string Channel, IReadOnlyList<string> Targets, bool Notify)
{
    public bool Covers(string target) => Targets.Count == 0 || Targets.Contains("*") || Targets.Contains(target);
}
