using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Posix;
using ChatOps.Sidecar.Sqlite;
using ChatOps.Sidecar.Sqlite.Checks;

namespace ChatOps.Sidecar.Runs;

/// <summary>
/// One database as it was at the cut, in scratch, and what is known of it. Its pages are authenticated as it is archived, its b-trees
/// walked meanwhile on another thread; <see cref="Judged"/> puts both together.
/// </summary>
internal sealed class DatabaseCopy(
    SpooledDatabase spool, DatabaseFacts facts, FileState? state, DatabaseFile file, byte[]? journal) : IDisposable
{
    private readonly CipherKey? _key = facts.Encrypted ? CipherKey.Find(file) : null;
    private TreeCheckResult? _walk;

    public DatabaseFacts Facts { get; set; } = facts;

    public SpooledDatabase Spool => spool;

    public FileState? State => state;

    public byte[]? Journal => journal;

    public PageAuthenticator? Authenticator() => _key is null ? null : new(_key);

    public void Walk(CancellationToken cancellation)
    {
        if (journal is not null)
            _walk = new("not checked: its journal must be rolled back first, which opening it does");
        else if (!Facts.Encrypted || _key is not null)
            _walk = TreeCheck.Run(TreeCheck.Quick, spool.Read, spool.Length, _key, cancellation);
    }

    /// <summary>The facts with what the checks found, once both are done.</summary>
    public DatabaseFacts Judged(PageAuthenticator? pages) => DatabaseVerdict.Of(Facts, pages, _walk);

    public void Dispose()
    {
        spool.Dispose();
        _key?.Dispose();
    }
}
