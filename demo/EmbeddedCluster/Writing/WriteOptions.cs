namespace ChatOps.Cluster.Writing;

/// <summary>How one write is to be carried out: who writes, on which subresource, and how strictly it is read.</summary>
internal sealed record WriteOptions(string Manager)
{
    public string Subresource { get; init; } = "";

    public bool DryRun { get; init; }

    /// <summary>Ignore, Warn or Strict, as the fieldValidation parameter has it.</summary>
    public string FieldValidation { get; init; } = "Ignore";

    /// <summary>Collects what is answered in Warning headers.</summary>
    public List<string> Warnings { get; } = [];
}

/// <summary>What a delete asks for (metav1.DeleteOptions).</summary>
internal sealed record DeleteRequest
{
    public long? GracePeriodSeconds { get; init; }

    /// <summary>Background, Foreground, Orphan, or null for the kind's own default.</summary>
    public string? Propagation { get; init; }

    public string? Uid { get; init; }

    public string? ResourceVersion { get; init; }

    public bool DryRun { get; init; }
}
