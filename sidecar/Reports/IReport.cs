using ChatOps.Sidecar.Runs;
using ChatOps.Values;

namespace ChatOps.Sidecar.Reports;

/// <summary>
/// Tells whoever started a command how it goes. Progress comes often and from the thread of the run; it is never an error to tell too
/// much.
/// </summary>
internal interface IReport
{
    void Progress(RunProgress progress);

    /// <summary>The end of a command that did its work: a line for people, an object for programs.</summary>
    void Done(string text, Action<System.Text.Json.Utf8JsonWriter> json);

    void Failed(Fault fault);

    /// <summary>Something beside the work that a person should know; from any thread.</summary>
    void Note(string text);
}
