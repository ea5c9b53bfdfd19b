namespace ChatOps.Testing;

/// <summary>The faults a test has ordered, first come first served.</summary>
internal sealed class FaultPlan<TFault, TCall>
    where TFault : class
{
    private readonly Lock _gate = new();
    private readonly List<Order> _orders = [];

    public void Add(TFault fault, int times, Func<TCall, bool> when)
    {
        lock (_gate) _orders.Add(new(fault, when) { Left = times });
    }

    public TFault? Take(TCall call)
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

    private sealed class Order(TFault fault, Func<TCall, bool> when)
    {
        public TFault Fault { get; } = fault;

        public Func<TCall, bool> When { get; } = when;

        public int Left { get; set; }
    }
}
