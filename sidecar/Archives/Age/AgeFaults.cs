using ChatOps.Values;

namespace ChatOps.Sidecar.Archives.Age;

/// <summary>What may go wrong with the age program, in words.</summary>
internal static class AgeFaults
{
    /// <summary>age ended by itself and said no: to a recipient, an identity, or bytes that are not as they were encrypted.</summary>
    public const string Refused = "AgeRefused";

    public static Fault Missing(AgeProgram program, string operation, string cause) => new(
        "AgeMissing", $"{operation}: the program {program.Path} cannot be started: {cause}", "Install it: apt-get install age");

    public static Fault Hung(AgeProgram program, string operation) => new(
        "AgeHung", $"{operation}: age did nothing for {program.Patience.TotalSeconds:0.#} s, so it was ended",
        "Try again; does `age --version` answer, and does the key want a passphrase?");

    public static Fault Ended(string operation, int code, string said) => code > 128
        ? new("AgeDied", $"{operation}: age was ended by signal {code - 128}{said}", "Try again; is there enough memory?")
        : code == 0
        ? new("AgeDied", $"{operation}: age ended before it had taken everything{said}", "Is `age` on PATH the real one? See age --version")
        : new(Refused, $"{operation}: age ended with {code}{said}", "Is `age` on PATH the real one? See age --version");

    public static Fault NotAge(string operation, string cause) => new(
        "AgeOutput", $"{operation}: what age gave back is not encrypted with age: {cause}",
        "Is `age` on PATH the real one? See age --version");
}
