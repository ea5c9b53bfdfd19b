using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ChatOps.Cluster.Api;

/// <summary>Listens on one loopback port, and can close and open that same port again.</summary>
internal sealed class HttpListener(RequestDelegate handler, int port) : IAsyncDisposable
{
    private readonly SemaphoreSlim _switching = new(1, 1);
    private WebApplication? _application;

    public int Port { get; } = port == 0 ? HostPorts.Take() : port;

    public async Task OpenAsync(CancellationToken cancellation = default)
    {
        await _switching.WaitAsync(cancellation);
        try
        {
            if (_application is not null)
                return;
            _application = Build();
            await _application.StartAsync(cancellation);
        }
        finally
        {
            _switching.Release();
        }
    }

    public async Task CloseAsync()
    {
        await _switching.WaitAsync();
        try
        {
            if (_application is not { } application)
                return;
            _application = null;
            // A connection that still has a request is cut: a closed port waits for nobody.
            using var now = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
            await application.StopAsync(now.Token);
            await application.DisposeAsync();
        }
        finally
        {
            _switching.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        _switching.Dispose();
    }

    private WebApplication Build()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromMilliseconds(100));
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 16 << 20;
            kestrel.Listen(IPAddress.Loopback, Port);
        });
        var application = builder.Build();
        application.Run(handler);
        return application;
    }
}
