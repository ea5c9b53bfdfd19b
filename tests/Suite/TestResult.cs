namespace ChatOps.Suite;

/// <summary>How a test ended; one that had begun when its process ended is <see cref="Unfinished"/>.</summary>
internal enum Outcome { Passed, Failed, Skipped, Unfinished }

/// <summary>One test as xunit reports it.</summary>
/// <param name="Method">Class and method, by which it is run again; empty where what failed is no test, such as a fixture's end.</param>
/// <param name="Name">The method with its arguments.</param>
/// <param name="Said">Why it failed and what it wrote, or why it was skipped.</param>
internal sealed record TestResult(
    string Project, string Class, string Method, string Name, Outcome Outcome, TimeSpan Took, string Said = "")
{
    public bool IsBad => Outcome is Outcome.Failed or Outcome.Unfinished;
}
