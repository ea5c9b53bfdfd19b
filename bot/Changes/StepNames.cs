namespace ChatOps.Bot.Changes;

/// <summary>The steps a change can have, as its status names them, and the words people see.</summary>
internal static class StepNames
{
    public const string Snapshot = "snapshot";
    public const string SetImage = "set-image";
    public const string Replace = "replace";
    public const string RollOut = "roll-out";
    public const string Settle = "settle";
    public const string Stop = "stop";
    public const string Restore = "restore";
    public const string Revert = "revert";
    public const string Start = "start";
    public const string Attach = "attach";
    public const string Detach = "detach";

    /// <summary>The same step taken on the way back.</summary>
    public static string Back(string step) => $"back-{step}";

    public static bool IsBack(string step) => step.StartsWith("back-", StringComparison.Ordinal);

    public static string Title(string step) => (IsBack(step) ? step[5..] : step) switch
    {
        Snapshot => "snapshot before the change",
        SetImage => "set the image",
        Replace => "replace stuck pods",
        RollOut => "wait for ready pods",
        Settle => "see that it stays ready",
        Stop => "stop it",
        Restore => "bring the data back",
        Revert => "bring the template back",
        Start => "start it",
        Attach => "put the sidecar beside it",
        Detach => "take the sidecar away",
        var other => other,
    };
}
