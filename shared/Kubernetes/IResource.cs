namespace ChatOps.Kubernetes;

/// <summary>Anything the API stores: it has metadata.</summary>
/// <remarks>Models give a default where the server sent nothing from the getter (<c>get => field ?? …</c>): generated deserialization
/// assigns every init-only property, absent ones to null, after the initializers have run.</remarks>
public interface IResource
{
    ObjectMeta Metadata { get; }
}
