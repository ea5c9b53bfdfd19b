namespace ChatOps.Testing.Telegram.Server;

/// <summary>The faults a test has ordered, first come first served.</summary>
internal sealed class FaultPlan
{
    private readonly Lock _gate = new();
    private readonly List<Order> _orders = [];

    public void Add(TelegramFault fault, int times, Func<TelegramCall, bool> when)
    {
        lock (_gate) _orders.Add(new(fault, when) { Left = times });
    }

    public TelegramFault? Take(TelegramCall call)
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

    private sealed class Order(TelegramFault fault, Func<TelegramCall, bool> when)
    {
        public TelegramFault Fault { get; } = fault;

        public Func<TelegramCall, bool> When { get; } = when;

        public int Left { get; set; }
    }
}
