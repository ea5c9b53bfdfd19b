namespace ChatOps.Kubernetes;

/// <summary>Anything the API stores: it has metadata.</summary>
public interface IResource
{
    ObjectMeta Metadata { get; }
}
