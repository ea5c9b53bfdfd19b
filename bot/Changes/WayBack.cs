using ChatOps.Resources;

namespace ChatOps.Bot.Changes;

/// <summary>Decides which steps undo a change that failed midway; pure, from what its status says was done.</summary>
internal static class WayBack
{
    public static IReadOnlyList<string> Steps(Change change)
    {
        var plan = change.Spec.Plan;
        if (!plan.Stops)
            return Back(StepNames.Revert, StepNames.Replace, StepNames.RollOut);

        // A restore that failed left the old data in place; one that succeeded is undone with the snapshot taken before.
        var dataMoved = change.Status.Step(StepNames.Restore) is { State: StepState.Succeeded };
        return dataMoved && change.Status.PreChangeSnapshot is not null
            ? Back(StepNames.Stop, StepNames.Restore, StepNames.Revert, StepNames.Start, StepNames.RollOut)
            : Back(StepNames.Revert, StepNames.Start, StepNames.RollOut);
    }

    private static string[] Back(params string[] steps) => [.. steps.Select(StepNames.Back)];
}
