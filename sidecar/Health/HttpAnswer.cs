using System.Text;

namespace ChatOps.Sidecar.Health;

/// <summary>One answer of HTTP, after which the connection ends.</summary>
internal sealed record HttpAnswer(int Status, string Body, string ContentType = "text/plain; charset=utf-8")
{
    private string Reason => Status switch
    {
        200 => "OK",
        400 => "Bad Request",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        503 => "Service Unavailable",
        _ => "Internal Server Error",
    };

    public byte[] ToBytes()
    {
        var body = Encoding.UTF8.GetBytes(Body);
        var allow = Status == 405 ? "Allow: GET\r\n" : "";
        var head = $"HTTP/1.1 {Status} {Reason}\r\nContent-Type: {ContentType}\r\n"
            + $"Content-Length: {body.Length}\r\n{allow}Connection: close\r\n\r\n";
        return [.. Encoding.ASCII.GetBytes(head), .. body];
    }
}
