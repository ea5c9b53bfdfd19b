using System.Security.Cryptography;

namespace ChatOps.Sidecar.Sqlite.Checks;

/// <summary>
/// What a page of SQLCipher 4 is made of, under its default settings and a raw key (sqlcipher.c, "codec" and "page HMAC"): AES-256-CBC
/// over the page up to its reserved tail, then IV and HMAC-SHA512. The first page begins with the salt in place of SQLite's magic.
/// </summary>
internal static class CipherLayout
{
    public const int PageSize = 4096, SaltSize = 16, IvSize = 16, MacSize = 64, Content = PageSize - IvSize - MacSize;

    /// <summary>Where the encrypted part of a page begins.</summary>
    public static int Start(long page) => page == 1 ? SaltSize : 0;

    public static ReadOnlySpan<byte> Iv(ReadOnlySpan<byte> page) => page.Slice(Content, IvSize);

    /// <summary>A page that was never written is left as zeros, not encrypted.</summary>
    public static bool IsBlank(ReadOnlySpan<byte> page) => !page.ContainsAnyExcept((byte)0);

    public static byte[] HmacKey(ReadOnlySpan<byte> key, ReadOnlySpan<byte> salt)
    {
        var masked = salt.ToArray();
        for (var i = 0; i < masked.Length; i++)
            masked[i] ^= 0x3a;
        // Two iterations are SQLCipher's constant for deriving the HMAC key from a key that is already strong.
#pragma warning disable CA5387
        return Rfc2898DeriveBytes.Pbkdf2(key, masked, 2, HashAlgorithmName.SHA512, 32);
#pragma warning restore CA5387
    }
}
