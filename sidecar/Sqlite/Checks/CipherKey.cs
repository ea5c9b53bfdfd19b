using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ChatOps.Sidecar.Sqlite.Checks;

/// <summary>
/// The raw key of a Signal database, read from the config.json two directories above it when that can be read without asking anybody:
/// <c>key</c>, or <c>encryptedKey</c> under Chromium's basic_text backend. It is never written anywhere, and zeroed when done with.
/// </summary>
internal sealed class CipherKey : IDisposable
{
    private readonly byte[] _key;

    private CipherKey(byte[] key) => _key = key;

    public ReadOnlySpan<byte> Bytes => _key;

    /// <summary>
    /// Where the key of that database would be; null when it is none of Signal's. Takes full paths and those below a home.
    /// </summary>
    public static string? ConfigOf(string database) => Path.GetDirectoryName(database) is { } folder && Path.GetFileName(folder) == "sql"
        ? Path.Combine(Path.GetDirectoryName(folder) ?? "", "config.json")
        : null;

    /// <summary>Null where there is no key to read.</summary>
    public static CipherKey? Find(DatabaseFile database)
    {
        try
        {
            return ConfigOf(database.Main) is { } config && File.Exists(config) ? Parse(File.ReadAllBytes(config)) : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>From the bytes of a config.json; null where there is no key in it.</summary>
    public static CipherKey? Parse(ReadOnlyMemory<byte> config)
    {
        try
        {
            using var json = JsonDocument.Parse(config);
            var root = json.RootElement;
            var hex = Text(root, "key")
                ?? (Text(root, "safeStorageBackend") is null or "basic_text" ? Unwrap(Text(root, "encryptedKey")) : null);
            return hex is { Length: 64 } ? Of(hex) : null;
        }
        catch (Exception failure) when (failure is JsonException or FormatException or CryptographicException or InvalidOperationException)
        {
            return null;
        }
    }

    public static CipherKey Of(string hex) => new(Convert.FromHexString(hex));

    public void Dispose() => CryptographicOperations.ZeroMemory(_key);

    private static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>
    /// Chromium's os_crypt_linux.cc, version "v10": AES-128-CBC under a key anybody can derive, which is why basic_text is no secret.
    /// </summary>
    private static string? Unwrap(string? wrapped)
    {
        if (wrapped is null || Convert.FromHexString(wrapped) is not [(byte)'v', (byte)'1', (byte)'0', .. var sealed_])
            return null;
        using var aes = Aes.Create();
        // SHA-1 and one iteration are the format's, not a choice.
#pragma warning disable CA5379, CA5387
        aes.Key = Rfc2898DeriveBytes.Pbkdf2("peanuts", "saltysalt"u8, 1, HashAlgorithmName.SHA1, 16);
#pragma warning restore CA5379, CA5387
        Span<byte> spaces = stackalloc byte[16];
        spaces.Fill((byte)' ');
        return Encoding.ASCII.GetString(aes.DecryptCbc(sealed_, spaces));
    }
}
