namespace ChatOps.Sidecar.Posix;

/// <summary>Fills the span from that offset of a file's contents; fewer bytes only at the end.</summary>
internal delegate int ContentReader(Span<byte> buffer, long offset);
