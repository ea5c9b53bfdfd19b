using ChatOps.Bot.Settings;
using ChatOps.Kubernetes;
using ChatOps.Values;

namespace ChatOps.Bot.Registries;

/// <summary>
/// Asks the registry of an image what its tag means, as kubelets would: with the logins of the target's pull secrets, and without any. It
/// changes nothing, takes a few seconds at most, and every way in which it comes to nothing is an answer.
/// </summary>
internal sealed class TagLookup(RegistryClient registry, IKubernetesClient client, BotSettings settings, TimeProvider time)
{
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(5);

    /// <summary>Null where nobody is to be asked.</summary>
    /// <param name="used">The pull secrets that the pods of the target name.</param>
    public async Task<RegistryAnswer?> AskAsync(Target target, ImageName image, IReadOnlyList<string> used, CancellationToken ct)
    {
        if (!settings.Registries.Ask) return null;
        try
        {
            return await Answers.WithinAsync(Within, time, stop => AskInTimeAsync(target, image, used, stop), Lost, ct);
        }
        catch (RegistryException e)
        {
            return e.Answer;
        }
    }

    private async Task<RegistryAnswer> AskInTimeAsync(Target target, ImageName image, IReadOnlyList<string> used, CancellationToken ct)
    {
        var (logins, unread) = await LoginsAsync(target, image, ct);
        RegistryAnswer? refused = null;
        foreach (var login in logins)
        {
            var answer = await TryAsync(image, login, ct);
            if (answer is not RegistryAnswer.Unknown { Refused: true }) return answer;
            refused = answer;
        }
        var open = await TryAsync(image, null, ct);
        if (open is RegistryAnswer.Unknown { Refused: true }) open = refused ?? open;
        // A registry may say to a stranger that what is private is not there.
        var untried = unread.Concat(used.Except(target.PullSecrets).Select(s => $"Secret {s} is not under pullSecrets of {target.Name}"))
            .ToList();
        return open is RegistryAnswer.Found || untried.Count == 0 ? open : new RegistryAnswer.Unknown(
            $"{(open as RegistryAnswer.Unknown)?.Why ?? "shows it to nobody without a login"} ({string.Join("; ", untried)})");
    }

    private async Task<RegistryAnswer> TryAsync(ImageName image, RegistryLogin? login, CancellationToken ct)
    {
        try
        {
            return await registry.FindAsync(image, login, ct);
        }
        catch (RegistryException e)
        {
            return e.Answer;
        }
    }

    /// <summary>The logins in the secrets that are declared; of one that cannot be read, why.</summary>
    private async Task<(IReadOnlyList<RegistryLogin> Logins, IReadOnlyList<string> Unread)> LoginsAsync(
        Target target, ImageName image, CancellationToken ct)
    {
        var (logins, unread) = (new List<RegistryLogin>(), new List<string>());
        foreach (var name in target.PullSecrets)
        {
            try
            {
                var secret = await client.FindAsync(Kinds.Secrets, target.Namespace, name, ct);
                if (secret is null) unread.Add($"there is no Secret {name} in {target.Namespace}");
                logins.AddRange(DockerConfig.LoginsFor(image, secret?.Data));
            }
            catch (ApiException e)
            {
                unread.Add(e.IsForbidden ? $"the bot may not read Secret {name}" : $"Secret {name} could not be read");
            }
        }
        return (logins, unread);
    }

    private static RegistryException Lost(Exception e)
    {
        if (Answers.IsClosed(e)) return new($"did not answer within {Within.TotalSeconds} s");
        while (e.InnerException is not null) e = e.InnerException;
        return new($"is not reached ({e.Message.TrimEnd('.')})");
    }
}
