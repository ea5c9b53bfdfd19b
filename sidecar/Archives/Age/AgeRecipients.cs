using System.Text.RegularExpressions;
using ChatOps.Values;

namespace ChatOps.Sidecar.Archives.Age;

/// <summary>
/// The public keys archives are encrypted to. Only what has the form of one gets into an argument list or a message; whether it is one,
/// age itself says. Plugins are left out: they would start programs of their own. Source: c2sp.org/age, "The X25519 recipient type".
/// </summary>
internal static partial class AgeRecipients
{
    public const string Hint = "Give --encrypt-to age1… (SIDECAR_ENCRYPT_TO=age1…,age1…), as `age-keygen -y key.txt` shows it";

    /// <summary>The header holds a stanza for each, and age accepts no end of them.</summary>
    private const int Most = 32;

    /// <summary>The comment of an SSH key is left out, as it is nobody's business.</summary>
    public static IReadOnlyList<string> Parse(IReadOnlyList<string> given)
    {
        if (given.Count > Most)
            throw new FaultException(Bad($"there are {given.Count} recipients, and {Most} at most"));
        return [.. given.Select((text, index) => Form(text.Trim(), index + 1)).Distinct()];
    }

    public static IEnumerable<string> Arguments(IEnumerable<string> recipients) =>
        recipients.SelectMany(recipient => new[] { "--recipient", recipient });

    /// <summary>Asks age to encrypt nothing to them; the fault names the first it refuses.</summary>
    public static Fault? Check(IReadOnlyList<string> recipients, AgeProgram program, CancellationToken cancellation)
    {
        var refusal = Ask(recipients, program, cancellation);
        if (refusal?.Kind != AgeFaults.Refused)
            return refusal;
        foreach (var recipient in recipients)
        {
            if (Ask([recipient], program, cancellation) is { } reason)
                return Bad($"age refuses the recipient {recipient}: {reason.Message}");
        }
        return refusal;
    }

    private static Fault? Ask(IReadOnlyList<string> recipients, AgeProgram program, CancellationToken cancellation)
    {
        try
        {
            using var nowhere = new MemoryStream();
            using var age = new AgeWriter(nowhere, program, recipients, cancellation);
            age.Finish();
            return null;
        }
        catch (FaultException failure)
        {
            return failure.Fault;
        }
    }

    private static string Form(string text, int place)
    {
        if (Secret().IsMatch(text))
            throw new FaultException(new Fault("BadRecipient",
                $"the recipient at place {place} is a secret key, which must not be here; it may have been seen, so make a new one", Hint));
        var match = Known().Match(text);
        return match.Success ? match.Groups[1].Value : throw new FaultException(Bad(
            $"'{SpokenErrors.Clean(text)}', at place {place}, is {Plugin().Match(text) switch
            {
                { Success: true, Groups: [_, { Value: "pq" or "tagpq" }] } => "a post-quantum key, which not every age knows",
                { Success: true, Groups: [_, var name] } => $"a key of the plugin age-plugin-{name}, and plugins are not started here",
                _ => "not a public key of age or SSH",
            }}"));
    }

    private static Fault Bad(string message) => new("BadRecipient", message, Hint);

    [GeneratedRegex("^(age1[02-9ac-hj-np-z]+|ssh-(?:ed25519|rsa) [A-Za-z0-9+/]+=*)(?: .*)?\\z")]
    private static partial Regex Known();

    /// <summary>The part before the last 1 names a plugin (c2sp.org/age-plugin, "Recipients"); age 1.3 has pq and tagpq built in.</summary>
    [GeneratedRegex("^age1([a-z0-9_.+-]{1,40})1[02-9ac-hj-np-z]+\\z", RegexOptions.IgnoreCase)]
    private static partial Regex Plugin();

    [GeneratedRegex("SECRET|PRIVATE", RegexOptions.IgnoreCase)]
    private static partial Regex Secret();
}
