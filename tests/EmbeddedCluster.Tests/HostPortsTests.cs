using System.Net;
using System.Net.Sockets;

namespace ChatOps.Cluster.Tests;

/// <summary>A port that was taken is there when somebody comes back to it.</summary>
public sealed class HostPortsTests
{
    [Fact]
    public void No_connection_that_goes_out_can_have_one()
    {
        const int FirstOfKernel = 32768;
        Assert.All(Enumerable.Range(0, 20).Select(_ => HostPorts.Take()), port => Assert.InRange(port, 1024, FirstOfKernel - 1));
    }

    [Fact]
    public void None_is_given_again_soon_or_while_somebody_listens_there()
    {
        var taken = HostPorts.Take();
        using var listener = new TcpListener(IPAddress.Loopback, taken);
        listener.Start();
        var next = Enumerable.Range(0, 1000).Select(_ => HostPorts.Take()).ToList();
        Assert.Equal(100, next.Take(100).Distinct().Count());
        Assert.DoesNotContain(taken, next);
    }
}
