namespace ChatOps.Resources;

/// <summary>A phase was asked to move where its kind does not allow: a fault in a program, never of a person.</summary>
public sealed class IllegalMoveException(string kind, object from, string verb)
    : InvalidOperationException($"{verb} a {kind} that is {from}: not a legal move");
