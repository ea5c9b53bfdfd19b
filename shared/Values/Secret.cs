namespace ChatOps.Values;

/// <summary>A text that never shows itself: it prints <c>***</c> wherever it is written, and is read only by asking for it.</summary>
public sealed class Secret(string text)
{
    public string Reveal() => text;

    public override string ToString() => "***";
}
