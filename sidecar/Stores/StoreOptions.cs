using ChatOps.Values;

namespace ChatOps.Sidecar.Stores;

/// <summary>
/// The options of a store as people write them, <c>name=value</c>: each is known to the kind of store it is given to, and given once.
/// A fault names the option and never its value, which may be a secret put in the wrong place.
/// </summary>
internal sealed class StoreOptions
{
    public const string Hint = "Give --store-option NAME=VALUE, or SIDECAR_STORE_OPTIONS=NAME=VALUE,NAME=VALUE";
    private readonly Dictionary<string, string> _values = [];

    public StoreOptions(IEnumerable<string> pairs)
    {
        foreach (var pair in pairs)
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1 || equals == pair.Length - 1)
                throw new FaultException(new Fault("BadStoreOption", "a store option is not written as NAME=VALUE", Hint));
            if (!_values.TryAdd(pair[..equals], pair[(equals + 1)..]))
                throw Bad(pair[..equals], "is given twice", Hint);
        }
    }

    /// <summary>Put together from several places, the weakest first: what a later one says of an option replaces the earlier.</summary>
    public static StoreOptions Of(IEnumerable<IReadOnlyList<string>> layers)
    {
        List<string> pairs = [];
        foreach (var layer in layers)
        {
            var named = layer.Select(pair => pair.Split('=')[0]).ToHashSet();
            pairs.RemoveAll(pair => named.Contains(pair.Split('=')[0]));
            pairs.AddRange(layer);
        }
        return new(pairs);
    }

    /// <summary>Throws when an option is not among those the kind of store knows.</summary>
    public void Require(string kind, IReadOnlyList<string> known)
    {
        if (_values.Keys.FirstOrDefault(name => !known.Contains(name)) is not { } unknown)
            return;
        throw Bad(unknown, $"is not known to {kind}", known.Count == 0 ? "Leave it out" : $"It knows {string.Join(", ", known)}");
    }

    public string? Find(string name) => _values.GetValueOrDefault(name);

    public string? OneOf(string name, params string[] choices) => Find(name) switch
    {
        null => null,
        var value when choices.Contains(value) => value,
        _ => throw Bad(name, "has a value that is not one of its own", $"Write {name}={string.Join($" or {name}=", choices)}"),
    };

    public bool? Flag(string name) => OneOf(name, "true", "false") switch { null => null, var value => value == "true" };

    public int? Number(string name, int least, int most)
    {
        if (Find(name) is not { } text)
            return null;
        return int.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
            ? value
            : throw Bad(name, $"is not a whole number from {least} to {most}", Hint);
    }

    public static FaultException Bad(string name, string cause, string hint) =>
        new(new Fault("BadStoreOption", $"the store option '{name}' {cause}", hint));
}
