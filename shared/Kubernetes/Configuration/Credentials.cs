using System.Net.Http.Headers;
using System.Text;
using ChatOps.Values;

namespace ChatOps.Kubernetes;

/// <summary>Who we say we are, per request; each source knows when it is stale.</summary>
public abstract class Credentials
{
    public static readonly Credentials None = new Fixed(null);

    public static Credentials Token(Secret token) => new Fixed(new AuthenticationHeaderValue("Bearer", token.Reveal()));

    public static Credentials Basic(string user, Secret password) =>
        new Fixed(new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password.Reveal()}"))));

    internal abstract ValueTask<AuthenticationHeaderValue?> AuthorizationAsync(CancellationToken ct);

    /// <summary>Forgets what is cached after the server refused it; true when asking again may give something else.</summary>
    internal virtual bool Renew() => false;

    private sealed class Fixed(AuthenticationHeaderValue? header) : Credentials
    {
        internal override ValueTask<AuthenticationHeaderValue?> AuthorizationAsync(CancellationToken ct) => new(header);
    }
}

/// <summary>A token in a file that somebody else rotates: read again when the file changes, at most once a second.</summary>
internal sealed class TokenFile(string path, TimeProvider time) : Credentials
{
    private readonly Lock _gate = new();
    private AuthenticationHeaderValue? _header;
    private readonly SteadyClock _clock = new(time);
    private TimeSpan _readAt;
    private DateTime _written;

    internal override ValueTask<AuthenticationHeaderValue?> AuthorizationAsync(CancellationToken ct)
    {
        lock (_gate)
        {
            var now = _clock.Now;
            if (_header is not null && now - _readAt < TimeSpan.FromSeconds(1)) return new(_header);
            var written = File.GetLastWriteTimeUtc(path);
            if (_header is null || written != _written)
            {
                _header = new AuthenticationHeaderValue("Bearer", File.ReadAllText(path).Trim());
                _written = written;
            }
            _readAt = now;
            return new(_header);
        }
    }

    internal override bool Renew()
    {
        lock (_gate) _header = null;
        return true;
    }
}
