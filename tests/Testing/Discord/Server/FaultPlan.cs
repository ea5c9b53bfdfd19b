namespace ChatOps.Testing.Discord.Server;

/// <summary>The faults a test has ordered, first come first served.</summary>
internal sealed class FaultPlan
{
    private readonly Lock _gate = new();
    private readonly List<Order> _orders = [];

    public void Add(DiscordFault fault, int times, Func<DiscordCall, bool> when)
    {
        lock (_gate) _orders.Add(new(fault, when) { Left = times });
    }

    public DiscordFault? Take(DiscordCall call)
    {
        lock (_gate)
        {
            var order = _orders.FirstOrDefault(o => o.When(call));
            if (order is null) return null;
            if (--order.Left <= 0) _orders.Remove(order);
            return order.Fault;
        }
    }

    public void Clear()
    {
        lock (_gate) _orders.Clear();
    }

    private sealed class Order(DiscordFault fault, Func<DiscordCall, bool> when)
    {
        public DiscordFault Fault { get; } = fault;

        public Func<DiscordCall, bool> When { get; } = when;

        public int Left { get; set; }
    }
}
