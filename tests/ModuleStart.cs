using System.Runtime.CompilerServices;

namespace ChatOps.Testing;

/// <summary>Part of every test project: runs before anything else of it does.</summary>
internal static class ModuleStart
{
    [ModuleInitializer]
    internal static void Run() => CleanEnvironment.Apply();
}
