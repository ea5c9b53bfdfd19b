namespace ChatOps.Bot.Tests.Support;

/// <summary>
/// Tests beside which no other of this process runs: they weigh its memory, or move a clock when its threads have nothing left to do.
/// </summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
