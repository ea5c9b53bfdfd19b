using System.Text;

namespace ChatOps.Cluster.Json;

/// <summary>FNV-1a, the hash Kubernetes names revisions with, and its vowel-free spelling of numbers.</summary>
internal static class Fnv
{
    private const string Alphabet = "bcdfghjklmnpqrstvwxz2456789";

    public static uint Hash32(string text)
    {
        var hash = 2166136261u;
        foreach (var octet in Encoding.UTF8.GetBytes(text))
            hash = (hash ^ octet) * 16777619u;
        return hash;
    }

    /// <summary>The hash of a text as a label value that can spell no word.</summary>
    public static string Label(string text) =>
        string.Concat(Hash32(text).ToString(System.Globalization.CultureInfo.InvariantCulture)
            .Select(digit => Alphabet[digit % Alphabet.Length]));
}
