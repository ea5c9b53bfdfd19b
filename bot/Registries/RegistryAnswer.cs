namespace ChatOps.Bot.Registries;

/// <summary>What a registry says of an image.</summary>
internal abstract record RegistryAnswer
{
    /// <param name="Digest">What the tag means, or the digest that was asked for.</param>
    /// <param name="Manifests">Of an index: what it leads to, platform by platform. Null where it is none, or that was not told.</param>
    public sealed record Found(string Digest, IReadOnlyList<string>? Manifests) : RegistryAnswer;

    /// <summary>There is no such image, as the registry says to somebody it lets in.</summary>
    public sealed record Absent : RegistryAnswer;

    /// <summary>It was not reached, or does not tell.</summary>
    /// <param name="Why">Goes on after the name of the registry: <c>answers 503</c>.</param>
    /// <param name="Refused">It wants to know who asks, or does not let that one in.</param>
    public sealed record Unknown(string Why, bool Refused = false) : RegistryAnswer;
}

/// <summary>Ends a conversation that comes to nothing; the message goes on after the name of the registry.</summary>
internal sealed class RegistryException(string why, bool refused = false) : Exception(why)
{
    public RegistryAnswer Answer => new RegistryAnswer.Unknown(Message, refused);
}
