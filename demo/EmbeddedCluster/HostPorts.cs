using System.Net;
using System.Net.Sockets;

namespace ChatOps.Cluster;

/// <summary>
/// Ports of the loopback that stay free for whoever took one until it listens there, and while it is down in between: no other process that
/// asks here is given the same, and the kernel gives none of them to a connection that goes out.
/// </summary>
/// <remarks>ip(7): <c>ip_local_port_range</c> begins at 32768 unless somebody has set it otherwise.</remarks>
public static class HostPorts
{
    private const int First = 10_000, InPart = 500, Parts = 44;
    private static readonly Lock Gate = new();

    /// <summary>The part of all ports that is this process's own, for as long as it holds this file.</summary>
    private static FileStream? _claim;
    private static int _begin, _taken;

    public static int Take()
    {
        lock (Gate)
        {
            if (_claim is null) Claim();
            for (var tried = 0; tried < InPart; tried++)
            {
                var port = _begin + (_taken++ % InPart);
                if (IsFree(port)) return port;
            }
            throw new InvalidOperationException(
                $"something listens on every port from {_begin} to {_begin + InPart - 1}; end some of it");
        }
    }

    private static void Claim()
    {
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"chatops-ports-{Environment.UserName}")).FullName;
        for (var part = 0; part < Parts; part++)
        {
            try
            {
                _claim = new FileStream(Path.Combine(folder, $"{part}"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                _begin = First + (part * InPart);
                return;
            }
            catch (IOException)
            {
                // Another process has it.
            }
        }
        throw new InvalidOperationException(
            $"no file of {folder} can be had alone: {Parts} demos or tests run, or the disk is full; end one of them, or make room");
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
